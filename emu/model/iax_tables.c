/* SPDX-License-Identifier: MIT */
/* The tables that a block of a DEFLATE stream has (RFC 1951, 3.2.6 and 3.2.7). */
#include <string.h>

#include "iax.h"

void emu_iax_fixed_tables(struct emu_iax_tables *tables)
{
	memset(tables->ll_lengths, 8, 144);
	memset(tables->ll_lengths + 144, 9, 112);
	memset(tables->ll_lengths + 256, 7, 24);
	memset(tables->ll_lengths + 280, 8, 8);
	memset(tables->d_lengths, 5, EMU_IAX_D_MAX);
	emu_iax_code_init(&tables->ll, tables->ll_lengths, EMU_IAX_LL_MAX);
	emu_iax_code_init(&tables->d, tables->d_lengths, EMU_IAX_D_MAX);
	tables->valid = true;
}

/* The code of the code lengths. 0, an error code, or EMU_IAX_NO_BITS. */
static int read_cl(struct emu_iax_bits *bits, unsigned int n, struct emu_iax_code *cl)
{
	static const uint8_t order[EMU_IAX_CL] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						   11, 4,  12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[EMU_IAX_CL] = { 0 };

	for (unsigned int i = 0; i < n; i++) {
		int32_t length = emu_iax_take(bits, 3);

		if (length < 0)
			return EMU_IAX_NO_BITS;
		lengths[order[i]] = (uint8_t)length;
	}
	return emu_iax_code_init(cl, lengths, EMU_IAX_CL) ? 0 : SVA_IAX_ERROR_CL_LENGTHS;
}

/* The errors of one of the two sequences of code lengths. */
struct sequence {
	unsigned int first;  /* repeats a length before there is one */
	unsigned int count;  /* repeats lengths beyond the last one */
	unsigned int excess; /* oversubscribed */
};

/* How often which length comes next; 0: once. False: not enough bits. */
static bool read_repeat(struct emu_iax_bits *bits, int symbol, unsigned int *times)
{
	static const uint8_t extra[] = { 2, 3, 7 }, least[] = { 3, 3, 11 };
	int32_t more;

	*times = 1;
	if (symbol < 16)
		return true;
	more = emu_iax_take(bits, extra[symbol - 16]);
	*times = least[symbol - 16] + (unsigned int)more;
	return more >= 0;
}

/* A sequence of @n lengths does not go on in the other one. */
static int read_lengths(struct emu_iax_bits *bits, const struct emu_iax_code *cl, unsigned int n,
			uint8_t *lengths, const struct sequence *errors)
{
	unsigned int times;

	for (unsigned int i = 0; i < n; i += times) {
		int symbol = emu_iax_decode(bits, cl);

		if (symbol == EMU_IAX_NO_BITS)
			return EMU_IAX_NO_BITS;
		if (symbol == EMU_IAX_BAD_CODE)
			return SVA_IAX_ERROR_BAD_CL;
		if (symbol == 16 && i == 0)
			return (int)errors->first;
		if (!read_repeat(bits, symbol, &times))
			return EMU_IAX_NO_BITS;
		if (times > n - i)
			return (int)errors->count;
		if (symbol >= 16)
			symbol = symbol == 16 ? lengths[i - 1] : 0;
		memset(lengths + i, symbol, times);
	}
	return 0;
}

static int read_sequence(struct emu_iax_bits *bits, const struct emu_iax_code *cl, unsigned int n,
			 uint8_t *lengths, struct emu_iax_code *code, const struct sequence *errors)
{
	int error = read_lengths(bits, cl, n, lengths, errors);

	if (error)
		return error;
	return emu_iax_code_init(code, lengths, n) ? 0 : (int)errors->excess;
}

/* What is incomplete is accepted: a code word that is missing is an error where it occurs. */
int emu_iax_dynamic_tables(struct emu_iax_bits *bits, struct emu_iax_tables *tables)
{
	static const struct sequence ll_errors = { SVA_IAX_ERROR_FIRST_LL, SVA_IAX_ERROR_LL_COUNT,
						   SVA_IAX_ERROR_LL_LENGTHS };
	static const struct sequence d_errors = { SVA_IAX_ERROR_FIRST_D, SVA_IAX_ERROR_D_COUNT,
						  SVA_IAX_ERROR_D_LENGTHS };
	int32_t counts = emu_iax_take(bits, 14);
	unsigned int ll = 257 + ((unsigned int)counts & 31);
	unsigned int d = 1 + ((unsigned int)counts >> 5 & 31);
	struct emu_iax_code cl;
	int error;

	if (counts < 0)
		return EMU_IAX_NO_BITS;
	if (ll > SVA_IAX_LL)
		return SVA_IAX_ERROR_MANY_LL;
	if (d > SVA_IAX_D)
		return SVA_IAX_ERROR_MANY_D;
	tables->valid = false;
	memset(tables->ll_lengths, 0, sizeof(tables->ll_lengths));
	memset(tables->d_lengths, 0, sizeof(tables->d_lengths));
	error = read_cl(bits, 4 + ((unsigned int)counts >> 10), &cl);
	if (!error)
		error = read_sequence(bits, &cl, ll, tables->ll_lengths, &tables->ll, &ll_errors);
	if (!error && !tables->ll.longest)
		error = SVA_IAX_ERROR_NO_LL;
	if (!error)
		error = read_sequence(bits, &cl, d, tables->d_lengths, &tables->d, &d_errors);
	tables->valid = !error;
	return error;
}
