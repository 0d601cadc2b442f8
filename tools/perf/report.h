/* SPDX-License-Identifier: MIT */
#ifndef PERF_REPORT_H
#define PERF_REPORT_H

/* perf_report - "sva-perf report ...", argv[0] is "report"; returns the exit status */
int perf_report(int argc, char **argv);

#endif
