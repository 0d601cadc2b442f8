/* SPDX-License-Identifier: MIT */
/*
 * The output of a filter: a bit vector or an array, nominal or modified, with its aggregates.
 *
 * Source: QPL. Aggregates are those of the nominal output; indices in them count from 0, whatever
 * the first index of the output is (unverified).
 */
#ifndef SVAI_IAX_OUTPUT_H
#define SVAI_IAX_OUTPUT_H

#include <sva/iax.h>

struct svai_output {
	uint8_t *dst;
	uint32_t room, size;  /* bytes */
	uint64_t bits;        /* that are not whole bytes yet */
	unsigned int pending; /* how many */
	unsigned int width;   /* of what is written, bits */
	bool big_endian, full;
	unsigned int error; /* enum sva_iax_error */
	/* A bit vector. */
	bool invert, indices;
	uint32_t first_index, index;
	/* Aggregates. */
	uint32_t min_first, max_last, sum_count;
};

/* svai_output_begin - of a descriptor, whose output is a bit vector, or an array of @width bits */
void svai_output_begin(struct svai_output *o, const struct sva_desc *desc, bool vector,
		       unsigned int width, uint32_t first_index);

/* svai_output_bits - the next @count bits of the vector, at most 64 */
void svai_output_bits(struct svai_output *o, uint64_t bits, unsigned int count);

/* svai_output_values - the next elements of the array */
void svai_output_values(struct svai_output *o, const uint32_t *values, uint32_t count);

/* svai_output_end - the last bits, and the fields of the record */
void svai_output_end(struct svai_output *o, struct sva_iax_record *record);

#endif
