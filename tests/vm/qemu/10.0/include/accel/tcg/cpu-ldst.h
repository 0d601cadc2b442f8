/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where it is in QEMU 10.0. */
#include "exec/cpu_ldst.h"
