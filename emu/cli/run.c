/* SPDX-License-Identifier: MIT */
/* From the options to the command's end. */
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
#include "place.h"

#define EXIT_EMULATOR     125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND    127

/*
 * Beside the program, as in a build tree; else where it is installed, as seen from there. By the
 * name that /proc/PID/maps has for it.
 */
static int find_library(const char *self, char path[PATH_MAX])
{
	static const char *const places[] = { "libsva-emu.so", EMU_LIBRARY };
	int folder = (int)(strrchr(self, '/') - self);
	char place[PATH_MAX];

	for (unsigned int i = 0; i < 2; i++) {
		snprintf(place, sizeof(place), "%.*s/%s", folder, self, places[i]);
		if (!access(place, R_OK) && realpath(place, path))
			return 0;
	}
	fprintf(stderr, "sva-emu: %s is missing: install it again\n", place);
	return -ENOENT;
}

/*
 * The machine.
 */

static int open_trace(const struct emu_options *options, struct emu_trace_file *trace)
{
	*trace = (struct emu_trace_file){ .fd = -1 };
	if (!options->trace)
		return 0;
	trace->fd = open(options->trace, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (trace->fd >= 0)
		return 0;
	fprintf(stderr, "sva-emu: cannot write to %s: %s\n", options->trace, strerror(errno));
	return -errno;
}

/* As emu/process/exec.c does it for the programs that the command starts. */
static int set_variable(const char *name, const char *front, const char *back)
{
	bool both = *front && *back;
	char *value;
	int err;

	if (asprintf(&value, "%s%s%s", front, both ? ":" : "", back) < 0)
		return -ENOMEM;
	err = setenv(name, value, 1) ? -errno : 0;
	free(value);
	return err;
}

static const char *variable(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

static int set_environment(const struct emu_state *state)
{
	const char *tools = state->plain ? "" : EMU_TOOLS_DIR;
	int err;

	if (strpbrk(state->library, ": ")) {
		fprintf(stderr, "sva-emu: %s: LD_PRELOAD takes no path with a colon or a blank\n",
			state->library);
		return -EINVAL;
	}
	if ((err = set_variable("LD_PRELOAD", state->library, variable("LD_PRELOAD", ""))) ||
	    (err = set_variable("ASAN_OPTIONS", variable("ASAN_OPTIONS", ""), EMU_ASAN_OPTION)) ||
	    (err = set_variable("PATH", variable("PATH", "/usr/bin:/bin"), tools)))
		return err;
	return setenv("LIBSVA_CPU", EMU_CPU_FEATURES, 0) ? -errno : 0;
}

static int set_up(struct emu_state *state, bool plain, struct emu_trace_file *trace,
		  struct emu_place *place)
{
	char self[PATH_MAX] = { 0 }, library[PATH_MAX];
	int err;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	err = find_library(self, library);
	if (err)
		return err;
	err = emu_place_make(state, plain, self, library, trace, place);
	if (!err && (err = set_environment(state)))
		emu_place_leave(place);
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

/*
 * What the terminal sends goes to the command by itself, but for the end of the line: that is told
 * to the leader of the session alone.
 */
static int wait_for(pid_t command, const sigset_t *signals)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (waitpid(command, &status, WNOHANG) == command)
			return exit_code(status);
		if (sigwaitinfo(signals, &info) > 0 && info.si_signo != SIGCHLD &&
		    (info.si_code <= 0 || info.si_signo == SIGHUP))
			kill(command, info.si_signo);
	}
}

static int run_command(char **command, const struct sigaction *sigchld)
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
	sigaction(SIGCHLD, sigchld, NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* without the emulator there is no machine to run on */
	execvp(command[0], command);
	err = errno;
	fprintf(stderr, "sva-emu: cannot run %s: %s\n", command[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE);
}

int emu_run(struct emu_state *state, const struct emu_options *options)
{
	struct sigaction plain = { .sa_handler = SIG_DFL }, sigchld;
	struct emu_trace_file trace;
	struct emu_place place;
	int code;

	sigaction(SIGCHLD, &plain, &sigchld); /* who has started this program may have ignored it */
	if (open_trace(options, &trace))
		return EXIT_EMULATOR;
	if (set_up(state, options->plain, &trace, &place))
		return EXIT_EMULATOR;
	code = run_command(options->command, &sigchld);
	emu_place_leave(&place);
	if (trace.error && !code)
		code = EXIT_EMULATOR;
	return code;
}
