/* SPDX-License-Identifier: MIT */
/*
 * The model of an IAX device's operations, as op.h has that of a DSA device's: what it refuses,
 * what it does, and what it reports. It shares the layouts of <sva/iax.h> with the library and
 * nothing else.
 *
 * Source: what Intel QPL 1.6, accel-config 4.1.6 and Linux (drivers/crypto/intel/iaa) show of the
 * device. Where they are silent, the model does what is simplest, and says (unverified).
 *
 * Not modelled, and refused: ciphers but AES-CFB, 16-bit big-endian tokens, mini-blocks and their
 * index, partial loads of an AECS, dictionaries, header generation in two passes, and forced array
 * output.
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

/*
 * Bytes of a source, by their offset: a page of it at a time. Like all sources and destinations it
 * ends with a fault where run->fault says so.
 */
struct emu_iax_source {
	struct emu_run *run;
	uint64_t addr;
	uint32_t size;
	enum emu_operand operand;
	uint32_t begin; /* of what is at hand */
	uint32_t len;
	const uint8_t *data;
	uint8_t page[EMU_PAGE];
};

void emu_iax_source_init(struct emu_iax_source *source, struct emu_run *run, uint64_t addr,
			 uint32_t size, enum emu_operand operand);
/* The byte at @offset; negative: it is not there, or a fault. */
int emu_iax_byte(struct emu_iax_source *source, uint32_t offset);

/* The destination: bytes one behind the other, written a page at a time. */
struct emu_iax_output {
	struct emu_run *run;
	uint64_t addr;
	uint32_t room;
	uint32_t size;    /* bytes that were put */
	uint32_t pending; /* of them, not yet written */
	uint8_t page[EMU_PAGE];
};

void emu_iax_output_init(struct emu_iax_output *out, struct emu_run *run);
/* False: no room, or a fault. */
bool emu_iax_put(struct emu_iax_output *out, uint8_t byte);
/* Write what is pending; false: a fault. */
bool emu_iax_finish(struct emu_iax_output *out);

/* CRC and XOR of bytes, as they come. */
struct emu_iax_sums {
	uint32_t reg; /* of the CRC */
	bool crc32c;
	uint16_t xor_checksum;
	bool odd; /* the next byte is the upper one of a word */
};

void emu_iax_sums_init(struct emu_iax_sums *sums, const struct sva_desc *desc, uint32_t crc,
		       uint32_t xor_checksum);
void emu_iax_sum(struct emu_iax_sums *sums, uint8_t byte);
uint32_t emu_iax_crc(const struct emu_iax_sums *sums);
/* Into the record. */
void emu_iax_record_sums(struct emu_run *run, const struct emu_iax_sums *sums);

/* End with an error code. */
unsigned int emu_iax_fail(struct emu_run *run, unsigned int error);

/* Read the AECS: as much of @size bytes as there is, then zeros. False: a fault. */
bool emu_iax_read_aecs(struct emu_run *run, void *aecs, size_t size);
/* Write the other copy, as much of it as there is room for. */
bool emu_iax_write_aecs(struct emu_run *run, const void *aecs, size_t size);

/* Bits of a stream, least significant first: those of an accumulator, then those of a source. */
struct emu_iax_bits {
	struct emu_iax_source source;
	uint8_t acc[SVA_IAX_ACCUMULATOR * 8];
	uint32_t acc_bits;
	uint64_t pos; /* of the next one */
	uint64_t end;
};

/* The next bit; negative: the end, or a fault. */
int emu_iax_bit(struct emu_iax_bits *bits);
/* The next @n bits; negative: there are not so many, or a fault. */
int32_t emu_iax_take(struct emu_iax_bits *bits, unsigned int n);

#define EMU_IAX_LL_MAX 288u /* symbols that the fixed tables have */
#define EMU_IAX_D_MAX  32u
#define EMU_IAX_CL     19u /* symbols of code lengths */
#define EMU_IAX_BITS   15u /* of a code word, at most */

/* A prefix code: the symbols in the order of their code words. */
struct emu_iax_code {
	uint16_t count[EMU_IAX_BITS + 1]; /* code words of each length */
	uint16_t symbol[EMU_IAX_LL_MAX];
	unsigned int longest;
};

#define EMU_IAX_NO_BITS  (-1) /* or a fault */
#define EMU_IAX_BAD_CODE (-2)

