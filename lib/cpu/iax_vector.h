/* SPDX-License-Identifier: MIT */
/*
 * The loops of filters that AVX2 or AVX-512 speeds up. They know nothing of what is an error.
 *
 * Those that return a number have done so many elements, as many as fill whole vectors and none on
 * a CPU without AVX2. The caller does the rest in plain C.
 */
#ifndef SVAI_IAX_VECTOR_H
#define SVAI_IAX_VECTOR_H

#include "iax_elements.h"
#include "iax_output.h"

/* svai_vector_unpack - elements from where @e is, which does not move */
uint32_t svai_vector_unpack(const struct svai_elements *e, uint32_t *to, uint32_t count);

/* svai_vector_pack - the lower @size bytes of each value, 1 to 4; writes nothing behind the last */
uint32_t svai_vector_pack(uint8_t *to, const uint32_t *values, uint32_t count, unsigned int size,
			  bool big_endian);

/* svai_vector_aggregate - into the minimum, the maximum and the sum of @o */
uint32_t svai_vector_aggregate(struct svai_output *o, const uint32_t *values, uint32_t count);

/* svai_vector_in_range - a bit for each of 64 values; on any CPU */
uint64_t svai_vector_in_range(const uint32_t *values, uint32_t low, uint32_t high);

/* A key is some of the bits of a value: @shift, and then @mask. */
struct svai_key {
	uint32_t shift, mask;
};

/* svai_vector_in_set - the bit of @set that the key of each of 64 values selects; on any CPU */
uint64_t svai_vector_in_set(const uint32_t *values, struct svai_key key, const uint64_t *set);

/*
 * svai_vector_select - the values whose bits are 1; returns how many
 * svai_vector_expand - for each 1 bit the next value, for each 0 bit 0
 *
 * On any CPU. All arrays have room for a multiple of 64 values; the bits behind @count are 0.
 */
uint32_t svai_vector_select(uint32_t *to, const uint32_t *values, const uint64_t *bits,
			    uint32_t count);
void svai_vector_expand(uint32_t *to, const uint32_t *values, const uint64_t *bits, uint32_t count);

#endif
