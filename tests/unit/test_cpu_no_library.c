/* SPDX-License-Identifier: MIT */
/*
 * The software device where no other library is installed: CRC and DIF take longer, and are the
 * same; encryption and compression say what is missing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sva/deflate.h>
#include <sva/status.h>

#include "cpu/crc_library.h"
#include "iax_run.h"
#include "reference.h"

static unsigned int asked;

void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
	(void)name;
	(void)flags;
	asked++;
	return NULL;
}

static void crc_of_all_sizes(void **state)
{
	struct sva_desc desc;
	struct sva_record record;

	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size);

		sva_prep_crc(&desc, src, *size, 7, 0);
		assert_int_equal(ref_run(&desc, &record), SVA_STATUS_SUCCESS);
		assert_int_equal(record.crc, ref_crc32c(src, *size, 7, 0));
		assert_int_equal(svai_crc16_t10dif()(0xffff, src, *size),
				 ref_crc16(src, *size, 0xffff));
		free(src);
	}
	assert_int_equal(svai_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
	assert_int_equal(
		svai_crc32(svai_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
		0xcbf43926);
	assert_int_equal(asked, 1);
}

static void encryption(void **state)
{
	static struct sva_iax_op op;
	static struct sva_iax_cipher_aecs aecs;
	uint8_t in[32] = { 0 }, out[32] = { 0 };
	char text[256];

	(void)state;
	asked = 0;
	sva_iax_cipher_aecs_init(&aecs, in, 32, in);
	for (unsigned int i = 0; i < 2; i++) {
		sva_iax_prep_encrypt(&op, out, sizeof(out), in, sizeof(in), 0);
		sva_iax_op_set_aecs(&op, &aecs, sizeof(aecs), 0);
		assert_int_equal(iax_run(&op), SVA_STATUS_NO_LIBRARY);
	}
	assert_int_equal(asked, 1);
	sva_explain(&op.op.desc, &op.head, text, sizeof(text));
	assert_string_equal(text, "encrypt: status 0x42, library missing; install OpenSSL 3: "
				  "Debian's package libssl3");
	assert_int_equal(sva_status_errno(SVA_STATUS_NO_LIBRARY), -ELIBACC);
}

static void compression(void **state)
{
	uint8_t in[64] = { 0 }, out[256];
	size_t in_size = sizeof(in), out_size = sizeof(out);
	struct sva_stream *stream;
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
	assert_int_equal(sva_deflate(wq, out, &out_size, in, in_size, NULL, NULL), -ELIBACC);
	assert_int_equal(sva_inflate(wq, out, &out_size, in, &in_size, NULL, NULL), -ELIBACC);
	assert_int_equal(sva_inflate_open(&stream, wq, NULL), -ELIBACC);
	assert_null(stream);
	sva_wq_close(wq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_of_all_sizes),
		cmocka_unit_test(encryption),
		cmocka_unit_test(compression),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
