/* SPDX-License-Identifier: MIT */
/* Output that was made before it had room, and input that was taken too early. */
#include <string.h>

#include "least.h"
#include "stream.h"

void svai_stream_put(struct svai_flow *flow, const uint8_t *from, size_t size)
{
	if (size)
		memcpy(flow->out, from, size);
	flow->out += size;
	flow->out_size -= size;
}

bool svai_stream_give(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = svai_least(s->result_size - s->result_at, flow->out_size);

	if (some)
		svai_stream_put(flow, s->result + s->result_at, some);
	s->result_at += some;
	if (s->result_at < s->result_size)
		return false;
	s->result_at = s->result_size = 0;
	return true;
}

size_t svai_stream_give_back(const struct sva_stream *s, struct svai_flow *flow, size_t count)
{
	size_t some = svai_least(count, (size_t)(flow->in - s->in));

	flow->in -= some;
	flow->in_size += some;
	return some;
}

/* What cannot be given back is the beginning of the trailer, and perhaps more. */
void svai_stream_end_data(struct sva_stream *s, struct svai_flow *flow, const uint8_t *bytes,
			  size_t count)
{
	count -= svai_stream_give_back(s, flow, count);
	s->rest_size = (unsigned int)svai_least(count, sizeof(s->rest)); /* else it is damaged */
	memcpy(s->rest, bytes, s->rest_size);
	s->data_done = true;
}
