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

/* What a file says of the state is what accel-config saw when it wrote it. */
static void test_state_ignored(void **state)
{
	(void)state;
	assert_int_equal(
		load("[{\"dev\":\"dsa0\",\"state\":\"disabled\",\"groups\":[{\"dev\":\"group0.0\","
		     "\"grouped_workqueues\":[{\"dev\":\"wq0.0\",\"state\":\"disabled\","
		     "\"mode\":\"dedicated\",\"size\":8,\"priority\":1,\"group_id\":0,"
		     "\"type\":\"user\",\"name\":\"a\",\"driver_name\":\"user\"}],"
		     "\"grouped_engines\":[" ENGINE "]}]}]"),
		0);
	assert_int_equal(atomic_load(&dsa->queue[0].state), EMU_WQ_ENABLED);
}

/* In the order of the file, and passed over where they cannot apply. */
static void test_order(void **state)
{
	(void)state;
	assert_int_equal(load(GROUP("{\"dev\":\"wq0.0\",\"mode\":\"dedicated\",\"threshold\":5,"
				    "\"size\":8,\"priority\":1,\"group_id\":0,\"type\":\"user\","
				    "\"name\":\"a\",\"driver_name\":\"user\"}",
				    ENGINE)),
			 0);
	setup(state);
	assert_true(load(GROUP("{\"dev\":\"wq0.0\",\"threshold\":5,\"mode\":\"dedicated\"}",
			       ENGINE)) < 0);
	assert_non_null(strstr(said, "wq0.0: threshold cannot be 5: Invalid argument"));
}

static void test_null(void **state)
{
	(void)state;
	load("[{\"dev\":\"dsa0\",\"read_buffer_limit\":5,\"state\":null}]");
	assert_int_equal(dsa->read_buffer_limit, 5);
}

