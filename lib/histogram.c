/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/histogram.h"
#include "lib/string.h"

/* All zero is an empty histogram: minimum and maximum mean nothing while count is 0. */
void histogram_reset(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
}

static uint64_t add_saturating(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void bucket_add(uint32_t *bucket, uint32_t more)
{
	*bucket = more > UINT32_MAX - *bucket ? UINT32_MAX : *bucket + more;
}

void histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram_record_many(histogram, value, 1);
}

void histogram_record_many(struct histogram *histogram, uint64_t value, uint32_t times)
{
	uint64_t product;

	if (!times)
		return;
	if (histogram->count == 0 || value < histogram->minimum)
		histogram->minimum = value;
	if (histogram->count == 0 || value > histogram->maximum)
		histogram->maximum = value;
	if (__builtin_mul_overflow(value, times, &product))
		product = UINT64_MAX;
	histogram->count += times;
	histogram->sum = add_saturating(histogram->sum, product);
	bucket_add(&histogram->buckets[histogram_bucket(value)], times);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (from->count == 0)
		return;
	if (into->count == 0 || from->minimum < into->minimum)
		into->minimum = from->minimum;
	if (into->count == 0 || from->maximum > into->maximum)
		into->maximum = from->maximum;
	into->count += from->count;
	into->sum = add_saturating(into->sum, from->sum);
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
		bucket_add(&into->buckets[bucket], from->buckets[bucket]);
}

void histogram_convert(struct histogram *into, const struct histogram *from,
		       uint64_t (*convert)(uint64_t value))
{
	histogram_reset(into);
	if (!from->count)
		return;
	into->count = from->count;
	into->sum = convert(from->sum);
	into->minimum = convert(from->minimum);
	into->maximum = convert(from->maximum);
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		uint64_t lowest = MAXIMUM(histogram_bucket_lowest(bucket), from->minimum);
		uint64_t highest = MINIMUM(histogram_bucket_highest(bucket), from->maximum);

		if (from->buckets[bucket])
			bucket_add(&into->buckets[histogram_bucket(
					   convert(lowest + (highest - lowest) / 2))],
				   from->buckets[bucket]);
	}
}

/*
 * A value's bucket is its leading HISTOGRAM_SUB_BITS + 1 bits, and how far they were shifted down:
 * shift 0 and 1 join without a gap because the leading bit is among them.
 */
unsigned histogram_bucket(uint64_t value)
{
	if (value < 2 * HISTOGRAM_SUB_BUCKETS)
		return (unsigned)value;

	unsigned shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;

	return shift * HISTOGRAM_SUB_BUCKETS + (unsigned)(value >> shift);
}

uint64_t histogram_bucket_lowest(unsigned bucket)
{
	if (bucket < 2 * HISTOGRAM_SUB_BUCKETS)
		return bucket;

	unsigned shift = bucket / HISTOGRAM_SUB_BUCKETS - 1;
	uint64_t leading = HISTOGRAM_SUB_BUCKETS + bucket % HISTOGRAM_SUB_BUCKETS;

	return leading << shift;
}

uint64_t histogram_bucket_highest(unsigned bucket)
{
	if (bucket + 1 >= HISTOGRAM_BUCKETS)
		return UINT64_MAX;
	return histogram_bucket_lowest(bucket + 1) - 1;
}

uint64_t histogram_quantile(const struct histogram *histogram, uint64_t part, uint64_t whole)
{
	/* count * part / whole, rounded up, in two steps so that the product stays below 2^64. */
	uint64_t rank = histogram->count / whole * part +
			(histogram->count % whole * part + whole - 1) / whole;
	uint64_t seen = 0;

	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		seen += histogram->buckets[bucket];
		if (seen > 0 && seen >= rank)
			return MINIMUM(histogram_bucket_highest(bucket), histogram->maximum);
	}
	return histogram->maximum;
}

uint64_t histogram_mean(const struct histogram *histogram)
{
	return histogram->count == 0 ? 0 : histogram->sum / histogram->count;
}

bool histogram_carries(const struct histogram *histogram, uint64_t part, uint64_t whole)
{
	return histogram->count / whole * (whole - part) +
		       histogram->count % whole * (whole - part) / whole >=
	       5;
}

static uint64_t square_root(uint64_t square)
{
	uint64_t root = 0;

	for (uint64_t bit = 1ull << 31; bit; bit >>= 1) {
		if ((root | bit) * (root | bit) <= square)
			root |= bit;
	}
	return root;
}

uint64_t histogram_deviation(const struct histogram *histogram)
{
	uint64_t mean = histogram_mean(histogram), squares = 0, furthest;
	unsigned shift = 0;

	if (!histogram->count)
		return 0;
	/* Distances of 16 bits at most: squares of as many as a bucket counts stay below 2^64. */
	furthest = MAXIMUM(histogram->maximum - mean, mean - histogram->minimum);
	while (furthest >> shift >= 1 << 16)
		shift++;
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		uint64_t value = MAXIMUM(histogram_bucket_lowest(bucket), histogram->minimum);
		uint64_t distance = (value > mean ? value - mean : mean - value) >> shift;

		if (histogram->buckets[bucket])
			squares = add_saturating(squares,
						 distance * distance * histogram->buckets[bucket]);
	}
	return square_root(squares / histogram->count) << shift;
}
