/* SPDX-License-Identifier: MIT */
#include "library.h"

#include <dlfcn.h>
#include <pthread.h>

static void *isal, *libdeflate, *crypto;

static void load_isal(void)
{
	isal = dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL);
}

static void load_libdeflate(void)
{
	libdeflate = dlopen("libdeflate.so.0", RTLD_NOW | RTLD_LOCAL);
}

static void load_crypto(void)
{
	crypto = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
}

static struct {
	pthread_once_t once;
	void (*load)(void);
	void **handle;
} libraries[] = {
	[SVAI_ISAL] = { PTHREAD_ONCE_INIT, load_isal, &isal },
	[SVAI_LIBDEFLATE] = { PTHREAD_ONCE_INIT, load_libdeflate, &libdeflate },
	[SVAI_CRYPTO] = { PTHREAD_ONCE_INIT, load_crypto, &crypto },
};

bool svai_library_find(enum svai_library library, const char *name, void *function)
{
	void **to = function, *handle;

	pthread_once(&libraries[library].once, libraries[library].load);
	handle = *libraries[library].handle;
	*to = handle ? dlsym(handle, name) : NULL;
	return *to;
}
