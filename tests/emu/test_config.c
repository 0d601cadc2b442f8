/* SPDX-License-Identifier: MIT */
/* Configurations in accel-config's JSON: what arrives in the machine, and what is said of errors.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "options.h"

static struct emu_state memory, *const machine = &memory;
static struct emu_dsa *dsa;
static char said[4096];

static int setup(void **state)
{
	static const struct emu_hardware hardware;

	(void)state;
	memset(machine, 0, sizeof(*machine));
	machine->profile = *emu_profile_at(0);
	dsa = &machine->device[0];
	return emu_machine_init(machine, &hardware);
}

static int load_file(const char *path)
{
	int saved = dup(2), file = memfd_create("said", 0), result;
	ssize_t length;

	dup2(file, 2);
	result = emu_config_load(machine, path);
	dup2(saved, 2);
	length = pread(file, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	close(saved);
	close(file);
	return result;
}

static int load(const char *json)
{
	char path[] = "/tmp/test_config.XXXXXX";
	int file = mkstemp(path), result;

	assert_int_equal(write(file, json, strlen(json)), strlen(json));
	close(file);
	result = load_file(path);
	unlink(path);
	return result;
}

#define GROUP(queues, engines)                                                                 \
	"[{\"dev\":\"dsa0\",\"groups\":[{\"dev\":\"group0.0\",\"grouped_workqueues\":[" queues \
	"],\"grouped_engines\":[" engines "]}]}]"
#define ENGINE "{\"dev\":\"engine0.0\",\"group_id\":0}"
#define SHARED                                                                                \
	"{\"dev\":\"wq0.0\",\"mode\":\"shared\",\"size\":16,\"group_id\":0,\"threshold\":15," \
	"\"priority\":10,\"type\":\"user\",\"name\":\"a\",\"driver_name\":\"user\"}"
#define DEDICATED                                                                              \
	"{\"dev\":\"wq0.1\",\"mode\":\"dedicated\",\"size\":8,\"group_id\":0,\"threshold\":0," \
	"\"priority\":1,"                                                                      \
	"\"type\":\"user\",\"name\":\"b\",\"driver_name\":\"user\",\"block_on_fault\":1}"

static void test_queues(void **state)
{
	(void)state;
	assert_int_equal(load(GROUP(SHARED "," DEDICATED, ENGINE)), 0);
	assert_string_equal(said, "");
	assert_true(atomic_load(&dsa->enabled));
	assert_int_equal(atomic_load(&dsa->queue[0].state), EMU_WQ_ENABLED);
	assert_int_equal(dsa->queue[0].threshold, 15);
	assert_int_equal(dsa->queue[0].priority, 10);
	assert_int_equal(atomic_load(&dsa->queue[1].state), EMU_WQ_ENABLED);
	assert_int_equal(dsa->queue[1].mode, EMU_WQ_DEDICATED);
	assert_int_equal(dsa->queue[1].size, 8);
	assert_true(dsa->queue[1].block_on_fault);
	assert_int_equal(dsa->engine[0].group_id, 0);
	assert_int_equal(dsa->engine[1].group_id, EMU_NONE);
}

/* As accel-config's own packages have it, with a comma too many. */
static void test_packaged(void **state)
{
	static const char path[] = "/usr/libexec/accel-config/test/configs/2g2q_user_1.conf";

	(void)state;
	if (access(path, R_OK))
		skip();
	assert_int_equal(load_file(path), 0);
	assert_string_equal(said, "");
	assert_int_equal(dsa->queue[1].group_id, 1);
	assert_int_equal(dsa->engine[3].group_id, 1);
	assert_int_equal(atomic_load(&dsa->queue[1].state), EMU_WQ_ENABLED);
}

/* The profiles for user space and for the kernel: all their queues are enabled. */
static void test_profiles(void **state)
{
	static const struct {
		const char *path;
		unsigned int queues;
		enum emu_queue_type type;
	} profiles[] = {
		{ "/etc/accel-config/contrib/configs/app_profile.conf", 2, EMU_WQ_USER },
		{ "/etc/accel-config/contrib/configs/net_profile.conf", 4, EMU_WQ_USER },
		{ "/etc/accel-config/contrib/configs/os_profile.conf", 1, EMU_WQ_KERNEL },
		{ "/etc/accel-config/contrib/configs/storage_profile.conf", 2, EMU_WQ_USER },
	};
	unsigned int q;

	for (unsigned int i = 0; i < sizeof(profiles) / sizeof(*profiles); i++) {
		if (access(profiles[i].path, R_OK))
			skip();
		setup(state);
		assert_int_equal(load_file(profiles[i].path), 0);
		assert_string_equal(said, "");
		for (q = 0; q < profiles[i].queues; q++) {
			assert_int_equal(atomic_load(&dsa->queue[q].state), EMU_WQ_ENABLED);
			assert_int_equal(dsa->queue[q].type, profiles[i].type);
		}
		assert_int_equal(atomic_load(&dsa->queue[q].state), EMU_WQ_DISABLED);
	}
}

static void test_disabled(void **state)
{
	(void)state;
	assert_int_equal(
		load("[{\"dev\":\"dsa0\",\"state\":\"disabled\",\"read_buffer_limit\":5}]"), 0);
	assert_false(atomic_load(&dsa->enabled));
	assert_int_equal(dsa->read_buffer_limit, 5);
}

