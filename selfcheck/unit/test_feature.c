/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/device/type.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "virtio/device/type.h"

/* A type of our own: B needs A; C needs B; D needs one of B and E. */
enum { TYPE = 4242, A = 0, B = 1, C = 2, D = 3, E = 50, HIGH = 100 };

static const struct feature_bit bits[] = {{A, "TEST_F_A"}, {HIGH, "TEST_F_HIGH"}, {0, NULL}};
static const struct feature_dependency rows[] = {
	{B, 1, {A}},
	{C, 1, {B}},
	{D, 2, {B, E}},
	{HIGH, 1, {E}},
};
static const struct virtio_type test_type = {
	.id = TYPE,
	.name = "test",
	.area = "TEST",
	.features = bits,
	.dependencies = rows,
	.dependency_count = ARRAY_LENGTH(rows),
};
VIRTIO_TYPE(test_type);

static struct features set(unsigned count, ...)
{
	struct features features = NO_FEATURES;
	va_list list;

	va_start(list, count);
	while (count--)
		features_add(&features, va_arg(list, unsigned));
	va_end(list);
	return features;
}

static void assert_closes_to(struct features from, struct features to)
{
	struct features closed = features_close(TYPE, from);

	assert_true(features_equal(&closed, &to));
}

static void closing_drops_what_is_not_satisfied(void **state)
{
	assert_closes_to(set(1, A), set(1, A));
	assert_closes_to(set(1, B), NO_FEATURES);
	assert_closes_to(set(2, A, B), set(2, A, B));
	assert_closes_to(set(2, A, C), set(1, A));
	/* C goes because B goes because A is missing. */
	assert_closes_to(set(2, B, C), NO_FEATURES);
	assert_closes_to(set(3, A, B, C), set(3, A, B, C));
}

static void one_alternative_is_enough(void **state)
{
	assert_closes_to(set(1, D), NO_FEATURES);
	assert_closes_to(set(2, D, E), set(2, D, E));
	assert_closes_to(set(3, D, A, B), set(3, D, A, B));
}

static void bits_of_the_upper_word_count(void **state)
{
	assert_closes_to(set(1, HIGH), NO_FEATURES);
	assert_closes_to(set(2, HIGH, E), set(2, HIGH, E));
}

static void reserved_bits_have_rows_of_their_own(void **state)
{
	assert_closes_to(set(1, VIRTIO_F_NOTIF_CONFIG_DATA), set(1, VIRTIO_F_NOTIF_CONFIG_DATA));
	assert_closes_to(set(1, VIRTIO_F_EVENT_IDX), set(1, VIRTIO_F_EVENT_IDX));
}

static void names_go_both_ways(void **state)
{
	unsigned bit;

	assert_string_equal(feature_name(TYPE, A), "TEST_F_A");
	assert_string_equal(feature_name(TYPE, HIGH), "TEST_F_HIGH");
	assert_string_equal(feature_name(TYPE, VIRTIO_F_RING_PACKED), "VIRTIO_F_RING_PACKED");
	assert_null(feature_name(TYPE, C));
	assert_null(feature_name(TYPE, 127));
	assert_true(feature_by_name(TYPE, "TEST_F_HIGH", &bit));
	assert_int_equal(bit, HIGH);
	assert_true(feature_by_name(1, "VIRTIO_F_RING_RESET", &bit));
	assert_int_equal(bit, 40);
	assert_false(feature_by_name(1, "TEST_F_A", &bit));
}

static void types_are_found_by_number(void **state)
{
	assert_string_equal(virtio_type_name(TYPE), "test");
	assert_string_equal(virtio_type_name(22), "pstore");
	assert_string_equal(virtio_type_name(4711), "type-4711");
	assert_null(virtio_type_by_id(4711));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_drops_what_is_not_satisfied),
		cmocka_unit_test(one_alternative_is_enough),
		cmocka_unit_test(bits_of_the_upper_word_count),
		cmocka_unit_test(reserved_bits_have_rows_of_their_own),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(types_are_found_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
