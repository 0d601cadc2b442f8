/* SPDX-License-Identifier: MIT */
/*
 * A program that does to the shared machine whatever it can: none of it may bring the emulator
 * down, which belongs to somebody else.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "control.h"

/* The two files that the emulator gives to each program: configuration, and what is in motion. */
static int files[2];

static int connect_to_emulator(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = EMU_STATE_PATH };
	int to = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	assert_int_equal(connect(to, (struct sockaddr *)&address, sizeof(address)), 0);
	return to;
}

static int ask(void **state)
{
	struct emu_request request = { .ask = EMU_ASK_MACHINE };
	struct emu_reply reply;
	char control[CMSG_SPACE(sizeof(files))];
	struct iovec part = { &reply, sizeof(reply) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int to = connect_to_emulator();

	(void)state;
	if (send(to, &request, sizeof(request), 0) != sizeof(request) ||
	    recvmsg(to, &message, 0) != sizeof(reply) || reply.result)
		return -1;
	memcpy(files, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(files));
	return close(to);
}

/* Requests that nobody makes: answered with an error, or with nothing. */
static void ask_nonsense(void **state)
{
	static const struct emu_request requests[] = {
		{ .ask = 1000 },
		{ .ask = EMU_ASK_OPEN, .device = ~0u },
		{ .ask = EMU_ASK_OPEN, .queue = ~0u },
		{ .ask = EMU_ASK_OPEN, .device = 1, .queue = 7 },
	};
	char bytes[8192] = { 0 };
	struct emu_reply reply;
	int to;

	(void)state;
	for (unsigned int i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		to = connect_to_emulator();
		assert_int_equal(send(to, &requests[i], sizeof(requests[i]), 0), sizeof(*requests));
		assert_int_equal(recv(to, &reply, sizeof(reply), 0), sizeof(reply));
		assert_true(reply.result < 0);
		close(to);
	}
	for (size_t size = 1; size <= sizeof(bytes); size *= 2) {
		to = connect_to_emulator();
		assert_int_equal(send(to, bytes, size, 0), size);
		close(to);
	}
	for (unsigned int i = 0; i < 1000; i++)
		close(connect_to_emulator());
}

static size_t size_of(int file)
{
	struct stat st;

	assert_int_equal(fstat(file, &st), 0);
	assert_true(st.st_size > 0);
	return (size_t)st.st_size;
}

/* What is cut off raises SIGBUS in everybody who looks there. */
static void cut_off(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		size_of(files[i]);
		assert_int_equal(ftruncate(files[i], 0), -1);
		assert_int_equal(ftruncate(files[i], 1 << 30), -1);
		assert_int_equal(fcntl(files[i], F_ADD_SEALS, F_SEAL_WRITE), -1);
	}
}

static void change_the_configuration(void **state)
{
	size_t size = size_of(files[0]);

	(void)state;
	assert_ptr_equal(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, files[0], 0),
			 MAP_FAILED);
	assert_int_equal(pwrite(files[0], "x", 1, 0), -1);
	assert_int_equal(
		fallocate(files[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size),
		-1);
}

static void spoil_the_rest(void **state)
{
	size_t size = size_of(files[1]);
	uint64_t *words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, files[1], 0);
	uint64_t random = 1;

	(void)state;
	assert_ptr_not_equal(words, MAP_FAILED);
	for (size_t i = 0; i < size / sizeof(*words); i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		words[i] = random ^ random >> 33;
	}
	assert_int_equal(munmap(words, size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_off),
		cmocka_unit_test(ask_nonsense),
		cmocka_unit_test(change_the_configuration),
		cmocka_unit_test(spoil_the_rest),
	};

	return cmocka_run_group_tests(tests, ask, NULL);
}
