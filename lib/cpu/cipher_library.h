/* SPDX-License-Identifier: MIT */
/* AES-CFB by OpenSSL's libcrypto, which is loaded when the first one is needed. */
#ifndef SVAI_CIPHER_LIBRARY_H
#define SVAI_CIPHER_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct svai_cipher;

/**
 * svai_cipher_open - begin
 * @key: 32 bytes with @key_256, else 16
 * @iv: 16 bytes
 *
 * Returns NULL where the library or the cipher is missing.
 */
struct svai_cipher *svai_cipher_open(const uint8_t *key, bool key_256, const uint8_t *iv,
				     bool encrypt);

/* svai_cipher_run - the next @size bytes; @to gets as many. False: the library has failed */
bool svai_cipher_run(struct svai_cipher *cipher, uint8_t *to, const uint8_t *from, size_t size);

/* svai_cipher_close - wipes what is left of the key; NULL is allowed */
void svai_cipher_close(struct svai_cipher *cipher);

#endif
