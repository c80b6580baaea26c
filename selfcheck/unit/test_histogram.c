/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/histogram.c lib/random.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/histogram.h"
#include "lib/random.h"

static struct histogram *made(void)
{
	struct histogram *histogram = malloc(sizeof(*histogram));

	histogram_reset(histogram);
	return histogram;
}

static void is_empty_after_reset(void **state)
{
	struct histogram *histogram = made();

	assert_int_equal(histogram->count, 0);
	assert_int_equal(histogram_mean(histogram), 0);
	assert_int_equal(histogram_quantile(histogram, 999, 1000), 0);
	free(histogram);
}

static void knows_its_buckets(void **state)
{
	static const struct {
		uint64_t value;
		unsigned bucket;
		uint64_t lowest, highest;
	} cases[] = {
		{0, 0, 0, 0},
		{1, 1, 1, 1},
		{127, 127, 127, 127},
		{128, 128, 128, 129},
		{129, 128, 128, 129},
		{130, 129, 130, 131},
		{255, 191, 254, 255},
		{256, 192, 256, 259},
		{1000, 317, 1000, 1007},
		{1ull << 63, HISTOGRAM_BUCKETS - 64, 1ull << 63, (1ull << 63) + (1ull << 57) - 1},
		{UINT64_MAX, HISTOGRAM_BUCKETS - 1, 127ull << 57, UINT64_MAX},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_int_equal(histogram_bucket(cases[i].value), cases[i].bucket);
		assert_true(histogram_bucket_lowest(cases[i].bucket) == cases[i].lowest);
		assert_true(histogram_bucket_highest(cases[i].bucket) == cases[i].highest);
	}
}

static void buckets_leave_no_gap(void **state)
{
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		uint64_t lowest = histogram_bucket_lowest(bucket);
		uint64_t highest = histogram_bucket_highest(bucket);

		assert_int_equal(histogram_bucket(lowest), bucket);
		assert_int_equal(histogram_bucket(highest), bucket);
		assert_true((highest - lowest) <= lowest / HISTOGRAM_SUB_BUCKETS);
		if (bucket + 1 < HISTOGRAM_BUCKETS)
			assert_true(histogram_bucket_lowest(bucket + 1) == highest + 1);
	}
}

static void knows_quantiles_of_small_numbers_exactly(void **state)
{
	struct histogram *histogram = made();

	for (unsigned value = 1; value <= 100; value++)
		histogram_record(histogram, value);
	assert_int_equal(histogram->count, 100);
	assert_int_equal(histogram->minimum, 1);
	assert_int_equal(histogram->maximum, 100);
	assert_int_equal(histogram_mean(histogram), 50);
	assert_int_equal(histogram_quantile(histogram, 0, 100), 1);
	assert_int_equal(histogram_quantile(histogram, 1, 100), 1);
	assert_int_equal(histogram_quantile(histogram, 50, 100), 50);
	assert_int_equal(histogram_quantile(histogram, 501, 1000), 51);
	assert_int_equal(histogram_quantile(histogram, 90, 100), 90);
	assert_int_equal(histogram_quantile(histogram, 999, 1000), 100);
	assert_int_equal(histogram_quantile(histogram, 1, 1), 100);
	free(histogram);
}

static void quantiles_stay_within_a_bucket(void **state)
{
	struct histogram *histogram = made();

	for (unsigned i = 0; i < 999; i++)
		histogram_record(histogram, 1000);
	histogram_record(histogram, 1000000);
	assert_int_equal(histogram_quantile(histogram, 999, 1000), 1007);
	assert_int_equal(histogram_quantile(histogram, 9991, 10000), 1000000);
	assert_int_equal(histogram_quantile(histogram, 1, 1), 1000000);

	histogram_reset(histogram);
	histogram_record(histogram, 1000);
	assert_int_equal(histogram_quantile(histogram, 1, 2), 1000);
	free(histogram);
}

static void saturates(void **state)
{
	struct histogram *histogram = made();

	histogram_record(histogram, UINT64_MAX);
	histogram_record(histogram, UINT64_MAX);
	histogram_record(histogram, 0);
	assert_true(histogram->sum == UINT64_MAX);
	assert_true(histogram->maximum == UINT64_MAX);
	assert_int_equal(histogram->minimum, 0);
	assert_true(histogram_quantile(histogram, 1, 1) == UINT64_MAX);

	histogram->buckets[5] = UINT32_MAX;
	histogram_record(histogram, 5);
	assert_true(histogram->buckets[5] == UINT32_MAX);
	free(histogram);
}

