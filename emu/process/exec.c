/* SPDX-License-Identifier: MIT */
/*
 * exec() and its sisters: the new program gets the emulator's library, whatever the environment
 * that it is given says. The library comes before all others, which may have functions of the same
 * names.
 *
 * Nothing is allocated: many a program is between fork() or vfork() and exec() here.
 *
 * Not seen: system(), popen() and wordexp() after the program has changed its own environment.
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "next.h"
#include "process.h"
#include "trap.h"

enum place { FRONT, BACK, DEFAULT };

/* A variable that a program needs to run here: where in the value of its own our part stands. */
struct kept {
	const char *name, *value;
	enum place place;
};

#define KEPT 3

static void kept_variables(struct kept kept[KEPT])
{
	kept[0] = (struct kept){ "LD_PRELOAD", emu_machine()->library, FRONT };
	kept[1] = (struct kept){ "ASAN_OPTIONS", EMU_ASAN_OPTION, BACK };
	kept[2] = (struct kept){ "LIBSVA_CPU", EMU_CPU_FEATURES, DEFAULT };
}

/* Whether @text begins with @part. */
static bool begins(const char *text, const char *part)
{
	while (*part && *text == *part)
		text++, part++;
	return !*part;
}

/* The value, if @variable is of that name; else NULL. */
static const char *value_of(const char *variable, const char *name)
{
	size_t n = strlen(name);

	return begins(variable, name) && variable[n] == '=' ? variable + n + 1 : NULL;
}

static bool contains(const char *text, const char *part)
{
	for (; *text; text++)
		if (begins(text, part))
			return true;
	return false;
}

/* Whether the library comes first, or that of an emulator inside of this one. */
static bool comes_first(const char *value)
{
	static const char name[] = "/libsva-emu.so";

	while (*value && *value != ':' && *value != ' ') {
		if (begins(value, name))
			return true;
		value++;
	}
	return false;
}

static bool satisfied(const struct kept *kept, const char *value)
{
	if (kept->place == FRONT)
		return comes_first(value);
	return kept->place == DEFAULT || contains(value, kept->value);
}

static char *put(char *to, const char *text)
{
	size_t n = strlen(text);

	memcpy(to, text, n + 1);
	return to + n;
}

/* "name=value" with our part in it; @value: the program's own, or NULL. Returns its end. */
static char *merge(char *to, const struct kept *kept, const char *value)
{
	const char *first = kept->place == FRONT || !value ? kept->value : value;

	to = put(put(put(to, kept->name), "="), first);
	if (value && *value)
		to = put(put(to, ":"), first == value ? kept->value : value);
	return to + 1;
}

/* A program that is about to be started, in whichever way. */
struct launch {
	int (*go)(const struct launch *launch, char *const env[]);
	const char *path;
	char *const *argv;
	int dir, flags;
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attr;
};

/* Replace, or add, one variable of @env, which has room for it. */
static char *keep(const struct kept *kept, char **env, char *text)
{
	const char *value = NULL;

	while (*env && !(value = value_of(*env, kept->name)))
		env++;
	if (value && satisfied(kept, value))
		return text;
	if (!*env)
		env[1] = NULL;
	*env = text;
	return merge(text, kept, value);
}

static int launch(const struct launch *launch, char *const env[])
{
	char *const none[] = { NULL };
	struct kept kept[KEPT];
	size_t count = 0, size = 0;
	char **changed, *text;

	if (!emu_machine())
		return launch->go(launch, env);
	kept_variables(kept);
	for (env = env ? env : none; env[count]; count++)
		for (unsigned int i = 0; i < KEPT; i++)
			size += value_of(env[count], kept[i].name) ? strlen(env[count]) : 0;
	for (unsigned int i = 0; i < KEPT; i++)
		size += strlen(kept[i].name) + strlen(kept[i].value) + sizeof("=:");
	changed = __builtin_alloca((count + KEPT + 1) * sizeof(*changed));
	text = __builtin_alloca(size);
	memcpy(changed, env, (count + 1) * sizeof(*changed));
	for (unsigned int i = 0; i < KEPT; i++)
		text = keep(&kept[i], changed, text);
	return launch->go(launch, changed);
}

