/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/random.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/random.h"

/* The first numbers of splitmix64 as its author's reference program prints them. */
static void gives_the_reference_sequence(void **state)
{
	static const uint64_t expected[] = {
		6457827717110365317u, 3203168211198807973u,  9817491932198370423u,
		4593380528125082431u, 16408922859458223821u,
	};
	struct random random;

	random_seed(&random, 1234567);
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++)
		assert_true(random_next(&random) == expected[i]);
	random_seed(&random, 0);
	assert_true(random_next(&random) == 0xe220a8397b1dcdaf);
}

static void stays_below_the_limit(void **state)
{
	static const uint64_t limits[] = {1,         2, 3, 7, 1000, 1ull << 63, (1ull << 63) + 1,
					  UINT64_MAX};
	struct random random;

	random_seed(&random, 42);
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		for (unsigned n = 0; n < 1000; n++)
			assert_true(random_below(&random, limits[i]) < limits[i]);
	}
}

static void reaches_every_number(void **state)
{
	unsigned hits[6] = {0};
	struct random random;

	random_seed(&random, 42);
	for (unsigned n = 0; n < 6000; n++)
		hits[random_below(&random, 6)]++;
	for (size_t i = 0; i < ARRAY_LENGTH(hits); i++)
		assert_in_range(hits[i], 850, 1150);
}

static void fills_exactly(void **state)
{
	for (size_t length = 0; length <= 33; length++) {
		uint8_t *a = malloc(length + 1), *b = malloc(length + 1);
		struct random first, second;

		random_seed(&first, 9);
		random_seed(&second, 9);
		a[length] = b[length] = 0xa5;
		random_fill(&first, a, length);
		random_fill(&second, b, length);
		assert_memory_equal(a, b, length + 1);
		assert_int_equal(a[length], 0xa5);
		if (length >= 8)
			assert_true(first.state != 9);
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_reference_sequence),
		cmocka_unit_test(stays_below_the_limit),
		cmocka_unit_test(reaches_every_number),
		cmocka_unit_test(fills_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
