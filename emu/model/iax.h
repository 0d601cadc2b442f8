/* SPDX-License-Identifier: MIT */
/*
 * The model of an IAX device's operations, as op.h has that of a DSA device's: what it refuses,
 * what it does, and what it reports. It shares the layouts of <sva/iax.h> with the library and
 * nothing else.
 *
 * Source: what Intel QPL 1.6, accel-config 4.1.6 and Linux (drivers/crypto/intel/iaa) show of the
 * device. Where they are silent, the model does what is simplest, and says (unverified).
 *
 * Not modelled, and refused: encryption, 16-bit big-endian tokens, mini-blocks and their index,
 * partial loads of an AECS, dictionaries, header generation in two passes, and forced array output.
 */
#ifndef EMU_MODEL_IAX_H
#define EMU_MODEL_IAX_H

#include <sva/iax.h>

#include "op.h"

struct emu_iax_outcome {
	struct sva_iax_record record; /* also when it was not written */
	bool written;                 /* to the completion address */
};

/* emu_iax_execute - as emu_execute(), with report() given the first 32 bytes of the record */
unsigned int emu_iax_execute(const struct emu_device *dev, const struct emu_memory *mem,
			     const struct sva_desc *desc, struct emu_iax_outcome *outcome);

/* emu_iax_violations - as emu_violations(); emu_first_violation() chooses */
void emu_iax_violations(const struct emu_device *dev, const struct sva_desc *desc,
			struct emu_findings *findings);

/* Capabilities in GENCAP beside those of op.h (QPL). */
#define EMU_IAX_CAP_DECOMPRESS (1ull << 40)

/* A code of header generation that is none: bits 14:12 of the flags of compression. */
#define EMU_IAX_COMP_HEADER_1 0x1000u
#define EMU_IAX_HEADER_MAX    4096u /* bytes that a header can be generated for */
#define EMU_IAX_AECS_STATE    1088u /* bytes of an AECS of decompression, without the history */

/* The rest is between the files of the model. */

static inline struct sva_iax_record *emu_iax_record(const struct emu_run *run)
{
	return (struct sva_iax_record *)(void *)run->comp;
}

/* The filter flags of a descriptor. */
struct emu_iax_elements {
	unsigned int format; /* of the first source */
	unsigned int width;
	unsigned int src2_width;
	bool src2_be;
	unsigned int out_width; /* 0: nominal */
	bool out_be;
	bool invert;
	unsigned int drop_low;
	unsigned int drop_high;
};

struct emu_iax_elements emu_iax_elements(const struct sva_desc *desc);
/* Bits of a value of which there is a set; not positive: none. */
int emu_iax_set_bits(const struct emu_iax_elements *elements);
/* Bits of a value of the largest set that the device has room for. */
unsigned int emu_iax_max_set(const struct emu_device *dev, bool decompressed);
/* Is the nominal output a bit vector? */
bool emu_iax_bit_vector(unsigned int opcode);
/* Bytes of a word of zero compression and decompression. */
unsigned int emu_iax_zero_word(unsigned int opcode);

#endif