/* One of two queues. */
static void test_disabled_queue(void **state)
{
	(void)state;
	assert_int_equal(
		load(GROUP(SHARED
			   ",{\"dev\":\"wq0.1\",\"mode\":\"dedicated\",\"size\":8,\"group_id\":0,"
			   "\"type\":\"user\",\"name\":\"b\",\"driver_name\":\"user\","
			   "\"state\":\"disabled\"}",
			   ENGINE)),
		0);
	assert_int_equal(atomic_load(&dsa->queue[0].state), EMU_WQ_ENABLED);
	assert_int_equal(atomic_load(&dsa->queue[1].state), EMU_WQ_DISABLED);
	assert_int_equal(dsa->queue[1].size, 8);
}

/* JSON's null is no text: the device is enabled as without a state, the queue has no type. */
static void test_null(void **state)
{
	(void)state;
	assert_int_equal(load("[{\"dev\":\"dsa0\",\"state\":null,\"groups\":[{\"dev\":\"group0.0\","
			      "\"grouped_workqueues\":[{\"dev\":\"wq0.0\",\"mode\":\"dedicated\","
			      "\"size\":8,\"group_id\":0}],"
			      "\"grouped_engines\":[" ENGINE "]}]}]"),
			 0);
	assert_true(atomic_load(&dsa->enabled));
	assert_int_equal(atomic_load(&dsa->queue[0].state), EMU_WQ_DISABLED);
}

/* The file is of another machine, whose IAX has queues with the names of a DSA's here. */
static void test_other_device(void **state)
{
	(void)state;
	assert_true(load("[{\"dev\":\"iax1\",\"groups\":[{\"dev\":\"group1.0\","
			 "\"grouped_workqueues\":[{\"dev\":\"wq1.0\",\"size\":8}]}]}]") < 0);
	assert_non_null(strstr(said, "iax1: this machine does not have it"));
	assert_int_equal(machine->device[1].queue[0].size, 0);
}

/* What has no settings need not be there: saved on a machine with more engines. */
static void test_more_engines(void **state)
{
	(void)state;
	assert_int_equal(load("[{\"dev\":\"dsa0\",\"state\":\"disabled\",\"ungrouped_engines\":["
			      "{\"dev\":\"engine0.7\"}]}]"),
			 0);
	assert_string_equal(said, "");
}

static void test_unknown_keys(void **state)
{
	(void)state;
	assert_int_equal(load("[{\"dev\":\"dsa0\",\"state\":\"disabled\",\"colour\":1,"
			      "\"event_log_size\":64}]"),
			 0);
	assert_non_null(strstr(said, "dsa0: colour: ignored, not known"));
	assert_non_null(strstr(said, "event_log_size: ignored, this machine does not have it"));
}

/* Each names the file, the device, the attribute, the value. */
static void test_refused(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "cannot be read as JSON: " },
		{ "{", "cannot be read as JSON: " },
		{ "null", "cannot be read as JSON: " },
		{ "{}", "no list" },
		{ "\"x\"", "no list" },
		{ "[3]", "no object with a \"dev\"" },
		{ "[{}]", "no object with a \"dev\"" },
		{ "[{\"dev\":[]}]", "no object with a \"dev\"" },
		{ "[{\"dev\":\"dsa0\",\"groups\":{}}]", "groups: no list" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":97}]",
		  "dsa0: read_buffer_limit cannot be 97: Invalid argument" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":[]}]",
		  "dsa0: read_buffer_limit cannot be [" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":1.5}]",
		  "dsa0: read_buffer_limit cannot be 1.5: give" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":null}]",
		  "dsa0: read_buffer_limit cannot be null: give" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":99999999999999999999}]",
		  "dsa0: read_buffer_limit cannot be " },
		{ "[{\"dev\":\"dsa0\"}]", "dsa0: cannot be enabled" },
		{ "[{\"dev\":\"dsa9\"}]", "dsa9: this machine does not have it" },
		{ GROUP("{\"dev\":\"wq0.9\",\"size\":1}", ENGINE),
		  "wq0.9: this machine does not have it" },
		{ GROUP(SHARED, "{\"dev\":\"engine0.7\",\"group_id\":0}"),
		  "engine0.7: this machine does not have it" },
		{ GROUP("{\"dev\":\"wq0.0\",\"mode\":\"both\"}", ENGINE),
		  "wq0.0: mode cannot be both: Invalid argument" },
		{ GROUP("{\"dev\":\"wq0.0\",\"size\":1000}", ENGINE),
		  "wq0.0: size cannot be 1000" },
		{ GROUP("{\"dev\":\"wq0.0\",\"size\":1,\"group_id\":0,\"type\":\"user\"}", ENGINE),
		  "wq0.0: cannot be enabled" },
	};

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		setup(state);
		assert_true(load(wrong[i][0]) < 0);
		assert_non_null(strstr(said, "/tmp/test_config."));
		if (!strstr(said, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], said);
	}
	assert_true(load_file("/") < 0);
	assert_non_null(strstr(said, "Is a directory"));
	assert_true(load_file("/nowhere") < 0);
	assert_non_null(strstr(said, "/nowhere"));
}

static void test_deep(void **state)
{
	char text[2001];

	(void)state;
	memset(text, '[', 2000);
	text[2000] = '\0';
	assert_true(load(text) < 0);
	assert_non_null(strstr(said, "nesting too deep"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_queues, setup),
		cmocka_unit_test_setup(test_packaged, setup),
		cmocka_unit_test_setup(test_profiles, setup),
		cmocka_unit_test_setup(test_disabled, setup),
		cmocka_unit_test_setup(test_disabled_queue, setup),
		cmocka_unit_test_setup(test_null, setup),
		cmocka_unit_test_setup(test_other_device, setup),
		cmocka_unit_test_setup(test_more_engines, setup),
		cmocka_unit_test_setup(test_unknown_keys, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_deep, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
