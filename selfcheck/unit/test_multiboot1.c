/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/multiboot1.c boot/boot_info.c boot/memory_map.c lib/string.c lib/random.c selfcheck/unit/fake_boot.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/multiboot1.h"
#include "lib/random.h"
#include "selfcheck/unit/fake_boot.h"

#define ROOM 8192
#define MAP  1024 /* where in it the map begins */
#define NAME 4096 /* the loader's name */

NORETURN void multiboot1_start(const struct multiboot1_info *given);

static struct multiboot1_info *given;
static struct boot_info info;
static char *room;
static uint32_t map_size;

static le32 address_of(const void *at)
{
	return to_le32((uint32_t)(uintptr_t)at);
}

static int setup(void **state)
{
	if (room == NULL) {
		room = low_memory(ROOM);
		given = low_memory(sizeof(*given));
	}
	memset(room, 0, ROOM);
	memset(&info, 0, sizeof(info));
	memset(given, 0, sizeof(*given));
	map_size = 0;
	given->flags = to_le32(MULTIBOOT1_COMMAND_LINE | MULTIBOOT1_MEMORY_MAP | MULTIBOOT1_LOADER);
	given->command_line = address_of(room);
	given->memory_map = address_of(room + MAP);
	given->loader = address_of(room + NAME);
	strcpy(room, "kernel vp.tests=ring");
	strcpy(room + NAME, "a loader");
	return 0;
}

static struct multiboot1_range *add_range(uint64_t address, uint64_t length, uint32_t type,
					  uint32_t size)
{
	struct multiboot1_range *range = (void *)(room + MAP + map_size);

	range->size = to_le32(size);
	range->address = to_le64(address);
	range->length = to_le64(length);
	range->type = to_le32(type);
	map_size += size + sizeof(range->size);
	given->memory_map_length = to_le32(map_size);
	return range;
}

static void what_is_handed_over_is_copied(void **state)
{
	add_range(0x100000, 0x700000, 1, 20);
	add_range(0, 0x9fc00, 1, 28); /* entries may be longer than what is known of them */
	add_range(0xfffc0000, 0x40000, 2, 20);
	multiboot1_read(given, &info);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "kernel vp.tests=ring");
	assert_string_equal(info.loader, "a loader");
	assert_int_equal(info.rsdp, 0);
	assert_int_equal(info.memory.count, 3);
	assert_int_equal(info.memory.ranges[0].size, 0x9fc00);
	assert_int_equal(info.memory.ranges[1].size, 0x700000);
	assert_int_equal(info.memory.ranges[2].type, MEMORY_RESERVED);
}

static void what_is_not_flagged_is_not_read(void **state)
{
	add_range(0x100000, 0x700000, 1, 20);
	given->flags = to_le32(MULTIBOOT1_MEMORY_MAP);
	multiboot1_read(given, &info);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "");
	assert_string_equal(info.loader, "");
}

static void sizes_do_where_there_is_no_map(void **state)
{
	given->flags = to_le32(MULTIBOOT1_MEMORY);
	given->memory_lower = to_le32(639);
	given->memory_upper = to_le32(63 * 1024);
	multiboot1_read(given, &info);
	assert_null(info.failure);
	assert_int_equal(info.memory.count, 2);
	assert_int_equal(info.memory.ranges[0].size, 639 * KIB);
	assert_int_equal(info.memory.ranges[1].start, MIB);
	assert_int_equal(info.memory.ranges[1].size, 63 * MIB);
}

static void no_word_of_the_memory_is_refused(void **state)
{
	given->flags = to_le32(MULTIBOOT1_COMMAND_LINE);
	multiboot1_read(given, &info);
	assert_non_null(strstr(info.failure, "tells nothing of the memory"));
	assert_string_equal(info.command_line, "kernel vp.tests=ring");
}

static void no_information_is_refused(void **state)
{
	multiboot1_read(NULL, &info);
	assert_non_null(strstr(info.failure, "no information"));
	info.failure = NULL;
	multiboot1_read((const void *)(uintptr_t)(4 * GIB - 4), &info);
	assert_non_null(strstr(info.failure, "no information"));
}

static void what_lies_in_the_image_is_refused(void **state)
{
	multiboot1_read((const void *)image_start, &info);
	assert_non_null(strstr(info.failure, "its information where the image belongs"));
}

