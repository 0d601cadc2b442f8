/* SPDX-License-Identifier: MIT */
/* CRC, and copy with CRC (8.3.12, 8.3.13, appendix A), bit by bit. */
#include <string.h>

#include "op.h"

#define POLY_32C  (0x1edc6f41ull << 32)
#define POLY_NVME 0xad93d23594c93659ull

/* The lowest bit becomes the highest. */
static uint64_t reverse(uint64_t value, unsigned int bits)
{
	uint64_t reversed = 0;

	for (unsigned int i = 0; i < bits; i++)
		reversed |= (value >> i & 1) << (bits - 1 - i);
	return reversed;
}

uint64_t emu_crc_bytes(uint64_t reg, uint64_t poly, const uint8_t *data, size_t len, bool reflect)
{
	for (size_t i = 0; i < len; i++) {
		reg ^= (reflect ? reverse(data[i], 8) : data[i]) << 56;
		for (unsigned int bit = 0; bit < 8; bit++)
			reg = reg >> 63 ? reg << 1 ^ poly : reg << 1;
	}
	return reg;
}

/* What the flags choose. */
struct crc {
	unsigned int bits;
	uint64_t poly; /* in the upper bits, as the register is */
	bool plain;    /* seed and value as they are, else inverted and reflected */
	bool reflect;  /* the bits of each byte */
};

static struct crc crc_kind(const struct sva_desc *desc)
{
	uint32_t flags = sva_desc_flags(desc);
	bool wide = flags & EMU_FLAG_CRC64;

	return (struct crc){
		.bits = wide ? 64 : 32,
		.poly = wide ? POLY_NVME : POLY_32C,
		.plain = flags & SVA_FLAG_CRC_BYPASS_INVERT,
		.reflect = !(flags & SVA_FLAG_CRC_BYPASS_REFLECT),
	};
}

/* Between the value in descriptor and record, and the register: each is the other's inverse. */
static uint64_t to_register(const struct crc *crc, uint64_t value)
{
	return crc->plain ? value << (64 - crc->bits)
			  : reverse(~value, crc->bits) << (64 - crc->bits);
}

static uint64_t to_value(const struct crc *crc, uint64_t reg)
{
	reg >>= 64 - crc->bits;
	return crc->plain ? reg : reverse(~reg, crc->bits);
}

static bool read_seed(struct emu_run *run, const struct crc *crc, uint64_t *seed)
{
	const struct sva_desc *desc = run->desc;

	*seed = 0;
	if (!(sva_desc_flags(desc) & SVA_FLAG_CRC_SEED_ADDR)) {
		*seed = crc->bits == 64 ? desc->op_words[0] : desc->crc.seed;
		return true;
	}
	return emu_load(run, seed, desc->crc.seed_addr, crc->bits / 8, EMU_SRC2);
}

static void record_value(struct emu_run *run, const struct crc *crc, uint64_t reg)
{
	uint64_t value = to_value(crc, reg);

	/* Eight bytes: those of the 32-bit value, and zeroes, or those of the 64-bit value. */
	memcpy((uint8_t *)run->comp + offsetof(struct sva_record, crc), &value, sizeof(value));
}

static unsigned int crc_run(struct emu_run *run, bool copy)
{
	const struct sva_desc *desc = run->desc;
	const struct crc crc = crc_kind(desc);
	uint8_t buffer[EMU_PAGE];
	uint32_t done = 0;
	uint64_t reg;

	if (!read_seed(run, &crc, &reg))
		return emu_stop(run, 0);
	reg = to_register(&crc, reg);
	while (done < desc->xfer_size) {
		const uint8_t *data = NULL;
		size_t n = emu_reach(run, desc->src_addr + done, desc->xfer_size - done, EMU_SRC);

		if (n > 0 && copy)
			n = emu_reach(run, desc->dst_addr + done, n, EMU_DST);
		if (n > 0)
			data = emu_view(run, desc->src_addr + done, n, EMU_SRC, buffer);
		if (!data || (copy && !emu_store(run, desc->dst_addr + done, data, n, EMU_DST))) {
			/* The value is undefined if nothing was done; software must not use it. */
			if (done > 0)
				record_value(run, &crc, reg);
			return emu_stop(run, done);
		}
		reg = emu_crc_bytes(reg, crc.poly, data, n, crc.reflect);
		done += (uint32_t)n;
	}
	record_value(run, &crc, reg);
	return SVA_STATUS_SUCCESS;
}

unsigned int emu_crc(struct emu_run *run)
{
	return crc_run(run, false);
}

unsigned int emu_copy_crc(struct emu_run *run)
{
	return crc_run(run, true);
}
