/* SPDX-License-Identifier: MIT */
#include "report.h"
int perf_report(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 2;
}
