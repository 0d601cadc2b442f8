/* SPDX-License-Identifier: MIT */
/* The version of the headers; CMakeLists.txt reads it from here. */
#ifndef SVA_VERSION_H
#define SVA_VERSION_H

#define SVA_VERSION_MAJOR 0
#define SVA_VERSION_MINOR 1
#define SVA_VERSION_PATCH 0
#define SVA_VERSION_NUMBER \
	(SVA_VERSION_MAJOR * 1000000 + SVA_VERSION_MINOR * 1000 + SVA_VERSION_PATCH)

#ifdef __cplusplus
extern "C" {
#endif

/**
 * sva_version_number - the version of the library at run time, in the form of SVA_VERSION_NUMBER
 * sva_version - the same as text, "0.1.0"
 */
int sva_version_number(void);
const char *sva_version(void);

#ifdef __cplusplus
}
#endif

#endif
