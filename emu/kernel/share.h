/* SPDX-License-Identifier: MIT */
/*
 * How the programs get at the machine: a socket gives each of them two files to map. Of that of the
 * configuration they can only read, whoever they are; neither of the two can be made shorter.
 */
#ifndef EMU_KERNEL_SHARE_H
#define EMU_KERNEL_SHARE_H

#include "state.h"

struct emu_share {
	int listening;
	int config, live; /* the files of both parts of struct emu_state */
};

/**
 * emu_share_open - move the machine to files, and listen at @path
 * @state: a mapping of whole pages; it stays where it is
 *
 * Returns 0 or -errno.
 */
int emu_share_open(struct emu_share *share, struct emu_state *state, const char *path);

/* emu_share_answer - give the files to the next who has asked */
void emu_share_answer(const struct emu_share *share);

#endif
