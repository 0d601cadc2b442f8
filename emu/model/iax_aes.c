/* SPDX-License-Identifier: MIT */
/*
 * The block cipher AES, in the direction of encryption, which is the only one that CFB has.
 *
 * Source: FIPS 197; section numbers in the comments are its. Bytes are elements of a field (4.2),
 * and the state is its four columns, one behind the other (3.4).
 */
#include <string.h>

#include "iax.h"

#define COLUMN 4u /* bytes */

/* Times x, modulo x^8 + x^4 + x^3 + x + 1 (4.2.1). */
static uint8_t times_x(uint8_t a)
{
	return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
}

static uint8_t rotate(uint8_t a, unsigned int n)
{
	return (uint8_t)(a << n | a >> (8 - n)); /* by 0: the second half is 0 */
}

/*
 * The S-box: the inverse in the field, then an affine transformation (5.1.1). What is not zero is a
 * power of x + 1, and the inverse of the nth power is the (255 - n)th.
 */
static void make_sbox(uint8_t sbox[256])
{
	uint8_t powers[255], next = 1;

	for (size_t n = 0; n < sizeof(powers); n++) {
		powers[n] = next;
		next ^= times_x(next);
	}
	sbox[0] = 0x63;
	for (size_t n = 0; n < sizeof(powers); n++) {
		uint8_t inverse = powers[(sizeof(powers) - n) % sizeof(powers)], image = 0x63;

		for (unsigned int i = 0; i < 5; i++)
			image ^= rotate(inverse, i);
		sbox[powers[n]] = image;
	}
}

/* Key expansion (5.2), column by column. */
void emu_iax_aes_init(struct emu_iax_aes *aes, const uint8_t *key, size_t size)
{
	uint8_t *keys = aes->keys[0], constant = 1;
	size_t end;

	make_sbox(aes->sbox);
	aes->rounds = (unsigned int)size / COLUMN + 6;
	end = (size_t)EMU_IAX_AES_BLOCK * (aes->rounds + 1);
	memcpy(keys, key, size);
	for (size_t i = size; i < end; i += COLUMN) {
		bool first = i % size == 0, middle = size == 32 && i % size == 16;

		for (size_t j = 0; j < COLUMN; j++) {
			uint8_t byte = keys[i - COLUMN + (first ? (j + 1) % COLUMN : j)];

			if (first || middle)
				byte = aes->sbox[byte];
			if (first && j == 0)
				byte ^= constant;
			keys[i + j] = keys[i + j - size] ^ byte;
		}
		if (first)
			constant = times_x(constant);
	}
}

/* SubBytes and ShiftRows (5.1.1, 5.1.2): row n of a column comes from the nth column behind it. */
static void substitute_and_shift(const struct emu_iax_aes *aes, uint8_t *state)
{
	uint8_t old[EMU_IAX_AES_BLOCK];

	memcpy(old, state, sizeof(old));
	for (size_t i = 0; i < sizeof(old); i++)
		state[i] = aes->sbox[old[(i + i % COLUMN * COLUMN) % sizeof(old)]];
}

/* MixColumns (5.1.3). */
static void mix_columns(uint8_t *state)
{
	for (uint8_t *a = state; a < state + EMU_IAX_AES_BLOCK; a += COLUMN) {
		uint8_t all = a[0] ^ a[1] ^ a[2] ^ a[3], first = a[0];

		for (size_t i = 0; i < COLUMN; i++)
			a[i] ^= all ^ times_x(a[i] ^ (i + 1 < COLUMN ? a[i + 1] : first));
	}
}

static void add_round_key(const struct emu_iax_aes *aes, unsigned int round, uint8_t *state)
{
	for (size_t i = 0; i < EMU_IAX_AES_BLOCK; i++)
		state[i] ^= aes->keys[round][i];
}

void emu_iax_aes(const struct emu_iax_aes *aes, uint8_t block[EMU_IAX_AES_BLOCK])
{
	add_round_key(aes, 0, block);
	for (unsigned int round = 1; round <= aes->rounds; round++) {
		substitute_and_shift(aes, block);
		if (round < aes->rounds)
			mix_columns(block);
		add_round_key(aes, round, block);
	}
}
