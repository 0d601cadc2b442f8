/* SPDX-License-Identifier: MIT */
#include <sva/ops.h>

#include "why.h"

/* Those that the library knows, in its words. */
static const unsigned int known[RUN_WHYS] = {
	[RUN_WHY_SMALL] = SVA_WHY_SMALL,
	[RUN_WHY_NO_DEVICE] = SVA_WHY_NO_DEVICE,
	[RUN_WHY_OVERLAP] = SVA_WHY_OVERLAP,
	[RUN_WHY_FAULT] = SVA_WHY_FAULT,
	[RUN_WHY_FULL] = SVA_WHY_FULL,
	[RUN_WHY_DEAD] = SVA_WHY_DEAD,
	[RUN_WHY_UNSUPPORTED] = SVA_WHY_UNSUPPORTED,
	[RUN_WHY_LOST] = SVA_WHY_LOST,
	[RUN_WHY_ERROR] = SVA_WHY_ERROR,
};

static const char *const own[RUN_WHYS] = {
	[RUN_WHY_FASTER] = "the CPU is faster, or is being timed",
	[RUN_WHY_DIFFERENT] = "the first bytes differ",
	[RUN_WHY_OPENING] = "the queue was being opened",
	[RUN_WHY_HANDLER] = "perhaps in a signal handler",
	[RUN_WHY_NESTED] = "called from within a call",
	[RUN_WHY_VFORK] = "in a child that shares memory with its parent",
	[RUN_WHY_TIMEOUT] = "the time was over",
};

const char *run_why_text(enum run_why why)
{
	if (known[why])
		return sva_why_text(known[why]);
	return own[why] ? own[why] : "";
}