/*
 * The functions. Those without an environment pass the program's own to those that have one.
 */

static int go_execve(const struct launch *l, char *const env[])
{
	EMU_NEXT(execve);
	return next(l->path, l->argv, env);
}

static int go_execvpe(const struct launch *l, char *const env[])
{
	EMU_NEXT(execvpe);
	return next(l->path, l->argv, env);
}

static int go_fexecve(const struct launch *l, char *const env[])
{
	EMU_NEXT(fexecve);
	return next(l->dir, l->argv, env);
}

static int go_execveat(const struct launch *l, char *const env[])
{
	EMU_NEXT(execveat);
	return next(l->dir, l->path, l->argv, env, l->flags);
}

static int go_spawn(const struct launch *l, char *const env[])
{
	EMU_NEXT(posix_spawn);
	return next(l->pid, l->path, l->actions, l->attr, l->argv, env);
}

static int go_spawnp(const struct launch *l, char *const env[])
{
	EMU_NEXT(posix_spawnp);
	return next(l->pid, l->path, l->actions, l->attr, l->argv, env);
}

EMU_EXPORT int execve(const char *path, char *const argv[], char *const env[])
{
	return launch(&(struct launch){ .go = go_execve, .path = path, .argv = argv }, env);
}

EMU_EXPORT int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

EMU_EXPORT int execvpe(const char *file, char *const argv[], char *const env[])
{
	return launch(&(struct launch){ .go = go_execvpe, .path = file, .argv = argv }, env);
}

EMU_EXPORT int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

EMU_EXPORT int fexecve(int fd, char *const argv[], char *const env[])
{
	return launch(&(struct launch){ .go = go_fexecve, .dir = fd, .argv = argv }, env);
}

EMU_EXPORT int execveat(int dir, const char *path, char *const argv[], char *const env[], int flags)
{
	return launch(
		&(struct launch){
			.go = go_execveat, .dir = dir, .path = path, .argv = argv, .flags = flags },
		env);
}

EMU_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	return launch(&(struct launch){ .go = go_spawn,
					.path = path,
					.argv = argv,
					.pid = pid,
					.actions = actions,
					.attr = attr },
		      env);
}

EMU_EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
			    const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
	return launch(&(struct launch){ .go = go_spawnp,
					.path = file,
					.argv = argv,
					.pid = pid,
					.actions = actions,
					.attr = attr },
		      env);
}

/* The arguments from @first to NULL, as an array on the stack of the function that uses it. */
#define GATHER(argv, env, first, with_env)                                                    \
	do {                                                                                  \
		size_t count_ = 0;                                                            \
		const char *arg_;                                                             \
		va_list args_;                                                                \
                                                                                              \
		va_start(args_, first);                                                       \
		for (arg_ = (first); arg_; arg_ = va_arg(args_, char *))                      \
			count_++;                                                             \
		(env) = (with_env) ? va_arg(args_, char **) : environ;                        \
		va_end(args_);                                                                \
		(argv) = __builtin_alloca((count_ + 1) * sizeof(*(argv)));                    \
		(argv)[count_] = NULL;                                                        \
		va_start(args_, first);                                                       \
		for (size_t i_ = 0; i_ < count_; i_++)                                        \
			(argv)[i_] = i_ ? va_arg(args_, char *) : (char *)(uintptr_t)(first); \
		va_end(args_);                                                                \
	} while (0)

EMU_EXPORT int execl(const char *path, const char *arg, ...)
{
	char **argv, **env;

	GATHER(argv, env, arg, false);
	return execve(path, argv, env);
}

EMU_EXPORT int execle(const char *path, const char *arg, ...)
{
	char **argv, **env;

	GATHER(argv, env, arg, true);
	return execve(path, argv, env);
}

EMU_EXPORT int execlp(const char *file, const char *arg, ...)
{
	char **argv, **env;

	GATHER(argv, env, arg, false);
	return execvpe(file, argv, env);
}