/* False: more code words than there can be. */
bool emu_iax_code_init(struct emu_iax_code *code, const uint8_t *lengths, unsigned int n);
/* The next symbol, or one of the two above. */
int emu_iax_decode(struct emu_iax_bits *bits, const struct emu_iax_code *code);

/* The tables of a block. */
struct emu_iax_tables {
	uint8_t ll_lengths[EMU_IAX_LL_MAX];
	uint8_t d_lengths[EMU_IAX_D_MAX];
	struct emu_iax_code ll;
	struct emu_iax_code d;
	bool valid;
};

void emu_iax_fixed_tables(struct emu_iax_tables *tables);
/*
 * What follows the type of a dynamic block. 0, an error code, or EMU_IAX_NO_BITS.
 */
int emu_iax_dynamic_tables(struct emu_iax_bits *bits, struct emu_iax_tables *tables);

#define EMU_IAX_LENGTHS 29u /* symbols of lengths, from 257 on */

/* The least length and distance of a symbol, and the bits behind it that are added. */
extern const uint16_t emu_iax_length_base[EMU_IAX_LENGTHS];
extern const uint8_t emu_iax_length_extra[EMU_IAX_LENGTHS];
extern const uint16_t emu_iax_distance_base[SVA_IAX_D];
unsigned int emu_iax_distance_extra(unsigned int symbol);

struct emu_iax_token {
	unsigned int length; /* 0: a literal */
	unsigned int distance;
	uint8_t literal;
};

/* A token as symbols, with their extra bits. */
struct emu_iax_symbols {
	unsigned int ll;
	unsigned int ll_extra; /* how many bits */
	unsigned int ll_bits;
	bool match; /* has a distance */
	unsigned int d;
	unsigned int d_extra;
	unsigned int d_bits;
};

void emu_iax_symbols(const struct emu_iax_token *token, struct emu_iax_symbols *symbols);

/* Decompression, as far as it has come. */
struct emu_iax_inflate {
	struct emu_iax_bits in;
	struct emu_iax_tables tables;
	unsigned int state; /* SVA_IAX_STATE_* */
	uint16_t flags;     /* SVA_IAX_DECOMP_* */
	uint32_t stored;    /* bytes left of a stored block */
	uint32_t copy;      /* bytes left of a match */
	uint32_t distance;
	int literal;          /* that comes next; negative: none */
	uint64_t literal_end; /* where its code word ends */
	uint8_t history[SVA_IAX_HISTORY];
	uint32_t at; /* where the next byte goes */
	bool full;   /* all of the history is valid */
	bool stopped;
	unsigned int error;
};

/* From a block header on, without history. */
void emu_iax_inflate_init(struct emu_iax_inflate *inflate, struct emu_run *run);
/* Is there another byte? If not: the end of the input, or of the stream, an error, or a fault. */
bool emu_iax_inflate_ready(struct emu_iax_inflate *inflate);
/* That byte. */
uint8_t emu_iax_inflate_take(struct emu_iax_inflate *inflate);
/* Bytes of history that a match can refer to. */
uint32_t emu_iax_inflate_history(const struct emu_iax_inflate *inflate);
/* Without another byte, an error or a fault: does the input end where the flags want it to? */
bool emu_iax_inflate_ended_well(const struct emu_iax_inflate *inflate);

/* Decompression from and to its AECS. False: it makes no sense. */
bool emu_iax_load_state(struct emu_iax_inflate *inflate, const struct emu_run *run,
			const struct sva_iax_decompress_aecs *aecs);
void emu_iax_save_state(const struct emu_iax_inflate *inflate, const struct emu_iax_sums *sums,
			struct sva_iax_decompress_aecs *aecs);
/* The bits that are left, which fit; false: a fault. */
bool emu_iax_save_bits(struct emu_iax_bits *in, struct sva_iax_decompress_aecs *aecs);
/* Did the job before end in the middle of a word of the XOR? */
bool emu_iax_loaded_odd(const struct sva_iax_decompress_aecs *aecs);

#define EMU_IAX_HASH 4096u /* entries */

/* The tokens of the data to be compressed. */
struct emu_iax_matcher {
	struct emu_iax_source source;
	struct emu_iax_sums *sums; /* of all that has been read */
	bool literals;             /* only */
	uint32_t pos;
	uint32_t filled;                   /* what has been read */
	uint8_t data[2 * SVA_IAX_HISTORY]; /* history, and what comes next */
	uint32_t head[EMU_IAX_HASH];       /* last position of three bytes, and 1; 0: none */
};

