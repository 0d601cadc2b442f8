/* SPDX-License-Identifier: MIT */
/* Operations of the analytics device: their memory, and their errors in words. */
#include <stdlib.h>
#include <string.h>

#include <sva/iax.h>

struct sva_iax_op *sva_iax_op_alloc(size_t count)
{
	struct sva_iax_op *ops;

	if (!count || count > SIZE_MAX / sizeof(*ops))
		return NULL;
	ops = aligned_alloc(_Alignof(struct sva_iax_op), count * sizeof(*ops));
	if (ops)
		memset(ops, 0, count * sizeof(*ops));
	return ops;
}

void sva_iax_op_free(struct sva_iax_op *ops)
{
	free(ops);
}

static const char *const error_texts[] = {
	[SVA_IAX_ERROR_HEADER_SIZE] = "the block header is too large",
	[SVA_IAX_ERROR_BAD_CL] = "bad code in the code lengths",
	[SVA_IAX_ERROR_FIRST_LL] = "the first literal length repeats one before it",
	[SVA_IAX_ERROR_FIRST_D] = "the first distance length repeats one before it",
	[SVA_IAX_ERROR_NO_LL] = "the block has no literal or length code",
	[SVA_IAX_ERROR_LL_COUNT] = "wrong number of literal and length codes",
	[SVA_IAX_ERROR_D_COUNT] = "wrong number of distance codes",
	[SVA_IAX_ERROR_CL_LENGTHS] = "the code length codes are oversubscribed",
	[SVA_IAX_ERROR_LL_LENGTHS] = "the literal and length codes are oversubscribed",
	[SVA_IAX_ERROR_D_LENGTHS] = "the distance codes are oversubscribed",
	[SVA_IAX_ERROR_BAD_LL] = "bad literal or length code",
	[SVA_IAX_ERROR_BAD_D] = "bad distance code",
	[SVA_IAX_ERROR_BLOCK_TYPE] = "bad block type",
	[SVA_IAX_ERROR_STORED_LENGTH] = "the two lengths of a stored block do not agree",
	[SVA_IAX_ERROR_NO_EOB] = "the input ends before the end of a block",
	[SVA_IAX_ERROR_LENGTH] = "bad length",
	[SVA_IAX_ERROR_DISTANCE] = "a distance of 0, or of more than the history of 4096 bytes",
	[SVA_IAX_ERROR_BEFORE_START] = "a distance goes back before the start of the output",
	[SVA_IAX_ERROR_NO_PROGRESS] = "no progress",
	[SVA_IAX_ERROR_RLE_FORMAT] = "bad RLE format",
	[SVA_IAX_ERROR_OUTPUT_WIDTH] = "a value does not fit in an output element",
	[SVA_IAX_ERROR_AECS] = "bad AECS",
	[SVA_IAX_ERROR_SRC1_SHORT] = "the first source is too short",
	[SVA_IAX_ERROR_SRC2_SHORT] = "the second source is too short",
	[SVA_IAX_ERROR_OVERFLOW] = "the output does not fit in the destination",
	[SVA_IAX_ERROR_BLOCK_DISTANCE] = "a distance crosses the start of a mini-block",
	[SVA_IAX_ERROR_BLOCK_LENGTH] = "a match crosses the end of a mini-block",
	[SVA_IAX_ERROR_BLOCK_SIZE] = "bad size of mini-blocks",
	[SVA_IAX_ERROR_VERIFY] = "verification failed",
	[SVA_IAX_ERROR_UNUSED_CODE] = "a symbol has no code in the Huffman table",
	[SVA_IAX_ERROR_RLE_WIDTH] = "the RLE width is more than 32 bits",
	[SVA_IAX_ERROR_FEW_ELEMENTS] = "the input has too few elements",
	[SVA_IAX_ERROR_COUNT] = "bad count",
	[SVA_IAX_ERROR_ZERO_HEADER] = "incomplete header of zero compression",
	[SVA_IAX_ERROR_MANY_LL] = "more than 286 literal and length codes",
	[SVA_IAX_ERROR_MANY_D] = "more than 30 distance codes",
};

const char *sva_iax_error_text(unsigned int error)
{
	if (error >= sizeof(error_texts) / sizeof(error_texts[0]) || !error_texts[error])
		return "unknown error code";
	return error_texts[error];
}
