/* SPDX-License-Identifier: MIT */
/*
 * The emulator's analytics device, given any descriptor and any data: no crash, no access but to
 * what the descriptor names, and a record that says what has happened.
 */
#include <stdlib.h>
#include <string.h>

#include "iax.h"

#define SRC    0x100000u /* addresses of the device */
#define DST    0x200000u
#define SRC2   0x300000u
#define RECORD 0x400000u
#define ROOM   0x4000u /* bytes behind each */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t src[ROOM], dst[ROOM], src2[ROOM] __attribute__((aligned(32)));
static struct sva_iax_record record;
static const struct sva_desc *current;
static uint64_t missing; /* a page */

/* Is all of it in the @size bytes at @from? */
static bool within(uint64_t addr, size_t len, uint64_t from, uint64_t size)
{
	return addr >= from && len <= size && addr - from <= size - len;
}

/* The descriptor's source, and second source with both copies of an AECS. */
static bool may_read(uint64_t addr, size_t len)
{
	uint64_t size2 = (uint64_t)current->iax.src2_size * 2;

	return within(addr, len, current->src_addr, current->xfer_size) ||
	       within(addr, len, current->iax.src2_addr, size2);
}

static bool may_write(uint64_t addr, size_t len)
{
	uint64_t size = sva_desc_opcode(current) == SVA_OP_MEMMOVE ? current->xfer_size
								   : current->iax.max_dst_size;

	return within(addr, len, current->dst_addr, size) ||
	       within(addr, len, current->completion_addr, sizeof(record)) ||
	       within(addr, len, current->iax.src2_addr, (uint64_t)current->iax.src2_size * 2);
}

static uint8_t *translate(uint64_t addr, size_t len)
{
	if (within(addr, len, SRC, ROOM))
		return src + (addr - SRC);
	if (within(addr, len, DST, ROOM))
		return dst + (addr - DST);
	if (within(addr, len, SRC2, ROOM))
		return src2 + (addr - SRC2);
	if (within(addr, len, RECORD, sizeof(record)))
		return (uint8_t *)&record + (addr - RECORD);
	return NULL;
}

static size_t accessible(void *ctx, uint64_t addr, size_t len, bool write)
{
	size_t part = EMU_PAGE - addr % EMU_PAGE;

	(void)ctx;
	(void)write;
	if (addr / EMU_PAGE == missing || !translate(addr, 1))
		return 0;
	return part < len ? part : len;
}

static bool read_bytes(void *ctx, uint64_t addr, void *to, size_t len)
{
	const uint8_t *from = translate(addr, len);

	(void)ctx;
	if (!may_read(addr, len) || addr % EMU_PAGE + len > EMU_PAGE)
		abort();
	if (from)
		memcpy(to, from, len);
	return from;
}

static bool write_bytes(void *ctx, uint64_t addr, const void *from, size_t len)
{
	uint8_t *to = translate(addr, len);

	(void)ctx;
	if (!may_write(addr, len) || addr % EMU_PAGE + len > EMU_PAGE)
		abort();
	if (to)
		memcpy(to, from, len);
	return to;
}

/* Keep what the input means to be, as far as it stays where there is memory for it. */
static void confine(struct sva_desc *desc)
{
	static const uint8_t opcodes[] = { 0x00, 0x02, 0x03, 0x40, 0x41, 0x42, 0x42, 0x42,
					   0x43, 0x43, 0x44, 0x48, 0x49, 0x4a, 0x4c, 0x4d,
					   0x4e, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56 };
	unsigned int opcode = opcodes[(desc->op_flags >> 24) % sizeof(opcodes)];

	desc->op_flags = (desc->op_flags & 0xffffff) | opcode << 24 | SVA_FLAG_CRAV | SVA_FLAG_RCR;
	desc->completion_addr = RECORD;
	desc->tail.int_handle = 0;
	if (opcode < SVA_OP_MEMMOVE)
		return;
	desc->xfer_size %= ROOM / 2;
	desc->src_addr = SRC + desc->src_addr % (ROOM / 2);
	if (opcode == SVA_IAX_OP_CRC64)
		return;
	desc->dst_addr = DST + desc->dst_addr % (ROOM / 2);
	if (opcode == SVA_OP_MEMMOVE)
		return;
	desc->iax.max_dst_size %= ROOM / 2;
	if (opcode >= SVA_IAX_OP_SCAN) /* runs can be long, and take as long */
		desc->iax.filter.elements %= 1u << 16;
	if (!(sva_desc_flags(desc) & 0xf0000))
		return;
	desc->iax.src2_addr = SRC2 + desc->iax.src2_addr % 256 / 32 * 32;
	desc->iax.src2_size %= ROOM / 2;
}

