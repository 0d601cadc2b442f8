/* SPDX-License-Identifier: MIT */
/* Sources and destinations of an IAX device's operations, and the sums of what passes. */
#include "iax.h"

#define POLY_32  0xedb88320u /* CRC-32 and CRC32C, the least significant bit first */
#define POLY_32C 0x82f63b78u

void emu_iax_source_init(struct emu_iax_source *source, struct emu_run *run, uint64_t addr,
			 uint32_t size, enum emu_operand operand)
{
	source->run = run;
	source->addr = addr;
	source->size = size;
	source->operand = operand;
	source->begin = 0;
	source->len = 0;
}

static bool load(struct emu_iax_source *source, uint32_t offset)
{
	uint64_t addr = source->addr + offset;
	size_t len = EMU_PAGE - addr % EMU_PAGE;

	if (len > source->size - offset)
		len = source->size - offset;
	source->begin = offset;
	source->len = 0;
	if (!emu_reach_all(source->run, addr, len, source->operand))
		return false;
	source->data = emu_view(source->run, addr, len, source->operand, source->page);
	if (!source->data)
		return false;
	source->len = (uint32_t)len;
	return true;
}

int emu_iax_byte(struct emu_iax_source *source, uint32_t offset)
{
	if (offset >= source->size)
		return -1;
	if (offset - source->begin >= source->len && !load(source, offset))
		return -1;
	return source->data[offset - source->begin];
}

void emu_iax_output_init(struct emu_iax_output *out, struct emu_run *run)
{
	out->run = run;
	out->addr = run->desc->dst_addr;
	out->room = run->desc->iax.max_dst_size;
	out->size = 0;
	out->pending = 0;
}

bool emu_iax_put(struct emu_iax_output *out, uint8_t byte)
{
	if (out->size == out->room)
		return false;
	out->page[out->pending++] = byte;
	out->size++;
	return (out->addr + out->size) % EMU_PAGE || emu_iax_finish(out);
}

bool emu_iax_finish(struct emu_iax_output *out)
{
	uint64_t addr = out->addr + out->size - out->pending;
	uint32_t len = out->pending;

	out->pending = 0;
	if (len == 0) /* there may be no destination at all */
		return true;
	return emu_reach_all(out->run, addr, len, EMU_DST) &&
	       emu_store(out->run, addr, out->page, len, EMU_DST);
}

void emu_iax_sums_init(struct emu_iax_sums *sums, const struct sva_desc *desc, uint32_t crc,
		       uint32_t xor_checksum)
{
	sums->reg = ~crc;
	sums->crc32c = sva_desc_flags(desc) & SVA_IAX_FLAG_CRC32C;
	sums->xor_checksum = (uint16_t)xor_checksum;
	sums->odd = false;
}

void emu_iax_sum(struct emu_iax_sums *sums, uint8_t byte)
{
	uint32_t poly = sums->crc32c ? POLY_32C : POLY_32;

	sums->reg ^= byte;
	for (unsigned int bit = 0; bit < 8; bit++)
		sums->reg = sums->reg & 1 ? sums->reg >> 1 ^ poly : sums->reg >> 1;
	sums->xor_checksum ^= (uint16_t)(sums->odd ? byte << 8 : byte);
	sums->odd = !sums->odd;
}

uint32_t emu_iax_crc(const struct emu_iax_sums *sums)
{
	return ~sums->reg;
}

void emu_iax_record_sums(struct emu_run *run, const struct emu_iax_sums *sums)
{
	struct sva_iax_record *record = emu_iax_record(run);

	record->crc = emu_iax_crc(sums);
	record->xor_checksum = sums->xor_checksum;
}

/* What else the record has then is (unverified): nothing. */
unsigned int emu_iax_fail(struct emu_run *run, unsigned int error)
{
	struct sva_iax_record *record = emu_iax_record(run);

	*record = (struct sva_iax_record){ .error_code = (uint8_t)error };
	return SVA_STATUS_ANALYTICS;
}