static void merging_equals_recording_all(void **state)
{
	struct histogram *a = made(), *b = made(), *all = made();
	struct random random;

	random_seed(&random, 7);
	for (unsigned i = 0; i < 5000; i++) {
		uint64_t value = random_next(&random) >> random_below(&random, 60) >> 4;

		histogram_record(i % 3 ? a : b, value);
		histogram_record(all, value);
	}
	histogram_merge(a, b);
	assert_memory_equal(a, all, sizeof(*a));

	histogram_reset(b);
	histogram_merge(a, b);
	assert_memory_equal(a, all, sizeof(*a));
	histogram_merge(b, a);
	assert_memory_equal(b, all, sizeof(*b));
	free(a);
	free(b);
	free(all);
}

static uint64_t by_three(uint64_t value)
{
	return value * 3;
}

static void converting_keeps_the_samples(void **state)
{
	struct histogram *from = made(), *into = made();
	uint64_t samples = 0;

	histogram_convert(into, from, by_three);
	assert_int_equal(into->count, 0);
	histogram_record_many(from, 7, 5);
	histogram_record_many(from, 100000, 3);
	histogram_record_many(from, 100001, 2);
	histogram_record_many(from, 9, 0);
	histogram_convert(into, from, by_three);
	assert_int_equal(into->count, 10);
	assert_int_equal(into->minimum, 21);
	assert_int_equal(into->maximum, 300003);
	assert_int_equal(into->sum, 3 * from->sum);
	assert_int_equal(into->buckets[21], 5);
	assert_int_equal(histogram_quantile(into, 1, 2), 21);
	assert_in_range(histogram_quantile(into, 9, 10), 295000, 300003);
	for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
		samples += into->buckets[bucket];
	assert_int_equal(samples, 10);
	free(from);
	free(into);
}

static void recording_many_equals_recording_each(void **state)
{
	struct histogram *each = made(), *many = made();

	for (unsigned n = 0; n < 1000; n++)
		histogram_record(each, 12345);
	histogram_record_many(many, 12345, 1000);
	assert_memory_equal(each, many, sizeof(*each));
	histogram_record_many(many, UINT64_MAX, 2);
	assert_true(many->sum == UINT64_MAX);
	free(each);
	free(many);
}

static void tells_no_percentile_of_too_few(void **state)
{
	struct histogram *histogram = made();

	assert_false(histogram_carries(histogram, 90, 100));
	histogram_record_many(histogram, 7, 499);
	assert_true(histogram_carries(histogram, 90, 100));
	assert_false(histogram_carries(histogram, 99, 100));
	histogram_record(histogram, 7);
	assert_true(histogram_carries(histogram, 99, 100));
	assert_false(histogram_carries(histogram, 999, 1000));
	histogram_record_many(histogram, 7, 4500);
	assert_true(histogram_carries(histogram, 999, 1000));
	assert_false(histogram_carries(histogram, 9999, 10000));
	free(histogram);
}

static void knows_deviations(void **state)
{
	struct histogram *small = made(), *large = made(), *same = made();

	assert_int_equal(histogram_deviation(small), 0);
	histogram_record_many(same, 1000000, 50);
	assert_int_equal(histogram_deviation(same), 0);
	for (uint64_t n = 0; n < 101; n++) {
		histogram_record(small, n);
		histogram_record(large, n * 1000000000000);
	}
	/* Of 0 … 100: the root of 850. */
	assert_int_equal(histogram_deviation(small), 29);
	assert_in_range(histogram_deviation(large), 28900000000000, 29500000000000);
	histogram_record_many(large, UINT64_MAX, 3);
	assert_true(histogram_deviation(large) > 29500000000000);
	free(small);
	free(large);
	free(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_empty_after_reset),
		cmocka_unit_test(knows_its_buckets),
		cmocka_unit_test(buckets_leave_no_gap),
		cmocka_unit_test(knows_quantiles_of_small_numbers_exactly),
		cmocka_unit_test(quantiles_stay_within_a_bucket),
		cmocka_unit_test(saturates),
		cmocka_unit_test(merging_equals_recording_all),
		cmocka_unit_test(converting_keeps_the_samples),
		cmocka_unit_test(recording_many_equals_recording_each),
		cmocka_unit_test(tells_no_percentile_of_too_few),
		cmocka_unit_test(knows_deviations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
