/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <pthread.h>

#include "isal.h"

#define SONAME "libisal.so.2"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *library;

static void load(void)
{
	library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
}

void *svai_isal_find(const char *name)
{
	pthread_once(&once, load);
	return library ? dlsym(library, name) : NULL;
}
