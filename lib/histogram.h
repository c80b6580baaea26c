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

/* How often each value came, and what is exact of it; all zero is an empty one. */
struct histogram {
	uint64_t count;
	uint64_t sum;     /* saturates */
	uint64_t minimum; /* this and maximum mean nothing while count is 0 */
	uint64_t maximum;
	uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* Empties the histogram. */
void histogram_reset(struct histogram *histogram);

/* Records one value. */
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

/* The bucket that value falls in: 0 … HISTOGRAM_BUCKETS - 1. */
unsigned histogram_bucket(uint64_t value);

/* The lowest value of a bucket. */
uint64_t histogram_bucket_lowest(unsigned bucket);

/* The highest value of a bucket. */
uint64_t histogram_bucket_highest(unsigned bucket);

/*
 * The value at or below which `part` of `whole` of the samples lie (p99.9 is 999 of 1000):
 * the highest value of that bucket, never above the maximum seen. 0 when empty.
 */
uint64_t histogram_quantile(const struct histogram *histogram, uint64_t part, uint64_t whole);

/*
 * Whether five samples at least lie beyond the value at or below which `part` of `whole` lie: fewer do not carry such a figure.
 */
bool histogram_carries(const struct histogram *histogram, uint64_t part, uint64_t whole);

/* Standard deviation, by the lowest values of the buckets; 0 when empty. */
uint64_t histogram_deviation(const struct histogram *histogram);

/* Mean, rounded down; 0 when empty. */
uint64_t histogram_mean(const struct histogram *histogram);

#endif
