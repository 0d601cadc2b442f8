/* SPDX-License-Identifier: MIT */
/* The input of the inflate, bit by bit: what the AECS kept, and then the source. */
#include <string.h>

#include "iax_inflate.h"

void svai_inflate_begin(struct svai_inflate *z, const uint8_t *src, size_t size,
			unsigned int ignore)
{
	size_t whole = ignore / 8 < size ? ignore / 8 : size;

	memset(z, 0, offsetof(struct svai_inflate, pending));
	z->begin = src;
	z->in.in = src;
	z->in.end = src + size - whole;
	if (ignore % 8 && z->in.in < z->in.end) {
		z->in.end--;
		z->in.tail_bits = (uint8_t)(8 - ignore % 8);
		z->in.tail = (uint8_t)(*z->in.end & 0xff >> ignore % 8);
	}
	z->state = SVA_IAX_STATE_HEADER;
	z->chunk = z->window + SVA_IAX_HISTORY;
}

bool svai_inflate_push(struct svai_inflate *z, uint64_t bits, unsigned int count)
{
	if (z->pending_bits + count > 8 * SVAI_PENDING_BYTES)
		return false;
	for (unsigned int i = 0; i < count; i++, z->pending_bits++) {
		uint8_t *byte = &z->pending[z->pending_bits / 8];

		*byte = (uint8_t)((z->pending_bits % 8 ? *byte : 0) |
				  (bits >> i & 1) << z->pending_bits % 8);
	}
	return true;
}

static unsigned int next_pending(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int pos = z->in.pending_pos, n = 8 - pos % 8, left = z->pending_bits - pos;

	if (n > left)
		n = left;
	*bits = (uint8_t)(z->pending[pos / 8] >> pos % 8 & ((1u << n) - 1));
	z->in.pending_pos += n;
	return n;
}

/* The next bits that are not in the buffer: 8, or less where a byte is not whole; 0 at the end. */
static unsigned int next_bits(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int n = 8;

	if (z->in.pending_pos < z->pending_bits)
		return next_pending(z, bits);
	if (z->in.in < z->in.end) {
		*bits = *z->in.in++;
		return n;
	}
	n = z->in.tail_bits;
	*bits = z->in.tail;
	z->in.missing = n ? (uint8_t)(8 - n) : z->in.missing;
	z->in.tail_bits = 0;
	return n;
}

void svai_inflate_refill(struct svai_inflate *z)
{
	while (z->in.count <= 56) {
		uint8_t bits = 0;
		unsigned int n = next_bits(z, &bits);

		if (!n)
			break;
		z->in.bits |= (uint64_t)bits << z->in.count;
		z->in.count += n;
	}
}

unsigned int svai_inflate_next(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int n = z->in.count < 8 ? z->in.count : 8;

	if (!n)
		return next_bits(z, bits);
	*bits = (uint8_t)(z->in.bits & ((1u << n) - 1));
	svai_inflate_consume(z, n);
	return n;
}

bool svai_inflate_take(struct svai_inflate *z, unsigned int n, uint32_t *value)
{
	svai_inflate_refill(z);
	if (z->in.count < n)
		return false;
	*value = (uint32_t)z->in.bits & ((1u << n) - 1);
	svai_inflate_consume(z, n);
	return true;
}

uint64_t svai_inflate_unread(const struct svai_inflate *z)
{
	return z->in.count + (z->pending_bits - z->in.pending_pos) +
	       8 * (uint64_t)(z->in.end - z->in.in) + z->in.tail_bits;
}

uint32_t svai_inflate_give_back(struct svai_inflate *z)
{
	unsigned int tail = z->in.missing ? 8u - z->in.missing : 0;

	if (tail && z->in.count < tail) /* it is in use */
		return (uint32_t)(z->in.end + 1 - z->begin);
	if (tail) {
		z->in.count -= tail;
		z->in.tail_bits = (uint8_t)tail;
		z->in.missing = 0;
	}
	for (; z->in.count >= 8 && z->in.in > z->begin; z->in.in--)
		z->in.count -= 8;
	if (z->in.count < 64)
		z->in.bits &= (UINT64_C(1) << z->in.count) - 1;
	return (uint32_t)(z->in.in - z->begin);
}

void svai_inflate_drop(struct svai_inflate *z)
{
	z->in.in = z->in.end;
	z->in.tail_bits = 0;
}

void svai_inflate_keep(struct svai_inflate *z, unsigned int n)
{
	svai_inflate_refill(z);
	z->in.bits &= (1u << n) - 1;
	z->in.count = n;
	z->in.pending_pos = z->pending_bits;
	svai_inflate_drop(z);
}
