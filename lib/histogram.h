/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log-linear (HDR) histogram of 64-bit values: exact below 2 * HISTOGRAM_SUB_BUCKETS, above
 * that each power of two is split into HISTOGRAM_SUB_BUCKETS buckets, so a bucket is never wider
 * than 1 / HISTOGRAM_SUB_BUCKETS of its value.
 */
#ifndef LIB_HISTOGRAM_H
#define LIB_HISTOGRAM_H

#include "lib/base.h"

#define HISTOGRAM_SUB_BITS    6
#define HISTOGRAM_SUB_BUCKETS (1u << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_BUCKETS     ((64 - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB_BUCKETS)

struct histogram {
	uint64_t count;
	uint64_t sum; /* saturates */
	uint64_t minimum;
	uint64_t maximum;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_reset(struct histogram *histogram);
void histogram_record(struct histogram *histogram, uint64_t value);

/* Records the same value `times` times. */
void histogram_record_many(struct histogram *histogram, uint64_t value, uint32_t times);

/* Adds all of `from` to `into`. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * Makes `into` what `from` would be had every value gone through convert(), which multiplies:
 * each bucket moves as a whole, by its middle.
 */
void histogram_convert(struct histogram *into, const struct histogram *from,
		       uint64_t (*convert)(uint64_t value));

/* The bucket that value falls in, and the lowest / highest value of a bucket. */
unsigned histogram_bucket(uint64_t value);
uint64_t histogram_bucket_lowest(unsigned bucket);
uint64_t histogram_bucket_highest(unsigned bucket);

/*
 * The value at or below which `part` of `whole` of the samples lie (p99.9 is 999 of 1000):
 * the highest value of that bucket, never above the maximum seen. 0 when empty.
 */
uint64_t histogram_quantile(const struct histogram *histogram, uint64_t part, uint64_t whole);

/* Mean, rounded down; 0 when empty. */
uint64_t histogram_mean(const struct histogram *histogram);

#endif
