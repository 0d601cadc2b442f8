/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings.h"

#define FILE_MAX      65536 /* bytes */
#define THRESHOLD_MAX (UINT64_C(1) << 40)

const char *const run_function_names[RUN_FUNCTIONS] = { "memcpy", "memmove", "memset", "memcmp" };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Its number; -1: none of them. */
static int word(const char *value, size_t length, const char *const *words, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (strlen(words[i]) == length && !strncmp(value, words[i], length))
			return (int)i;
	return -1;
}

static const char *set_switch(bool *result, const char *value)
{
	static const char *const words[] = { "off", "no", "0", "on", "yes", "1" };
	int i = word(value, strlen(value), words, COUNT(words));

	if (i < 0)
		return "give on or off";
	*result = i >= 3;
	return NULL;
}

static bool number(const char *value, uint64_t most, uint64_t *result, const char **end)
{
	char *after;

	errno = 0;
	*result = strtoull(value, &after, 10);
	*end = after;
	return !errno && isdigit((unsigned char)*value) && *result <= most;
}

static const char *set_offload(struct run_settings *s, const char *value)
{
	return set_switch(&s->offload, value);
}

static const char *set_adapt(struct run_settings *s, const char *value)
{
	return set_switch(&s->adapt, value);
}

static const char *set_record(struct run_settings *s, const char *value)
{
	return set_switch(&s->record, value);
}

static const char *set_stats(struct run_settings *s, const char *value)
{
	return set_switch(&s->stats, value);
}

static const char *set_json(struct run_settings *s, const char *value)
{
	return set_switch(&s->json, value);
}

static const char *set_functions(struct run_settings *s, const char *value)
{
	unsigned int functions = 0;

	for (const char *end; *value; value = *end ? end + 1 : end) {
		int i;

		end = strchrnul(value, ',');
		i = word(value, (size_t)(end - value), run_function_names, RUN_FUNCTIONS);
		if (i < 0)
			return "give some of memcpy,memmove,memset,memcmp";
		functions |= 1u << i;
	}
	s->functions = functions;
	return NULL;
}

static const char *set_queue(struct run_settings *s, const char *value)
{
	if (!strcmp(value, "all"))
		value = "";
	if (strlen(value) >= sizeof(s->queue))
		return "give all, or the name of a queue or a device, as in wq0.0";
	strcpy(s->queue, value);
	return NULL;
}

static const char *set_wait(struct run_settings *s, const char *value)
{
	static const char *const words[] = {
		[SVA_WAIT_AUTO] = "auto",   [SVA_WAIT_SPIN] = "spin",
		[SVA_WAIT_PAUSE] = "pause", [SVA_WAIT_UMWAIT] = "umwait",
		[SVA_WAIT_SLEEP] = "sleep",
	};
	int i = word(value, strlen(value), words, COUNT(words));

	if (i < 0)
		return "give auto, spin, pause, umwait or sleep";
	s->wait = (enum sva_wait_policy)i;
	return NULL;
}

/* What the plain function does after a report is what SVA_FAULT_CPU would do. */
static const char *set_fault(struct run_settings *s, const char *value)
{
	if (!strcmp(value, "touch"))
		s->fault = SVA_FAULT_TOUCH;
	else if (!strcmp(value, "populate"))
		s->fault = SVA_FAULT_POPULATE;
	else if (!strcmp(value, "cpu"))
		s->fault = SVA_FAULT_REPORT;
	else
		return "give touch, populate or cpu";
	return NULL;
}

static const char *set_threshold(struct run_settings *s, const char *value)
{
	static const char units[] = "KMG";
	uint64_t bytes;
	const char *end, *unit;
	unsigned int shift = 0;
	bool is_number;

	if (!strcmp(value, "auto")) {
		s->threshold = 0;
		return NULL;
	}
	is_number = number(value, THRESHOLD_MAX, &bytes, &end);
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (!is_number || *end || !bytes || bytes > THRESHOLD_MAX >> shift)
		return "give auto, or a number of bytes, as in 16384, 64K or 1M";
	s->threshold = bytes << shift;
	return NULL;
}

static const char *set_timeout(struct run_settings *s, const char *value)
{
	uint64_t ms;
	const char *end;

	if (!number(value, 3600000, &ms, &end) || *end)
		return "give milliseconds, up to 3600000, or 0 for none";
	s->timeout_ns = (int64_t)ms * 1000000;
	return NULL;
}

static int signal_number(const char *name)
{
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int i = 1; i < NSIG; i++) {
		const char *abbreviation = sigabbrev_np(i);

		if (abbreviation && !strcasecmp(name, abbreviation))
			return i;
	}
	return 0;
}

static const char *set_signal(struct run_settings *s, const char *value)
{
	int sig = signal_number(value);

	if (!strcmp(value, "off")) {
		s->signal = 0;
		return NULL;
	}
	if (!sig || sig == SIGKILL || sig == SIGSTOP || sig == SIGSEGV || sig == SIGBUS ||
	    sig == SIGILL || sig == SIGFPE || sig == SIGTRAP)
		return "give off, or a signal that a program may handle, as in USR1";
	s->signal = sig;
	return NULL;
}

