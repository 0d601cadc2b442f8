/* SPDX-License-Identifier: MIT */
/* why QUEUE: what libsva says about a queue: the error's name, the path it would take, its reason.
 */
#include <stdio.h>
#include <string.h>

#include <sva/sva.h>

int main(int argc, char **argv)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;
	int error;

	if (argc != 2)
		return 2;
	error = sva_wq_open(&wq, argv[1], &opts);
	printf("error: %s\n", error ? strerrorname_np(-error) : "none");
	opts.flags = 0;
	if (sva_wq_open(&wq, argv[1], &opts) != 0)
		return 1;
	printf("path: %s\nreason: %s\n", sva_path_name(sva_wq_path(wq)), sva_wq_why(wq));
	for (unsigned int i = 0; i < sva_report_count(sva_wq_report(wq)); i++) {
		const struct sva_rejection *r = sva_report_get(sva_wq_report(wq), i);

		printf("%s: %s; %s\n", r->queue, r->reason, r->remedy);
	}
	return sva_wq_close(wq) != 0;
}
