/* SPDX-License-Identifier: MIT */
/* What outlives a reboot: permissions of the nodes, and a unit that configures the devices again.
 */
#ifndef SETUP_FILES_H
#define SETUP_FILES_H

#include "plan.h"

struct files {
	const char *root;  /* below which they are: "" for this machine */
	const char *group; /* that may use the queues; NULL: everybody */
	bool no_boot;      /* without a unit */
};

/* files_show - what files_write() would do */
void files_show(const struct files *files, const struct plan *plan);

/* All return 0 or -errno, with a message. */

/* files_check - may a unit run this program? */
int files_check(const struct files *files);

/* files_keep - what there was before, of the plan's devices and of those of earlier runs */
int files_keep(const struct files *files, const struct plan *before);

/* files_write - the rules, the unit, and the configuration that it loads; other devices keep theirs
 */
int files_write(const struct files *files, const struct plan *plan, const struct plan *now);

/* files_permit - the nodes of the enabled queues, now */
int files_permit(const struct files *files, const struct plan *plan);

/* files_remove - all of them */
int files_remove(const struct files *files);

/* files_before - the name of the file with what there was; until the next call */
const char *files_before(const struct files *files);

#endif
