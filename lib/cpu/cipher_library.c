/* SPDX-License-Identifier: MIT */
#include "cipher_library.h"

#include <openssl/evp.h>
#include <pthread.h>

#include "library.h"

#define MOST (1u << 30) /* bytes: the size is an int */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	bool usable;
	__typeof__(EVP_CIPHER_CTX_new) *new;
	__typeof__(EVP_CIPHER_CTX_free) *free;
	__typeof__(EVP_aes_128_cfb128) *aes_128_cfb128;
	__typeof__(EVP_aes_256_cfb128) *aes_256_cfb128;
	__typeof__(EVP_CipherInit_ex) *init;
	__typeof__(EVP_CipherUpdate) *update;
} evp;

static void load(void)
{
	evp.usable = svai_library_find(SVAI_CRYPTO, "EVP_CIPHER_CTX_new", &evp.new) &&
		     svai_library_find(SVAI_CRYPTO, "EVP_CIPHER_CTX_free", &evp.free) &&
		     svai_library_find(SVAI_CRYPTO, "EVP_aes_128_cfb128", &evp.aes_128_cfb128) &&
		     svai_library_find(SVAI_CRYPTO, "EVP_aes_256_cfb128", &evp.aes_256_cfb128) &&
		     svai_library_find(SVAI_CRYPTO, "EVP_CipherInit_ex", &evp.init) &&
		     svai_library_find(SVAI_CRYPTO, "EVP_CipherUpdate", &evp.update);
}

/* A context of the library, by another name. */
static EVP_CIPHER_CTX *context(struct svai_cipher *cipher)
{
	return (EVP_CIPHER_CTX *)cipher;
}

struct svai_cipher *svai_cipher_open(const uint8_t *key, bool key_256, const uint8_t *iv,
				     bool encrypt)
{
	EVP_CIPHER_CTX *ctx;

	pthread_once(&once, load);
	ctx = evp.usable ? evp.new() : NULL;
	if (ctx && evp.init(ctx, key_256 ? evp.aes_256_cfb128() : evp.aes_128_cfb128(), NULL, key,
			    iv, encrypt) != 1) {
		evp.free(ctx);
		ctx = NULL;
	}
	return (struct svai_cipher *)ctx;
}

bool svai_cipher_run(struct svai_cipher *cipher, uint8_t *to, const uint8_t *from, size_t size)
{
	while (size) {
		int some = size < MOST ? (int)size : (int)MOST, made = 0;

		if (evp.update(context(cipher), to, &made, from, some) != 1 || made != some)
			return false;
		to += some;
		from += some;
		size -= (size_t)some;
	}
	return true;
}

void svai_cipher_close(struct svai_cipher *cipher)
{
	if (cipher)
		evp.free(context(cipher));
}
