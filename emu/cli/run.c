/* SPDX-License-Identifier: MIT */
/* From the options to the command's end. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "namespace.h"
#include "options.h"
#include "serve.h"
#include "share.h"

#define EXIT_EMULATOR     125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND    127

#define FEATURES          "+enqcmd,+movdir64b,+waitpkg"

/*
 * Programs.
 */

/* Beside the program, as in a build tree; else where it is installed, as seen from there. */
static int find_library(const char *self, char path[PATH_MAX])
{
	static const char *const places[] = { "libsva-emu.so", EMU_LIBRARY };
	int folder = (int)(strrchr(self, '/') - self);

	for (unsigned int i = 0; i < 2; i++) {
		snprintf(path, PATH_MAX, "%.*s/%s", folder, self, places[i]);
		if (!access(path, R_OK))
			return 0;
	}
	fprintf(stderr, "sva-emu: %s is missing: install it again\n", path);
	return -ENOENT;
}

/* The file that execvp() will take: false when there is none. */
static bool find_command(const char *name, char path[PATH_MAX])
{
	const char *at = getenv("PATH"), *end;

	if (strchr(name, '/')) {
		snprintf(path, PATH_MAX, "%s", name);
		return !access(path, F_OK);
	}
	for (at = at ? at : "/usr/bin:/bin"; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, ':');
		snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - at), at, name);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

/* A program without an interpreter is one that nothing can be loaded into. */
static bool is_static(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), i;
	bool interpreter = false;
	Elf64_Phdr segment;
	Elf64_Ehdr elf;

	if (file < 0)
		return false;
	if (read(file, &elf, sizeof(elf)) != sizeof(elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG))
		interpreter = true; /* a script: its interpreter is not */
	for (i = 0; !interpreter && i < elf.e_phnum; i++) {
		off_t at = (off_t)(elf.e_phoff + (Elf64_Off)i * sizeof(segment));

		if (pread(file, &segment, sizeof(segment), at) != sizeof(segment))
			break;
		interpreter = segment.p_type == PT_INTERP;
	}
	close(file);
	return !interpreter;
}

static int check_command(const char *name)
{
	char path[PATH_MAX];

	if (!find_command(name, path) || !is_static(path))
		return 0; /* exec says what is wrong */
	fprintf(stderr,
		"sva-emu: %s is linked statically, so that the instructions cannot be emulated in "
		"it: link it dynamically\n",
		path);
	return -ENOEXEC;
}

/*
 * The machine.
 */

static int share(struct emu_state *state, struct emu_share *shared)
{
	int err = emu_share_open(shared, state, EMU_STATE_PATH);

	if (err)
		fprintf(stderr, "sva-emu: cannot share the machine's state: %s\n", strerror(-err));
	return err;
}

static int serve(struct emu_state *state, const struct emu_share *shared, int trace,
		 struct emu_server **server)
{
	int err = emu_server_start(state, EMU_MOUNTPOINT, shared, trace, server);

	if (err)
		fprintf(stderr,
			"sva-emu: cannot mount a FUSE file system: %s: /dev/fuse must be there and "
			"be open to this user\n",
			strerror(-err));
	return err;
}

static int open_trace(const struct emu_options *options, int *trace)
{
	*trace = -1;
	if (!options->trace)
		return 0;
	*trace = open(options->trace, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (*trace >= 0)
		return 0;
	fprintf(stderr, "sva-emu: cannot write to %s: %s\n", options->trace, strerror(errno));
	return -errno;
}

static int set_environment(const char *library)
{
	const char *preload = getenv("LD_PRELOAD"), *path = getenv("PATH");
	char *libraries, *paths;
	int err = -ENOMEM;

	if (asprintf(&libraries, "%s%s%s", library, preload ? ":" : "", preload ? preload : "") < 0)
		return err;
	if (asprintf(&paths, "%s:%s", path ? path : "/usr/bin:/bin", EMU_TOOLS_DIR) < 0) {
		free(libraries);
		return err;
	}
	if (!setenv("LD_PRELOAD", libraries, 1) && !setenv("PATH", paths, 1) &&
	    !setenv("LIBSVA_CPU", FEATURES, 0))
		err = 0;
	free(libraries);
	free(paths);
	return err;
}

static int set_up(struct emu_state *state, int trace, struct emu_server **server)
{
	char self[PATH_MAX] = { 0 }, library[PATH_MAX];
	struct emu_share shared;
	int err;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	err = find_library(self, library);
	if (err)
		return err;
	state->rawio = emu_has_rawio();
	if ((err = emu_namespace_enter()) || (err = emu_namespace_cover()) ||
	    (err = share(state, &shared)) || (err = serve(state, &shared, trace, server)))
		return err;
	err = emu_namespace_bind(self);
	if (!err)
		err = set_environment(library);
	if (err)
		emu_server_stop(*server);
	return err;
}

/*
 * The command.
 */

/* What is sent to the emulator is meant for the command. */
static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

static void handled_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (unsigned int i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaddset(set, forwarded[i]);
}

static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the terminal sends goes to the command by itself. */
static int wait_for(pid_t command, const sigset_t *signals)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (waitpid(command, &status, WNOHANG) == command)
			return exit_code(status);
		if (sigwaitinfo(signals, &info) > 0 && info.si_signo != SIGCHLD &&
		    info.si_code <= 0)
			kill(command, info.si_signo);
	}
}

static int run_command(char **command)
{
	sigset_t signals, old;
	pid_t child;
	int err;

	handled_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &old);
	child = fork();
	if (child < 0) {
		fprintf(stderr, "sva-emu: cannot start %s: %s\n", command[0], strerror(errno));
		return EXIT_EMULATOR;
	}
	if (child > 0)
		return wait_for(child, &signals);
	sigprocmask(SIG_SETMASK, &old, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* without the emulator there is no machine to run on */
	execvp(command[0], command);
	err = errno;
	fprintf(stderr, "sva-emu: cannot run %s: %s\n", command[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE);
}

int emu_run(struct emu_state *state, const struct emu_options *options)
{
	struct emu_server *server = NULL;
	int trace, code;

	if (check_command(options->command[0]))
		return EXIT_NOT_RUNNABLE;
	if (open_trace(options, &trace))
		return EXIT_EMULATOR;
	if (set_up(state, trace, &server))
		return EXIT_EMULATOR;
	code = run_command(options->command);
	if (emu_server_stop(server) && !code)
		code = EXIT_EMULATOR;
	return code;
}
