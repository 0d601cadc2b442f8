/* SPDX-License-Identifier: MIT */
/*
 * Included before everything else when the library is built for tests: the portal instructions
 * become calls of a fake device (fake_device.c), and the inline functions of wq.h use them.
 */
#ifndef FAKE_INSN_H
#define FAKE_INSN_H

#define sva_enqcmd    sva_enqcmd_of_the_cpu
#define sva_movdir64b sva_movdir64b_of_the_cpu
#include <sva/insn.h>
#undef sva_enqcmd
#undef sva_movdir64b

bool sva_enqcmd(void *portal, const void *desc);
void sva_movdir64b(void *portal, const void *desc);

#endif
