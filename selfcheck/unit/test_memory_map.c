/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/memory_map.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/memory_map.h"

static struct memory_map map;

static int setup(void **state)
{
	memset(&map, 0, sizeof(map));
	return 0;
}

static void expect_range(unsigned n, uint64_t start, uint64_t size, enum memory_type type)
{
	assert_true(n < map.count);
	assert_int_equal(map.ranges[n].start, start);
	assert_int_equal(map.ranges[n].size, size);
	assert_int_equal(map.ranges[n].type, type);
}

static void nothing_stays_nothing(void **state)
{
	memory_map_finish(&map);
	assert_int_equal(map.count, 0);
	assert_int_equal(memory_map_type_at(&map, 0), MEMORY_RESERVED);
}

static void empty_entries_vanish(void **state)
{
	memory_map_add(&map, 0, 0, 0);
	memory_map_add(&map, 0x1000, 0, MEMORY_RAM);
	memory_map_add(&map, UINT64_MAX, 0, MEMORY_RAM);
	memory_map_finish(&map);
	assert_int_equal(map.count, 0);
}

static void entries_are_sorted(void **state)
{
	memory_map_add(&map, 0x300000, 0x1000, MEMORY_RAM);
	memory_map_add(&map, 0x100000, 0x1000, MEMORY_ACPI);
	memory_map_add(&map, 0x200000, 0x1000, MEMORY_NVS);
	memory_map_finish(&map);
	assert_int_equal(map.count, 3);
	expect_range(0, 0x100000, 0x1000, MEMORY_ACPI);
	expect_range(1, 0x200000, 0x1000, MEMORY_NVS);
	expect_range(2, 0x300000, 0x1000, MEMORY_RAM);
}

static void neighbours_are_joined(void **state)
{
	memory_map_add(&map, 0x2000, 0x1000, MEMORY_RAM);
	memory_map_add(&map, 0x1000, 0x1000, MEMORY_RAM);
	memory_map_add(&map, 0x3000, 0x1000, MEMORY_RESERVED);
	memory_map_finish(&map);
	assert_int_equal(map.count, 2);
	expect_range(0, 0x1000, 0x2000, MEMORY_RAM);
	expect_range(1, 0x3000, 0x1000, MEMORY_RESERVED);
}

static void anything_beats_ram(void **state)
{
	static const enum memory_type types[] = {MEMORY_RESERVED, MEMORY_ACPI, MEMORY_NVS,
						 MEMORY_UNUSABLE};

	for (unsigned i = 0; i < ARRAY_LENGTH(types); i++) {
		setup(state);
		memory_map_add(&map, 0x2000, 0x1000, types[i]);
		memory_map_add(&map, 0x1000, 0x3000, MEMORY_RAM);
		memory_map_finish(&map);
		assert_int_equal(map.count, 3);
		expect_range(0, 0x1000, 0x1000, MEMORY_RAM);
		expect_range(1, 0x2000, 0x1000, types[i]);
		expect_range(2, 0x3000, 0x1000, MEMORY_RAM);
	}
}

static void the_stricter_type_wins(void **state)
{
	static const enum memory_type order[] = {MEMORY_RAM, MEMORY_ACPI, MEMORY_NVS,
						 MEMORY_RESERVED, MEMORY_UNUSABLE};

	for (unsigned weak = 0; weak < ARRAY_LENGTH(order); weak++) {
		for (unsigned strong = weak + 1; strong < ARRAY_LENGTH(order); strong++) {
			setup(state);
			memory_map_add(&map, 0x1000, 0x1000, order[strong]);
			memory_map_add(&map, 0x1000, 0x1000, order[weak]);
			memory_map_finish(&map);
			assert_int_equal(map.count, 1);
			expect_range(0, 0x1000, 0x1000, order[strong]);
		}
	}
}

static void entries_straddle(void **state)
{
	memory_map_add(&map, 0x1000, 0x2000, MEMORY_RAM);
	memory_map_add(&map, 0x2000, 0x2000, MEMORY_RESERVED);
	memory_map_finish(&map);
	assert_int_equal(map.count, 2);
	expect_range(0, 0x1000, 0x1000, MEMORY_RAM);
	expect_range(1, 0x2000, 0x2000, MEMORY_RESERVED);
}

static void unknown_types_are_reserved(void **state)
{
	static const uint32_t types[] = {0, 6, 7, 12, 20, UINT32_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(types); i++) {
		setup(state);
		memory_map_add(&map, 0x1000, 0x1000, types[i]);
		memory_map_finish(&map);
		expect_range(0, 0x1000, 0x1000, MEMORY_RESERVED);
	}
}

static void an_entry_past_the_end_is_cut(void **state)
{
	memory_map_add(&map, UINT64_MAX - 0xfff, 0x100000, MEMORY_RAM);
	memory_map_finish(&map);
	assert_int_equal(map.count, 1);
	expect_range(0, UINT64_MAX - 0xfff, 0x1000, MEMORY_RAM);
	assert_int_equal(memory_map_type_at(&map, UINT64_MAX), MEMORY_RAM);
	assert_int_equal(memory_map_type_at(&map, 0), MEMORY_RESERVED);
}

