/* SPDX-License-Identifier: MIT */
/* Why the CPU has done a call, in whole or in part. */
#ifndef RUN_WHY_H
#define RUN_WHY_H

enum run_why {
	RUN_WHY_NONE, /* the device did it */
	RUN_WHY_SMALL,
	RUN_WHY_NO_DEVICE,
	RUN_WHY_FASTER,
	RUN_WHY_DIFFERENT,
	RUN_WHY_OVERLAP,
	RUN_WHY_OPENING,
	RUN_WHY_HANDLER,
	RUN_WHY_NESTED,
	RUN_WHY_VFORK,
	RUN_WHY_FAULT,
	RUN_WHY_FULL,
	RUN_WHY_TIMEOUT,
	RUN_WHY_DEAD,
	RUN_WHY_UNSUPPORTED,
	RUN_WHY_LOST,
	RUN_WHY_ERROR,
	RUN_WHYS
};

/* run_why_text - in words; a string that lives for ever */
const char *run_why_text(enum run_why why);

#endif
