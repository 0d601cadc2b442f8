/* SPDX-License-Identifier: MIT */
/*
 * AES-CFB by the library, of memory that is not there yet: what an emulated device makes of it is
 * what OpenSSL on the CPU makes of it.
 *	cipher QUEUE WHY   why the CPU did some of it, as sva_why_text() has it; "-": it did not
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sva/sva.h>

#define SIZE (5000003u)

static unsigned char *map(void)
{
	void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static int check_why(const struct sva_outcome *outcome, const char *why)
{
	const char *text = outcome->why ? sva_why_text(outcome->why & -outcome->why) : "-";

	if (!strcmp(text, why) && (outcome->why || outcome->device_bytes == SIZE))
		return 0;
	printf("by the CPU: %s, not %s; %llu bytes by the device\n", text, why,
	       (unsigned long long)outcome->device_bytes);
	return 1;
}

static int run(struct sva_wq *wq, struct sva_wq *cpu, size_t key_size, const char *why)
{
	static const unsigned char key[32] = "a key that has all of its 32 by";
	struct sva_outcome there = { .size = sizeof(there) }, back = { .size = sizeof(back) };
	unsigned char iv[3][SVA_CFB_BLOCK] = { { 0 } };
	unsigned char *src = map(), *dst = map(), *want = map(), *again = map();
	int err;

	if (!src || !dst || !want || !again)
		return 1;
	for (size_t i = 0; i < SIZE / 2; i++) /* the rest is not there */
		src[i] = (unsigned char)(i * i >> 5);
	err = sva_cfb_encrypt(wq, dst, src, SIZE, key, key_size, iv[0], &there);
	if (!err)
		err = sva_cfb_encrypt(cpu, want, src, SIZE, key, key_size, iv[1], NULL);
	if (!err)
		err = sva_cfb_decrypt(wq, again, dst, SIZE, key, key_size, iv[2], &back);
	if (err)
		printf("%s\n", sva_strerror(err));
	err = err || memcmp(dst, want, SIZE) || memcmp(src, again, SIZE) ||
	      memcmp(iv[0], iv[1], sizeof(iv[0])) || memcmp(iv[0], iv[2], sizeof(iv[0])) ||
	      check_why(&there, why) || check_why(&back, why);
	munmap(src, SIZE);
	munmap(dst, SIZE);
	munmap(want, SIZE);
	munmap(again, SIZE);
	return err;
}

int main(int argc, char **argv)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq, *cpu;
	int err;

	if (argc != 3 || sva_wq_open(&wq, argv[1], &opts) || sva_wq_open(&cpu, "cpu", &opts))
		return 2;
	err = sva_wq_set_policy(wq, &policy) || run(wq, cpu, 16, argv[2]) ||
	      run(wq, cpu, 32, argv[2]);
	return sva_wq_close(wq) || sva_wq_close(cpu) || err;
}
