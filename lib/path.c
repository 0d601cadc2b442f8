/* SPDX-License-Identifier: MIT */
/* One descriptor, one try: by the portal, by write(2) or on the CPU. */
#include <unistd.h>

#include "path.h"

#define MAX_PAUSES_LOG2 7

int svai_write(const struct svai_handle *h, const struct sva_desc *descs, unsigned int count)
{
	ssize_t n = write(h->fd, descs, count * sizeof(*descs));

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	return n / (ssize_t)sizeof(*descs) ? (int)(n / (ssize_t)sizeof(*descs)) : -EIO;
}

int svai_submit_desc(struct svai_handle *h, const struct sva_desc *desc)
{
	int n;

	switch (h->path) {
	case SVA_PATH_CPU:
		svai_execute_on_cpu(h, &h->limits, desc);
		return 0;
	case SVA_PATH_WRITE:
		n = svai_write(h, desc, 1);
		return n < 0 ? n : 0;
	default:
		sva_submit_barrier();
		if (h->info.mode != SVA_WQ_MODE_DEDICATED)
			return sva_enqcmd(h->portal, desc) ? -EAGAIN : 0;
		sva_movdir64b(h->portal, desc);
		return 0;
	}
}

/*
 * Growing pauses leave the queue to others, and the noise of the time-stamp counter keeps threads
 * that were refused together from coming back together: the hardware promises no fairness.
 */
void svai_back_off(unsigned int tries)
{
	unsigned int most = 1u << (tries < MAX_PAUSES_LOG2 ? tries : MAX_PAUSES_LOG2);
	unsigned int pauses = most / 2 + (unsigned int)(sva_rdtsc() % most);

	while (pauses--)
		sva_pause();
}
