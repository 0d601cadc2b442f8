/* SPDX-License-Identifier: MIT */
#ifndef SVAI_OPERATION_H
#define SVAI_OPERATION_H

#include "handle.h"

/* svai_record - the completion record of an operation that has been linked once */
static inline struct sva_record *svai_record(const struct sva_op *op)
{
	return (struct sva_record *)(uintptr_t)op->desc.completion_addr;
}

/* svai_has_iax_record - is it the beginning of a struct sva_iax_op, prepared by a builder? */
static inline bool svai_has_iax_record(const struct sva_op *op)
{
	return op->desc.completion_addr == (uintptr_t)(op + 1);
}

/* svai_fits - has it the record that the queue writes? */
static inline bool svai_fits(const struct svai_handle *h, const struct sva_op *op)
{
	return !h->iax || svai_has_iax_record(op);
}

void svai_link_iax(struct svai_handle *h, struct sva_op *op);

/* svai_link - give it its record, not complete, and tell it where it goes; it fits */
static inline void svai_link(struct svai_handle *h, struct sva_op *op)
{
	if (SVA__UNLIKELY(h->iax))
		svai_link_iax(h, op);
	else
		sva__op_link(op, &h->head);
}

/*
 * svai_refuse - mark an operation as never in flight, so that polling it ends; returns @err
 * @wq: where it was to go; NULL or closed: it must be prepared again before it can go to an IAX
 * queue
 */
int svai_refuse(const struct sva_wq *wq, struct sva_op *op, int err);

/* svai_prep_noop - prepare the library's own operation */
void svai_prep_noop(struct svai_handle *h);

#endif