/* Its 2^64 bytes are one more than a size can say. */
static void the_whole_space_keeps_a_size(void **state)
{
	memory_map_add(&map, 0, UINT64_MAX, MEMORY_RAM);
	memory_map_add(&map, UINT64_MAX, 1, MEMORY_RAM);
	memory_map_finish(&map);
	assert_int_equal(map.count, 1);
	expect_range(0, 0, UINT64_MAX, MEMORY_RAM);
}

static void types_are_found_at_the_edges(void **state)
{
	memory_map_add(&map, 0x1000, 0x1000, MEMORY_RAM);
	memory_map_finish(&map);
	assert_int_equal(memory_map_type_at(&map, 0xfff), MEMORY_RESERVED);
	assert_int_equal(memory_map_type_at(&map, 0x1000), MEMORY_RAM);
	assert_int_equal(memory_map_type_at(&map, 0x1fff), MEMORY_RAM);
	assert_int_equal(memory_map_type_at(&map, 0x2000), MEMORY_RESERVED);
}

static void a_range_has_a_type_in_any_of_its_bytes(void **state)
{
	memory_map_add(&map, 0x1000, 0x1000, MEMORY_RAM);
	memory_map_add(&map, 0x3000, 0x1000, MEMORY_RESERVED);
	memory_map_finish(&map);
	assert_false(memory_map_has(&map, 0, 0x1000, MEMORY_RAM));
	assert_true(memory_map_has(&map, 0, 0x1001, MEMORY_RAM));
	assert_true(memory_map_has(&map, 0x1fff, 1, MEMORY_RAM));
	assert_false(memory_map_has(&map, 0x1fff, 0, MEMORY_RAM));
	assert_false(memory_map_has(&map, 0x2000, UINT64_MAX, MEMORY_RAM));
	assert_true(memory_map_has(&map, 0x2000, UINT64_MAX, MEMORY_RESERVED));
}

static void too_many_entries_are_told(void **state)
{
	for (unsigned i = 0; i <= MEMORY_MAP_MOST; i++)
		memory_map_add(&map, 0x2000ull * i, 0x1000, MEMORY_RAM);
	assert_true(map.cut);
	memory_map_finish(&map);
	assert_true(map.cut);
	assert_int_equal(map.count, MEMORY_MAP_MOST);
}

/* Each reserved page splits RAM, so that fewer entries come in than would go out. */
static void too_many_pieces_are_told(void **state)
{
	memory_map_add(&map, 0, GIB, MEMORY_RAM);
	for (unsigned i = 1; i < MEMORY_MAP_MOST; i++)
		memory_map_add(&map, 0x2000ull * i, 0x1000, MEMORY_RESERVED);
	assert_false(map.cut);
	memory_map_finish(&map);
	assert_true(map.cut);
	assert_int_equal(map.count, MEMORY_MAP_MOST);
	for (unsigned i = 1; i < map.count; i++)
		assert_true(map.ranges[i].start >=
			    map.ranges[i - 1].start + map.ranges[i - 1].size);
}

static void finishing_twice_changes_nothing(void **state)
{
	struct memory_map once;

	memory_map_add(&map, 0, 0x9fc00, MEMORY_RAM);
	memory_map_add(&map, 0x100000, 0x3ee0000, MEMORY_RAM);
	memory_map_add(&map, 0x9fc00, 0x400, MEMORY_RESERVED);
	memory_map_finish(&map);
	once = map;
	memory_map_finish(&map);
	assert_int_equal(map.count, once.count);
	assert_memory_equal(map.ranges, once.ranges, map.count * sizeof(map.ranges[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_stays_nothing, setup),
		cmocka_unit_test_setup(empty_entries_vanish, setup),
		cmocka_unit_test_setup(entries_are_sorted, setup),
		cmocka_unit_test_setup(neighbours_are_joined, setup),
		cmocka_unit_test_setup(anything_beats_ram, setup),
		cmocka_unit_test_setup(the_stricter_type_wins, setup),
		cmocka_unit_test_setup(entries_straddle, setup),
		cmocka_unit_test_setup(unknown_types_are_reserved, setup),
		cmocka_unit_test_setup(an_entry_past_the_end_is_cut, setup),
		cmocka_unit_test_setup(the_whole_space_keeps_a_size, setup),
		cmocka_unit_test_setup(types_are_found_at_the_edges, setup),
		cmocka_unit_test_setup(a_range_has_a_type_in_any_of_its_bytes, setup),
		cmocka_unit_test_setup(too_many_entries_are_told, setup),
		cmocka_unit_test_setup(too_many_pieces_are_told, setup),
		cmocka_unit_test_setup(finishing_twice_changes_nothing, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
