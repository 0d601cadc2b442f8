/* SPDX-License-Identifier: MIT */
/*
 * Included before everything else when the library is built for tests: the instructions become
 * calls of a fake device (fake_device.c), and the inline functions of wq.h use them.
 */
#ifndef FAKE_INSN_H
#define FAKE_INSN_H

#define sva_enqcmd         sva_enqcmd_of_the_cpu
#define sva_movdir64b      sva_movdir64b_of_the_cpu
#define sva_submit_barrier sva_submit_barrier_of_the_cpu
#define sva_pause          sva_pause_of_the_cpu
#define sva_umonitor       sva_umonitor_of_the_cpu
#define sva_umwait         sva_umwait_of_the_cpu
#include <sva/insn.h>
#undef sva_enqcmd
#undef sva_movdir64b
#undef sva_submit_barrier
#undef sva_pause
#undef sva_umonitor
#undef sva_umwait

bool sva_enqcmd(void *portal, const void *desc);
void sva_movdir64b(void *portal, const void *desc);
void sva_submit_barrier(void);
void sva_pause(void);
void sva_umonitor(const volatile void *addr);
bool sva_umwait(uint32_t state, uint64_t deadline);

#endif
