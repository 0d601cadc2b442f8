/* SPDX-License-Identifier: MIT */
#ifndef INFO_WATCH_H
#define INFO_WATCH_H

#include "machine.h"

/*
 * watch - what goes on in the queues, again and again, until a signal ends it
 * @only: the queue or device that is of interest; NULL: all that are enabled
 * @times: so many looks; 0: without end
 */
int watch(const struct machine *m, const char *only, unsigned int seconds, unsigned int times);

#endif