static void entries_that_are_too_short_are_refused(void **state)
{
	add_range(0x100000, 0x700000, 1, 20);
	add_range(0, 0x9fc00, 1, 19);
	multiboot1_read(given, &info);
	assert_non_null(strstr(info.failure, "entry of a wrong size"));
}

static void entries_that_go_beyond_the_map_are_refused(void **state)
{
	add_range(0x100000, 0x700000, 1, 20)->size = to_le32(UINT32_MAX);
	multiboot1_read(given, &info);
	assert_non_null(strstr(info.failure, "entry of a wrong size"));
}

static void half_an_entry_is_refused(void **state)
{
	add_range(0x100000, 0x700000, 1, 20);
	given->memory_map_length = to_le32(map_size + 3);
	multiboot1_read(given, &info);
	assert_non_null(strstr(info.failure, "entry of a wrong size"));
}

static void a_map_beyond_4_gib_is_refused(void **state)
{
	given->memory_map = to_le32(0xfffffff0);
	given->memory_map_length = to_le32(24);
	multiboot1_read(given, &info);
	assert_non_null(strstr(info.failure, "size that cannot be"));
}

static void a_line_that_is_too_long_is_cut_and_said_to_be(void **state)
{
	add_range(0x100000, 0x700000, 1, 20);
	memset(room + NAME, 'y', ROOM - NAME);
	room[ROOM - 1] = '\0';
	given->command_line = address_of(room + NAME + 1);
	given->flags = to_le32(MULTIBOOT1_COMMAND_LINE | MULTIBOOT1_MEMORY_MAP | MULTIBOOT1_LOADER);
	multiboot1_read(given, &info);
	assert_false(info.command_line_cut); /* 4094 */
	room[ROOM - 1] = 'y';
	given->command_line = address_of(room + NAME - 1);
	room[NAME - 1] = 'y';
	multiboot1_read(given, &info);
	assert_true(info.command_line_cut);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_SIZE - 1);
	assert_int_equal(strlen(info.loader), sizeof(info.loader) - 1);
}

static void enter(const void *with)
{
	multiboot1_start(with);
}

static void the_entry_hands_it_on(void **state)
{
	const struct boot_info *handed;

	add_range(0x100000, 0x700000, 1, 20);
	handed = handed_on(enter, given);
	assert_string_equal(handed->entry, "multiboot1");
	assert_null(handed->failure);
}

static void noise_is_read_without_harm(void **state)
{
	struct random random;

	random_seed(&random, 7);
	for (unsigned n = 0; n < 2000; n++) {
		uint32_t length = random_below(&random, ROOM - MAP);

		random_fill(&random, given, sizeof(*given));
		random_fill(&random, room, ROOM);
		room[ROOM - 1] = '\0';
		for (uint32_t at = MAP; random_below(&random, 4) != 0 && at < ROOM - 24; at += 24)
			*(le32 *)(room + at) = to_le32(20);
		given->command_line = address_of(room);
		given->loader = address_of(room + NAME);
		given->memory_map = address_of(room + MAP);
		given->memory_map_length = to_le32(length);
		memset(&info, 0, sizeof(info));
		multiboot1_read(given, &info);
		assert_true(is_sound(&info));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_handed_over_is_copied, setup),
		cmocka_unit_test_setup(what_is_not_flagged_is_not_read, setup),
		cmocka_unit_test_setup(sizes_do_where_there_is_no_map, setup),
		cmocka_unit_test_setup(no_word_of_the_memory_is_refused, setup),
		cmocka_unit_test_setup(no_information_is_refused, setup),
		cmocka_unit_test_setup(what_lies_in_the_image_is_refused, setup),
		cmocka_unit_test_setup(entries_that_are_too_short_are_refused, setup),
		cmocka_unit_test_setup(entries_that_go_beyond_the_map_are_refused, setup),
		cmocka_unit_test_setup(half_an_entry_is_refused, setup),
		cmocka_unit_test_setup(a_map_beyond_4_gib_is_refused, setup),
		cmocka_unit_test_setup(a_line_that_is_too_long_is_cut_and_said_to_be, setup),
		cmocka_unit_test_setup(the_entry_hands_it_on, setup),
		cmocka_unit_test_setup(noise_is_read_without_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