void emu_iax_matcher_init(struct emu_iax_matcher *matcher, struct emu_run *run,
			  struct emu_iax_sums *sums);
/* False: the end, or a fault. */
bool emu_iax_next_token(struct emu_iax_matcher *matcher, struct emu_iax_token *token);

/* Bits to the destination, in words of eight bytes. */
struct emu_iax_writer {
	struct emu_iax_output out;
	uint64_t word;
	unsigned int bits; /* of it */
	bool failed;       /* no room, or a fault */
};

/* The lowest bit first. */
void emu_iax_write(struct emu_iax_writer *writer, uint32_t value, unsigned int bits);
/* A code word, as the AECS has it; its first bit is the highest. */
void emu_iax_write_code(struct emu_iax_writer *writer, uint32_t code);
/* All of the bits that wait, as whole bytes. */
void emu_iax_write_out(struct emu_iax_writer *writer);

/* Make code words of at most @longest bits for @n symbols that occur so often. */
void emu_iax_make_code(const uint32_t *frequency, unsigned int n, unsigned int longest,
		       uint32_t *codes);
/* Write the header of a dynamic block. */
void emu_iax_write_header(struct emu_iax_writer *writer, bool final, const uint32_t *ll,
			  const uint32_t *d);

/* The bytes of a filter's first source: as they are, or decompressed. */
struct emu_iax_feed {
	struct emu_run *run;
	bool compressed;
	uint32_t offset; /* of the next one, as they are */
	struct emu_iax_inflate inflate;
	struct emu_iax_sums sums;
};

/* The next one; negative: there is none, or a fault. How a stream ends is checked. */
int emu_iax_feed_byte(struct emu_iax_feed *feed);

/* The elements of a filter's first source. */
struct emu_iax_reader {
	struct emu_iax_feed *feed;
	unsigned int format;
	unsigned int width;
	uint64_t bits; /* that were read of the next ones */
	unsigned int n_bits;
	uint32_t run; /* elements left of a run of Parquet's */
	bool packed;  /* they are; else equal to @value */
	uint32_t value;
	unsigned int error;
};

/* False: an error, or a fault. Of Parquet's format this reads the width. */
bool emu_iax_reader_init(struct emu_iax_reader *reader, struct emu_iax_feed *feed,
			 const struct emu_iax_elements *elements);
bool emu_iax_element(struct emu_iax_reader *reader, uint32_t *value);

/* Elements of a filter's output, one behind the other. */
struct emu_iax_packer {
	struct emu_iax_output out;
	bool be;
	uint8_t byte;      /* the last one, until it is full */
	unsigned int bits; /* of it */
	bool failed;       /* no room, or a fault */
};

void emu_iax_pack(struct emu_iax_packer *packer, uint32_t value, unsigned int width);
/* The last byte. */
void emu_iax_pack_end(struct emu_iax_packer *packer);

static inline uint32_t emu_iax_mask(unsigned int width)
{
	return (uint32_t)((1ull << width) - 1);
}

#define EMU_IAX_SET_MAX   15u /* bits of a value of which there is a set, at most */

#define EMU_IAX_AES_BLOCK 16u /* bytes */

/* AES: with a key expanded. */
struct emu_iax_aes {
	uint8_t sbox[256];
	uint8_t keys[15][EMU_IAX_AES_BLOCK]; /* of each round, and one before */
	unsigned int rounds;
};

/* @size: 16 or 32 */
void emu_iax_aes_init(struct emu_iax_aes *aes, const uint8_t *key, size_t size);
/* Encrypt one block, in place. */
void emu_iax_aes(const struct emu_iax_aes *aes, uint8_t block[EMU_IAX_AES_BLOCK]);

emu_op emu_iax_cipher;                                 /* iax_cipher.c */
emu_op emu_iax_decompress;                             /* iax_decompress.c */
emu_op emu_iax_compress;                               /* iax_compress.c */
emu_op emu_iax_crc64;                                  /* iax_crc64.c */
emu_op emu_iax_zero_compress, emu_iax_zero_decompress; /* iax_zero.c */
emu_op emu_iax_filter;                                 /* iax_filter.c */

#endif