/* In most inputs the fields that an operation lacks are zero. */
static void clear_unused(struct sva_desc *desc)
{
	switch (sva_desc_opcode(desc)) {
	case SVA_OP_NOOP:
	case SVA_OP_DRAIN:
		memset(&desc->src_addr, 0, sizeof(*desc) - offsetof(struct sva_desc, src_addr));
		break;
	case SVA_OP_MEMMOVE:
		memset(desc->op_specific, 0, sizeof(desc->op_specific));
		desc->tail.iax_flags = 0;
		break;
	case SVA_IAX_OP_DECRYPT:
	case SVA_IAX_OP_ENCRYPT:
		memset(&desc->iax.filter, 0, sizeof(desc->iax.filter));
		desc->tail.iax_flags = sva_desc_opcode(desc) == SVA_IAX_OP_ENCRYPT
					       ? SVA_IAX_CIPHER_FLUSH_OUTPUT
					       : 0;
		break;
	case SVA_IAX_OP_DECOMPRESS:
		memset(&desc->iax.filter, 0, sizeof(desc->iax.filter));
		desc->tail.iax_flags |= SVA_IAX_DECOMP_ENABLE;
		break;
	case SVA_IAX_OP_COMPRESS:
		memset(&desc->iax.filter, 0, sizeof(desc->iax.filter));
		break;
	case SVA_IAX_OP_CRC64:
		desc->dst_addr = desc->op_words[0] = desc->op_words[1] = 0;
		break;
	default:
		if (sva_desc_opcode(desc) >= SVA_IAX_OP_SCAN)
			break;
		desc->op_words[0] = desc->op_words[2] = 0;
		desc->iax.src2_size = 0;
		desc->tail.iax_flags = 0;
	}
}

/* An AECS that is one, with what the input has made of the rest of it. */
static void make_cipher(const struct sva_desc *desc)
{
	uint64_t size = desc->iax.src2_size;
	uint64_t addr =
		desc->iax.src2_addr + (sva_desc_flags(desc) & SVA_IAX_FLAG_AECS_TOGGLE ? size : 0);
	struct sva_iax_cipher_aecs *aecs;

	if (addr % 32 || !within(addr, sizeof(*aecs), SRC2, ROOM))
		return;
	aecs = (struct sva_iax_cipher_aecs *)(void *)(src2 + (addr - SRC2));
	aecs->algorithm = SVA_IAX_CIPHER_CFB;
	aecs->flags &= SVA_IAX_CIPHER_KEY_256 | SVA_IAX_CIPHER_FLUSH_INPUT;
	aecs->accumulator_sizes %= SVA_IAX_CIPHER_BLOCK;
}

static void check_record(unsigned int refusal, unsigned int status)
{
	unsigned int code = SVA_STATUS_CODE(status);

	if (record.status != status || (refusal && status != refusal))
		abort();
	if (!refusal && code != SVA_STATUS_SUCCESS && code != SVA_STATUS_PAGE_FAULT &&
	    code != SVA_STATUS_PAGE_RESPONSE && code != SVA_STATUS_ANALYTICS &&
	    code != SVA_STATUS_OUTPUT_OVERFLOW)
		abort();
	if ((code == SVA_STATUS_ANALYTICS) != (record.error_code != 0))
		abort();
	if (record.output_size > current->iax.max_dst_size || record.output_bits > 7)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct emu_memory memory = { .accessible = accessible,
						  .read = read_bytes,
						  .write = write_bytes };
	static const struct emu_device device = { .version = 0x100,
						  .gen_cap = 0x71f10901f0105,
						  .iaa_cap = SVA_IAACAP_HEADER |
							     SVA_IAACAP_AECS_FORMAT_2 |
							     SVA_IAACAP_CFB,
						  .op_cap = { 0x40d, 0x7f771f },
						  .max_transfer = 1 << 20,
						  .block_on_fault = true };
	struct emu_findings findings;
	struct emu_iax_outcome outcome;
	struct sva_desc desc;
	uint32_t head;

	if (size < sizeof(desc))
		return 0;
	memcpy(&desc, data, sizeof(desc));
	head = desc.pasid_priv;
	desc.pasid_priv = 0;
	data += sizeof(desc);
	size -= sizeof(desc);
	confine(&desc);
	if (head & 15)
		clear_unused(&desc);
	missing = head & 16 ? (head >> 8) % 0x400 : 0;
	memset(src, 0, ROOM);
	memset(src2, 0, ROOM);
	memcpy(src2, data, size < ROOM ? size : ROOM);
	memcpy(src + desc.src_addr % (ROOM / 2), data, size < ROOM / 2 ? size : ROOM / 2);
	if (head & 32 && (sva_desc_opcode(&desc) | 1) == SVA_IAX_OP_ENCRYPT)
		make_cipher(&desc);
	memset(&record, 0, sizeof(record));
	current = &desc;
	emu_iax_violations(&device, &desc, &findings);
	check_record(emu_first_violation(&findings),
		     emu_iax_execute(&device, &memory, &desc, &outcome));
	return 0;
}
