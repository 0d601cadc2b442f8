/* SPDX-License-Identifier: MIT */
/*
 * The library's open files, among those of a program that does not know of them. It may count on
 * getting the lowest number for its next file, or close all numbers and open others there.
 *
 * The linker (--wrap) leads libsva's open(), write() and close() here: its files go to high
 * numbers, and what is no longer its file is neither written to nor closed.
 */
#ifndef RUN_FILES_H
#define RUN_FILES_H

#include <stdbool.h>

/* run_file_keep - move an open file up, and remember it; returns its new number, or @fd */
int run_file_keep(int fd);

/* run_file_is_ours - is it still what was kept under this number? */
bool run_file_is_ours(int fd);

#endif
