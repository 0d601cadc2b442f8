/* SPDX-License-Identifier: MIT */
/*
 * What a program would do without libsva, where it is more than one call of glibc or ISA-L: plain C
 * that the compiler may make of what it likes, with -O3 -march=native.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <stddef.h>
#include <stdint.h>

#define DIF_BLOCK 512u
#define DIF_TUPLE 8u

void plain_rep_movsb(void *dst, const void *src, size_t size);
void plain_rep_stosq(void *dst, uint64_t pattern, size_t size);
void plain_fill(void *dst, uint64_t pattern, size_t size);

/* 0 or 1, without the offset */
uint32_t plain_compare_pattern(const void *src, uint64_t pattern, size_t size);

void plain_copy_twice(void *dst1, void *dst2, const void *src, size_t size);

/* Without a branch for each word, and also with a look for blocks that are equal; bytes used */
uint32_t plain_create_delta(void *record, const void *a, const void *b, size_t size);
uint32_t plain_create_delta_blocks(void *record, const void *a, const void *b, size_t size);

/* 0: applied */
uint32_t plain_apply_delta(void *dst, size_t size, const void *record, size_t record_size);

/* ISA-L for the guard, and tags that count from 0. 0: all is well */
uint32_t plain_dif_check(const void *src, size_t blocks);
void plain_dif_insert(void *dst, const void *src, size_t blocks);
uint32_t plain_dif_strip(void *dst, const void *src, size_t blocks);
uint32_t plain_dif_update(void *dst, const void *src, size_t blocks);

void plain_flush(void *dst, size_t size);
void plain_flush_unordered(void *dst, size_t size);

#endif
