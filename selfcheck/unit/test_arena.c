/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/arena.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/arena.h"

#define REGION 65536

static struct arena arena;
static uint8_t *region;

static int set_up(void **state)
{
	region = malloc(REGION);
	arena_start(&arena, region, REGION);
	return region ? 0 : -1;
}

static int tear_down(void **state)
{
	free(region);
	return 0;
}

static void gives_zeroed_and_aligned_pieces(void **state)
{
	for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
		uint8_t *piece = arena_allocate(&arena, "piece", 33, alignment);

		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % alignment, 0);
		for (unsigned n = 0; n < 33; n++)
			assert_int_equal(piece[n], 0);
	}
}

static void is_intact_after_its_own_bytes_were_written(void **state)
{
	uint8_t *a = arena_allocate(&arena, "a", 100, 8), *b = arena_allocate(&arena, "b", 1, 64);
	struct arena_damage damage;

	for (unsigned n = 0; n < 100; n++)
		a[n] = 0x5a;
	b[0] = 0xff;
	assert_true(arena_intact(&arena, &damage));
}

static void finds_a_byte_before_a_piece(void **state)
{
	struct arena_damage damage;
	uint8_t *piece;

	piece = arena_allocate(&arena, "only", 16, 16);
	piece[-1] ^= 1;
	assert_false(arena_intact(&arena, &damage));
	assert_string_equal(damage.name, "only");
	assert_int_equal(damage.position, -1);
	assert_int_equal(damage.size, 16);
}

static void finds_a_byte_behind_a_piece(void **state)
{
	struct arena_damage damage;
	uint8_t *piece;

	piece = arena_allocate(&arena, "first", 16, 16);
	assert_non_null(arena_allocate(&arena, "second", 16, 16));
	piece[16] = (uint8_t)~piece[16];
	assert_false(arena_intact(&arena, &damage));
	assert_string_equal(damage.name, "first");
	assert_int_equal(damage.position, 16);
	assert_int_equal(damage.found, piece[16]);
}

static void names_the_last_piece_for_its_far_canary(void **state)
{
	struct arena_damage damage;
	uint8_t *piece;

	assert_non_null(arena_allocate(&arena, "first", 16, 16));
	piece = arena_allocate(&arena, "last", 16, 16);
	piece[16 + ARENA_CANARY_BYTES - 1] ^= 0x80;
	assert_false(arena_intact(&arena, &damage));
	assert_string_equal(damage.name, "last");
}

static void refuses_what_does_not_fit(void **state)
{
	assert_null(arena_allocate(&arena, "too large", REGION, 1));
	assert_null(arena_allocate(&arena, "no room for canaries", REGION - ARENA_CANARY_BYTES, 1));
	assert_null(arena_allocate(&arena, "wraps", SIZE_MAX, 1));
	assert_non_null(arena_allocate(&arena, "exactly", REGION - 2 * ARENA_CANARY_BYTES, 1));
	assert_null(arena_allocate(&arena, "full", 0, 1));
}

static void is_whole_again_when_emptied(void **state)
{
	struct arena_damage damage;
	uint8_t *piece;

	piece = arena_allocate(&arena, "piece", 8, 8);
	piece[8] ^= 1;
	arena_empty(&arena);
	assert_true(arena_intact(&arena, &damage));
	assert_ptr_equal(arena_allocate(&arena, "piece", 8, 8), piece);
	assert_true(arena_intact(&arena, &damage));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_zeroed_and_aligned_pieces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_intact_after_its_own_bytes_were_written, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(finds_a_byte_before_a_piece, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_a_byte_behind_a_piece, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_the_last_piece_for_its_far_canary, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_does_not_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_whole_again_when_emptied, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
