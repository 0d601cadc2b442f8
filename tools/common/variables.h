/* SPDX-License-Identifier: MIT */
#ifndef COMMON_VARIABLES_H
#define COMMON_VARIABLES_H

/* variables_check - 0, or -EINVAL with a message: LIBSVA_LOG has a value that is none of its */
int variables_check(const char *tool);

#endif
