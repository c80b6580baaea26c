/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/pvh.c boot/boot_info.c boot/memory_map.c lib/string.c lib/random.c selfcheck/unit/fake_boot.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/pvh.h"
#include "lib/random.h"
#include "selfcheck/unit/fake_boot.h"

#define ROOM        8192
#define RANGES      4096 /* where in it they begin */
#define RANGES_MOST ((ROOM - RANGES) / sizeof(struct pvh_range))

NORETURN void pvh_start(const struct pvh_start_info *start);

static struct pvh_start_info *given;
static struct boot_info info;
static char *room;

static int setup(void **state)
{
	if (room == NULL) {
		room = low_memory(ROOM);
		given = low_memory(sizeof(*given));
	}
	memset(room, 0, ROOM);
	memset(&info, 0, sizeof(info));
	*given = (struct pvh_start_info){
		.magic = to_le32(0x336ec578),
		.version = to_le32(1),
		.command_line = to_le64((uintptr_t)room),
		.rsdp = to_le64(0xa0000),
		.memory_map = to_le64((uintptr_t)room + RANGES),
	};
	strcpy(room, "vp.tests=ring pci=off");
	return 0;
}

static void add_range(uint64_t address, uint64_t size, uint32_t type)
{
	uint32_t count = from_le32(given->memory_map_entries);

	((struct pvh_range *)(room + RANGES))[count] = (struct pvh_range){
		.address = to_le64(address), .size = to_le64(size), .type = to_le32(type)};
	given->memory_map_entries = to_le32(count + 1);
}

static void is_refused(const struct pvh_start_info *start, const char *why)
{
	info.failure = NULL;
	pvh_read(start, &info);
	assert_non_null(info.failure);
	assert_non_null(strstr(info.failure, why));
}

static void what_is_handed_over_is_copied(void **state)
{
	add_range(0x100000, 0x700000, 1);
	add_range(0, 0x9fc00, 1);
	add_range(0, 0, 0);
	pvh_read(given, &info);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "vp.tests=ring pci=off");
	assert_int_equal(info.rsdp, 0xa0000);
	assert_int_equal(info.memory.count, 2);
	assert_int_equal(info.memory.ranges[0].size, 0x9fc00);
}

static void no_line_is_an_empty_one(void **state)
{
	given->command_line = to_le64(0);
	pvh_read(given, &info);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "");
	given->command_line = to_le64(4 * GIB);
	pvh_read(given, &info);
	assert_string_equal(info.command_line, "");
}

static void a_line_that_is_too_long_is_cut_and_said_to_be(void **state)
{
	memset(room, 'y', BOOT_COMMAND_LINE_SIZE);
	given->memory_map = to_le64((uintptr_t)given);
	pvh_read(given, &info);
	assert_true(info.command_line_cut);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_SIZE - 1);
}

static void what_is_no_start_info_is_refused(void **state)
{
	is_refused((const void *)(uintptr_t)(4 * GIB - 8), "wrong magic");
	given->version = to_le32(0);
	is_refused(given, "version 0");
	given->magic = to_le32(0);
	is_refused(given, "wrong magic");
}

static void what_lies_in_the_image_is_refused(void **state)
{
	is_refused((const void *)image_start, "start info where the image belongs");
}

static void a_memory_map_beyond_4_gib_is_refused(void **state)
{
	given->memory_map = to_le64(4 * GIB);
	is_refused(given, "where none can be");
	given->memory_map = to_le64(4 * GIB - 24);
	given->memory_map_entries = to_le32(2);
	is_refused(given, "where none can be");
}

static void more_ranges_than_there_is_room_for_are_told(void **state)
{
	for (unsigned i = 0; i < MEMORY_MAP_MOST + 1; i++)
		add_range(i * 0x2000, 0x1000, 1);
	pvh_read(given, &info);
	assert_null(info.failure);
	assert_true(info.memory.cut);
}

static void enter(const void *with)
{
	pvh_start(with);
}

static void the_entry_hands_it_on(void **state)
{
	const struct boot_info *handed = handed_on(enter, given);

	assert_string_equal(handed->entry, "pvh");
	assert_string_equal(handed->command_line, "vp.tests=ring pci=off");
}

static void noise_is_read_without_harm(void **state)
{
	struct random random;

	random_seed(&random, 11);
	for (unsigned n = 0; n < 2000; n++) {
		random_fill(&random, given, sizeof(*given));
		random_fill(&random, room, ROOM);
		given->magic = to_le32(0x336ec578);
		given->command_line = to_le64((uintptr_t)room);
		given->memory_map = to_le64((uintptr_t)room + RANGES);
		given->memory_map_entries = to_le32(random_below(&random, RANGES_MOST));
		memset(&info, 0, sizeof(info));
		pvh_read(given, &info);
		assert_true(is_sound(&info));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_handed_over_is_copied, setup),
		cmocka_unit_test_setup(no_line_is_an_empty_one, setup),
		cmocka_unit_test_setup(a_line_that_is_too_long_is_cut_and_said_to_be, setup),
		cmocka_unit_test_setup(what_is_no_start_info_is_refused, setup),
		cmocka_unit_test_setup(what_lies_in_the_image_is_refused, setup),
		cmocka_unit_test_setup(a_memory_map_beyond_4_gib_is_refused, setup),
		cmocka_unit_test_setup(more_ranges_than_there_is_room_for_are_told, setup),
		cmocka_unit_test_setup(the_entry_hands_it_on, setup),
		cmocka_unit_test_setup(noise_is_read_without_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
