/* SPDX-License-Identifier: MIT */
/* The machine's configuration, by libaccel-config. */
#ifndef SETUP_ACCEL_H
#define SETUP_ACCEL_H

#include "plan.h"

/* accel_read - what there is of DSA devices; 0 or -errno */
int accel_read(struct plan *plan);

/*
 * accel_apply - make it so: the devices of the plan are disabled, configured, and enabled
 * @why: on failure, what could not be done, and why
 */
int accel_apply(const struct plan *plan, char *why, size_t size);

#endif
