/* SPDX-License-Identifier: MIT */
/*
 * AES-CFB as calls. Each part begins with the block of encrypted data before it, and has whole
 * blocks: what a device does with less than one, no source shows. So the last one is filled up, in
 * a buffer of its own.
 */
#include <string.h>

#include <sva/cipher.h>

#include "job.h"
#include "policy.h"

struct cfb {
	bool encrypt;
	const uint8_t *src;
	uint8_t *dst;
	const uint8_t *key;
	size_t key_size;
	const uint8_t *iv;
	uint8_t last_src[SVA_CFB_BLOCK], last_dst[SVA_CFB_BLOCK]; /* less than a block of them */
	struct sva_iax_cipher_aecs aecs[SVAI_PARTS];
};

/* What the block at @offset is combined with. */
static const uint8_t *block_before(const struct cfb *c, uint64_t offset)
{
	if (!offset)
		return c->iv;
	return (c->encrypt ? c->dst : c->src) + offset - SVA_CFB_BLOCK;
}

static void next_cfb(struct svai_job *job, struct svai_part *part)
{
	struct cfb *c = job->next_context;
	struct sva_iax_cipher_aecs *aecs = &c->aecs[part - job->parts];
	const uint8_t *src = c->src + part->offset;
	uint8_t *dst = c->dst + part->offset;
	uint64_t size = job->left < job->part_max ? job->left : job->part_max;

	part->bytes = size < SVA_CFB_BLOCK ? size : size - size % SVA_CFB_BLOCK;
	size = part->bytes;
	if (size < SVA_CFB_BLOCK) {
		memcpy(c->last_src, src, size);
		src = c->last_src;
		dst = c->last_dst;
		size = SVA_CFB_BLOCK;
	}
	if (c->encrypt)
		sva_iax_prep_encrypt(&part->iax, dst, (uint32_t)size, src, size, 0);
	else
		sva_iax_prep_decrypt(&part->iax, dst, (uint32_t)size, src, size, 0);
	sva_iax_cipher_aecs_init(aecs, c->key, c->key_size, block_before(c, part->offset));
	sva_iax_op_set_aecs(&part->iax, aecs, sizeof(*aecs), 0);
	part->desc = part->iax.op.desc;
}

static void collect_cfb(struct svai_job *job, struct svai_part *part)
{
	struct cfb *c = job->collect_context;

	if (part->bytes < SVA_CFB_BLOCK)
		memcpy(c->dst + part->offset, c->last_dst, part->bytes);
}

static int begin(const struct cfb *c, struct svai_job *job, struct sva_wq *wq, uint64_t size,
		 const struct sva_outcome *outcome)
{
	int err = svai_job_begin(job, wq, size, outcome);

	if (err)
		return err;
	if (!c->key || !c->iv || (c->key_size != 16 && c->key_size != 32) ||
	    ((!c->src || !c->dst) && size) || !svai_is_range(c->src, size) ||
	    !svai_is_range(c->dst, size) || svai_overlap(c->src, size, c->dst, size))
		return -EINVAL;
	if (svai_policy_memory(job->h, c->src + (size - size % SVA_CFB_BLOCK), size % SVA_CFB_BLOCK,
			       false) ||
	    svai_policy_memory(job->h, c->dst + (size - size % SVA_CFB_BLOCK), size % SVA_CFB_BLOCK,
			       true))
		return -EFAULT;
	job->iax = true;
	job->no_verdict = true;
	job->unit = SVA_CFB_BLOCK;
	if (c->encrypt) {
		job->part_max = job->h->iax ? job->h->limits.max_transfer : SVAI_MAX_TRANSFER;
		job->window = 1;
	}
	if (job->h->iax && !(job->h->limits.iaa_cap & SVA_IAACAP_CFB))
		job->cpu = SVA_WHY_UNSUPPORTED;
	return 0;
}

static int run(struct cfb *c, struct sva_wq *wq, uint64_t size, uint8_t *iv,
	       struct sva_outcome *outcome)
{
	uint64_t whole = size - size % SVA_CFB_BLOCK;
	struct svai_job job;
	int err = begin(c, &job, wq, size, outcome);

	if (err)
		return err;
	job.next = next_cfb;
	job.collect = collect_cfb;
	job.next_context = job.collect_context = c;
	err = svai_job_run(&job, outcome);
	if (!err && whole)
		memcpy(iv, block_before(c, whole), SVA_CFB_BLOCK);
	explicit_bzero(c->aecs, sizeof(c->aecs));
	explicit_bzero(c->last_src, sizeof(c->last_src));
	explicit_bzero(c->last_dst, sizeof(c->last_dst));
	return err;
}

int sva_cfb_encrypt(struct sva_wq *wq, void *dst, const void *src, size_t size, const void *key,
		    size_t key_size, void *iv, struct sva_outcome *outcome)
{
	struct cfb c = {
		.encrypt = true, .src = src, .dst = dst, .key = key, .key_size = key_size, .iv = iv
	};

	return run(&c, wq, size, iv, outcome);
}

int sva_cfb_decrypt(struct sva_wq *wq, void *dst, const void *src, size_t size, const void *key,
		    size_t key_size, void *iv, struct sva_outcome *outcome)
{
	struct cfb c = { .src = src, .dst = dst, .key = key, .key_size = key_size, .iv = iv };

	return run(&c, wq, size, iv, outcome);
}
