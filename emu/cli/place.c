/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "folder.h"
#include "namespace.h"
#include "place.h"

#define LIBRARY_NAME "libsva-emu.so"
#define FOLDER       "/sva-emu.XXXXXX"
#define MOST_FOLDER  80 /* characters of its path: that of a socket is limited */

static int serve(struct emu_state *state, const char *socket, const char *mountpoint,
		 struct emu_trace_file *trace, struct emu_server **server)
{
	struct emu_share *shared;
	int err = emu_share_open(state, socket, trace, &shared);

	if (err) {
		fprintf(stderr, "sva-emu: cannot share the machine's state: %s\n", strerror(-err));
		return err;
	}
	err = emu_server_start(state, mountpoint, shared, server);
	if (err && mountpoint)
		fprintf(stderr,
			"sva-emu: cannot mount a FUSE file system: %s: /dev/fuse must be there and "
			"be open to this user\n",
			strerror(-err));
	else if (err)
		fprintf(stderr, "sva-emu: cannot serve the machine: %s\n", strerror(-err));
	return err;
}

static int make_namespace(struct emu_state *state, const char *self, const char *library,
			  struct emu_trace_file *trace, struct emu_place *place)
{
	int err;

	snprintf(state->library, sizeof(state->library), "%s", library);
	if ((err = emu_namespace_enter()) || (err = emu_namespace_cover(state)) ||
	    (err = serve(state, EMU_STATE_PATH, EMU_MOUNTPOINT, trace, &place->server)))
		return err;
	err = emu_namespace_bind(state, self);
	if (err)
		emu_server_stop(place->server);
	else
		emu_loader_cover(library);
	return err;
}

static void remove_folder(char *folder)
{
	*strrchr(folder, '/') = '\0';
	emu_folder_remove(folder);
	free(folder);
}

/*
 * For whoever knows its name, which nobody can list: a program may change its user, but who can
 * connect shares the memory that the queues are in. The programs inside have it in their
 * environment.
 */
static char *new_folder(const char *where)
{
	uint64_t secret;
	char *folder;
	int err;

	if (getrandom(&secret, sizeof(secret), 0) != sizeof(secret) ||
	    asprintf(&folder, "%s" FOLDER "/%016" PRIx64, where, secret) < 0)
		return NULL;
	*strrchr(folder, '/') = '\0';
	if (!mkdtemp(folder)) {
		err = errno;
		free(folder);
		errno = err;
		return NULL;
	}
	err = chmod(folder, 0711);
	folder[strlen(folder)] = '/';
	if (!err && !mkdir(folder, 0755) && !chmod(folder, 0755))
		return folder;
	err = errno;
	remove_folder(folder);
	errno = err;
	return NULL;
}

static const char *where_to(void)
{
	const char *where = getenv("TMPDIR");

	if (!where || where[0] != '/' ||
	    strlen(where) > MOST_FOLDER - sizeof(FOLDER "/0123456789abcdef"))
		return "/tmp";
	return where;
}

static int fill_folder(struct emu_state *state, const char *folder, const char *library)
{
	int err;

	snprintf(state->library, sizeof(state->library), "%s/" LIBRARY_NAME, folder);
	if (symlink(library, state->library))
		return -errno;
	err = emu_folder_write(state, folder);
	state->plain = true;
	return err;
}

static int make_folder(struct emu_state *state, const char *library, struct emu_trace_file *trace,
		       struct emu_place *place)
{
	char socket[PATH_MAX];
	int err;

	place->folder = new_folder(where_to());
	err = place->folder ? fill_folder(state, place->folder, library) : -errno;
	if (err) {
		fprintf(stderr,
			"sva-emu: cannot make a folder for the machine in %s: %s; TMPDIR names "
			"another place\n",
			where_to(), strerror(-err));
	} else {
		snprintf(socket, sizeof(socket), "%s%s", place->folder, EMU_STATE_PATH);
		err = serve(state, socket, NULL, trace, &place->server);
	}
	if (err && place->folder)
		remove_folder(place->folder);
	return err;
}

int emu_place_make(struct emu_state *state, bool plain, const char *self, const char *library,
		   struct emu_trace_file *trace, struct emu_place *place)
{
	const char *lacks = plain ? "--plain" : emu_namespace_lacks();

	*place = (struct emu_place){ 0 };
	state->rawio = emu_has_rawio();
	if (!lacks)
		return make_namespace(state, self, library, trace, place);
	snprintf(state->without, sizeof(state->without), "%s", lacks);
	return make_folder(state, library, trace, place);
}

void emu_place_leave(struct emu_place *place)
{
	emu_server_stop(place->server);
	if (place->folder)
		remove_folder(place->folder);
}
