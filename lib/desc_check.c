/* SPDX-License-Identifier: MIT */
/* What a queue would refuse about a descriptor, in words. */
#include <stdio.h>

#include "check.h"
#include "cpu/iax.h"
#include "handle.h"

/* One sentence for a finding, with the values if they say something. */
static void tell(const struct svai_finding *f, const struct sva_desc *desc, int member, char *why,
		 size_t len)
{
	char place[32] = "", values[80] = "";

	if (member >= 0)
		snprintf(place, sizeof(place), "member %d: ", member);
	if (f->status == SVA_STATUS_BAD_FLAGS)
		snprintf(values, sizeof(values), " (flags %#x)", f->invalid_flags);
	else if (f->limit)
		snprintf(values, sizeof(values), " (%#llx, limit %#llx)",
			 (unsigned long long)f->got, (unsigned long long)f->limit);
	snprintf(why, len, "%s%s: %s%s", place, sva_opcode_name(sva_desc_opcode(desc)), f->text,
		 values);
}

int sva_desc_check(const struct sva_wq *wq, const struct sva_desc *desc, char *why, size_t len)
{
	const struct svai_limits *limits;
	struct svai_finding finding;
	const struct sva_desc *list;
	int err = svai_handle_state(wq);

	if (len)
		*why = '\0';
	if (err || !desc)
		return err ? err : -EINVAL;
	limits = &svai_handle(wq)->limits;
	if (svai_check_owner(desc, &finding) ||
	    (svai_handle(wq)->iax ? svai_iax_check(limits, desc, &finding)
				  : svai_check(limits, desc, false, &finding))) {
		tell(&finding, desc, -1, why, len);
		return (int)finding.status;
	}
	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		return 0;
	list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;
	if (!list) {
		snprintf(why, len, "batch: the address of the descriptor list is NULL");
		return SVA_STATUS_BATCH_PAGE_FAULT;
	}
	for (uint32_t i = 0; i < desc->desc_count; i++) {
		if (svai_check(limits, &list[i], true, &finding)) {
			tell(&finding, &list[i], (int)i, why, len);
			return (int)finding.status;
		}
	}
	return 0;
}
