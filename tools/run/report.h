/* SPDX-License-Identifier: MIT */
/* What is printed at the end, and when a signal asks for it. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "settings.h"

/* run_report_start - keep a way to standard error, which programs like to close before the end */
void run_report_start(const struct run_settings *settings);

/* run_report - at the end; run_report_live - in a signal handler, without what needs a lock */
void run_report(void);
void run_report_live(void);

#endif
