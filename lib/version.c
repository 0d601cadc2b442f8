/* SPDX-License-Identifier: MIT */
#include <sva/version.h>

#define TEXT(x)  #x
#define VALUE(x) TEXT(x)

int sva_version_number(void)
{
	return SVA_VERSION_NUMBER;
}

const char *sva_version(void)
{
	return VALUE(SVA_VERSION_MAJOR) "." VALUE(SVA_VERSION_MINOR) "." VALUE(SVA_VERSION_PATCH);
}