/* What the machine must have: found before there is one. */
static void test_devices(void **state)
{
	struct emu_hardware hardware = { 0 };
	char path[] = "/tmp/test_config.XXXXXX";
	static const char json[] = "[{\"dev\":\"dsa12\",\"numa_node\":1},{\"dev\":\"dsa8\","
				   "\"op_cap\":\"00000001,003f027d\"},{\"dev\":\"iax3\"},{}]";
	int file = mkstemp(path);

	assert_int_equal(write(file, json, strlen(json)), strlen(json));
	close(file);
	assert_int_equal(emu_config_devices(path, &hardware), 0);
	unlink(path);
	assert_int_equal(hardware.named_count, 3);
	setup(state);
	memset(machine, 0, sizeof(*machine));
	assert_int_equal(emu_machine_init(machine, &hardware), 0);
	assert_int_equal(machine->device_count, 3);
	assert_int_equal(machine->device[0].id, 12);
	assert_int_equal(machine->device[0].numa_node, 1);
	assert_int_equal(machine->device[1].id, 8);
	assert_int_equal(machine->device[1].op_cap[0], 0x1003f027d);
	assert_int_equal(machine->device[1].queue[0].op_config[0], 0x1003f027d);
	assert_int_equal(machine->device[2].id, 3);
	assert_int_equal(machine->device[0].type, EMU_TYPE_DSA);
	assert_int_equal(machine->device[2].type, EMU_TYPE_IAX);
	assert_int_equal(machine->device[2].op_cap[1], 0x7f331c);
	hardware.devices = 4;
	memset(machine, 0, sizeof(*machine));
	assert_int_equal(emu_machine_init(machine, &hardware), -EEXIST); /* dsa3, iax3 */
	hardware.named_count = 2;
	hardware.devices = 32;
	hardware.nodes = 2;
	memset(machine, 0, sizeof(*machine));
	assert_int_equal(emu_machine_init(machine, &hardware), 0);
	assert_int_equal(machine->device_count, 32);
	assert_int_equal(machine->device[15].numa_node, 0);
	assert_int_equal(machine->device[16].numa_node, 1);
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

/* accel-config prints -2 for attributes that such a device lacks. */
static void test_iax(void **state)
{
	static const struct emu_hardware hardware = { .devices = 2,
						      .type = { [1] = EMU_TYPE_IAX } };
	const struct emu_queue *queue = &machine->device[1].queue[4];

	setup(state);
	memset(machine, 0, sizeof(*machine));
	machine->profile = *emu_profile_at(0);
	assert_int_equal(emu_machine_init(machine, &hardware), 0);
	assert_int_equal(load("[{\"dev\":\"iax1\",\"groups\":[{\"dev\":\"group1.2\","
			      "\"grouped_workqueues\":[{\"dev\":\"wq1.4\",\"mode\":\"dedicated\","
			      "\"size\":40,\"group_id\":2,\"priority\":10,\"max_batch_size\":-2,"
			      "\"type\":\"user\",\"name\":\"a\",\"driver_name\":\"user\"}],"
			      "\"grouped_engines\":[{\"dev\":\"engine1.7\",\"group_id\":2}]}]}]"),
			 0);
	assert_int_equal(atomic_load(&queue->state), EMU_WQ_ENABLED);
	assert_int_equal(queue->size, 40);
	assert_non_null(strstr(said, "wq1.4: max_batch_size: ignored"));
	assert_true(load("[{\"dev\":\"dsa1\"}]") < 0);
	assert_non_null(strstr(said, "dsa1: this machine does not have it"));
}

static void test_unknown_keys(void **state)
{
	(void)state;
	load("[{\"dev\":\"dsa0\",\"colour\":1,\"event_log_size\":64,\"read_buffer_limit\":7}]");
	assert_null(strstr(said, "colour"));
	assert_non_null(strstr(said, "event_log_size: ignored, this machine or kernel lacks it"));
	assert_int_equal(dsa->read_buffer_limit, 7);
}

/* Each names the file, the device, the attribute, the value. */
static void test_refused(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "cannot be read as JSON: " },
		{ "{", "cannot be read as JSON: " },
		{ "null", "cannot be read as JSON: " },
		{ "{}", "no list of devices" },
		{ "\"x\"", "no list of devices" },
		{ "[3]", "a list has something else than objects" },
		{ "[{\"dev\":[]}]", "a list is empty" },
		{ "[{\"dev\":\"dsa0\",\"groups\":[]}]", "dsa0: a list is empty" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":97}]",
		  "dsa0: read_buffer_limit cannot be 97: Invalid argument" },
		{ "[{\"dev\":\"dsa0\",\"read_buffer_limit\":99999999999999999999}]",
		  "dsa0: read_buffer_limit cannot be " },
		{ "[{\"dev\":\"dsa0\"}]", "dsa0: cannot be enabled" },
		{ "[{\"dev\":\"dsa9\"}]", "dsa9: this machine does not have it" },
		{ GROUP("{\"dev\":\"wq0.9\",\"size\":1}", ENGINE),
		  "wq0.9: the device does not have it" },
		{ GROUP(SHARED, "{\"dev\":\"engine0.7\",\"group_id\":0}"),
		  "engine0.7: the device does not have it" },
		{ GROUP("{\"dev\":\"wq0.0\",\"mode\":\"both\"}", ENGINE),
		  "wq0.0: mode cannot be both: Invalid argument" },
		{ GROUP("{\"dev\":\"wq0.0\",\"size\":1000}", ENGINE),
		  "wq0.0: size cannot be 1000" },
		{ GROUP("{\"dev\":\"wq0.0\",\"size\":1,\"group_id\":0,\"type\":\"user\"}", ENGINE),
		  "wq0.0: cannot be enabled: No such device: the queue names another driver" },
		{ "[{\"dev\":\"engine\"},{\"dev\":\"dsa0\"},{\"dev\":\"colour0\"}]",
		  "colour0: no name of a device" },
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
		cmocka_unit_test_setup(test_state_ignored, setup),
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_devices, setup),
		cmocka_unit_test_setup(test_iax, setup),
		cmocka_unit_test_setup(test_null, setup),
		cmocka_unit_test_setup(test_other_device, setup),
		cmocka_unit_test_setup(test_unknown_keys, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_deep, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