static const char *set_output(struct run_settings *s, const char *value)
{
	if (!*value || strlen(value) >= sizeof(s->output))
		return "give the name of a file";
	strcpy(s->output, value);
	return NULL;
}

static const struct run_setting table[] = {
	{ "record", NULL, "offload nothing; estimate what offloading would gain", set_record },
	{ "stats", NULL, "print statistics at exit", set_stats },
	{ "json", NULL, "print them as JSON, one line for each process", set_json },
	{ "output", "FILE", "append them to FILE [standard error]", set_output },
	{ "signal", "NAME", "also print them at this signal, such as USR1 [off]", set_signal },
	{ "functions", "LIST", "only some of memcpy,memmove,memset,memcmp [all]", set_functions },
	{ "queue", "NAME", "all, or a queue or device such as wq0.0 [all]", set_queue },
	{ "threshold", "SIZE", "let the plain function do smaller calls [auto]", set_threshold },
	{ "adapt", "on|off", "choose between device and CPU by measured times [on]", set_adapt },
	{ "wait", "METHOD", "how to wait: auto, spin, pause, umwait or sleep [auto]", set_wait },
	{ "fault", "METHOD", "at page faults: touch, populate or cpu [touch]", set_fault },
	{ "timeout", "MS", "let the CPU take over after MS ms; 0: never [100]", set_timeout },
	{ "offload", "on|off", "off: leave the program alone [on]", set_offload },
};

const struct run_setting *run_setting_at(unsigned int i)
{
	return i < COUNT(table) ? &table[i] : NULL;
}

void run_settings_default(struct run_settings *settings)
{
	*settings = (struct run_settings){ .offload = true,
					   .adapt = true,
					   .functions = (1u << RUN_FUNCTIONS) - 1,
					   .timeout_ns = 100000000 };
}

void run_setting_variable(const struct run_setting *setting, char variable[64])
{
	int length = snprintf(variable, 64, "LIBSVA_RUN_%s", setting->name);

	for (int i = 0; i < length; i++)
		variable[i] = (char)toupper((unsigned char)variable[i]);
}

/*
 * The file.
 */

/* Each program reads the file: of a pipe, the first one would read all, and others would wait. */
static int read_file(const char *path, char text[FILE_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	ssize_t length;
	struct stat st;

	if (fd < 0)
		return -errno;
	length = fstat(fd, &st) ? -1 : read(fd, text, FILE_MAX);
	err = -errno;
	close(fd);
	if (length < 0 || length == FILE_MAX)
		return length < 0 ? err : -EFBIG;
	if (S_ISFIFO(st.st_mode))
		return -ESPIPE;
	text[length] = 0;
	return strlen(text) == (size_t)length ? 0 : -EILSEQ;
}

static const char *reading_error(int err)
{
	return err == -ESPIPE   ? "a pipe: give a file"
	       : err == -EILSEQ ? "no text: it has a byte that is 0"
				: strerror(-err);
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]); end--)
		;
	*end = 0;
	return s;
}

static const struct run_setting *find(const char *name)
{
	for (unsigned int i = 0; i < COUNT(table); i++)
		if (!strcmp(name, table[i].name))
			return &table[i];
	return NULL;
}

/* NULL, or what is wrong. @here: do the lines apply? */
static const char *read_line(struct run_settings *settings, char *line, const char *program,
			     bool *here)
{
	size_t length = strlen(line);
	const struct run_setting *setting;
	struct run_settings unused;
	char *value;

	if (!*line || *line == '#')
		return NULL;
	if (*line == '[') {
		if (line[length - 1] != ']' || length < 3)
			return "a section is [program]";
		line[length - 1] = 0;
		*here = !program || !strcmp(trim(line + 1), program);
		return NULL;
	}
	value = strchr(line, '=');
	if (!value)
		return "a line is: name = value";
	*value++ = 0;
	setting = find(trim(line));
	if (!setting)
		return "there is no such setting";
	return setting->set(*here ? settings : &unused, trim(value));
}

int run_settings_file(struct run_settings *settings, const char *path, const char *program,
		      char *why, size_t len)
{
	static char text[FILE_MAX];
	unsigned int number = 1;
	bool here = true;
	int err = read_file(path, text);

	if (err) {
		snprintf(why, len, "%s: %s", path, reading_error(err));
		return err;
	}
	for (char *line = text, *next; line; line = next, number++) {
		const char *wrong;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		wrong = read_line(settings, trim(line), program, &here);
		if (!wrong)
			continue;
		snprintf(why, len, "%s, line %u: %s", path, number, wrong);
		return -EINVAL;
	}
	return 0;
}

int run_settings_environment(struct run_settings *settings, const char *program, char *why,
			     size_t len)
{
	const char *config = secure_getenv("LIBSVA_RUN_CONFIG");
	int err = config && *config ? run_settings_file(settings, config, program, why, len) : 0;

	for (unsigned int i = 0; !err && i < COUNT(table); i++) {
		char variable[64];
		const char *value, *wrong;

		run_setting_variable(&table[i], variable);
		value = secure_getenv(variable);
		wrong = value && *value ? table[i].set(settings, value) : NULL;
		if (!wrong)
			continue;
		snprintf(why, len, "%s=%s: %s", variable, value, wrong);
		err = -EINVAL;
	}
	return err;
}
