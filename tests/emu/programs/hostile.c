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

#define SOCKET "/dev/.sva-emu-state"

/* The two files that the emulator gives to each program: configuration, and what is in motion. */
static int files[2];

static int ask(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	char text, control[CMSG_SPACE(sizeof(files))];
	struct iovec byte = { &text, 1 };
	struct msghdr message = { .msg_iov = &byte,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int from = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	if (connect(from, (struct sockaddr *)&address, sizeof(address)) ||
	    recvmsg(from, &message, 0) != 1)
		return -1;
	memcpy(files, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(files));
	return close(from);
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
		cmocka_unit_test(change_the_configuration),
		cmocka_unit_test(spoil_the_rest),
	};

	return cmocka_run_group_tests(tests, ask, NULL);
}
