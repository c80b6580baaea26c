/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/linux.c boot/boot_info.c boot/memory_map.c lib/string.c lib/random.c selfcheck/unit/fake_boot.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/linux.h"
#include "lib/random.h"
#include "selfcheck/unit/fake_boot.h"

#define TEXT_SIZE 8192

NORETURN void linux64_start(const struct linux_zero_page *page);

static struct linux_zero_page *page;
static struct boot_info info;
static char *text;

static int setup(void **state)
{
	if (text == NULL) {
		text = low_memory(TEXT_SIZE);
		page = low_memory(sizeof(*page));
	}
	memset(text, 'x', TEXT_SIZE);
	memset(&info, 0, sizeof(info));
	memset(page, 0, sizeof(*page));
	page->magic = to_le32(0x53726448);
	page->command_line = to_le32((uint32_t)(uintptr_t)text);
	page->command_line_size = to_le32(2047);
	strcpy(text, "vp.tests=ring panic=-1");
	return 0;
}

static void add_range(uint64_t address, uint64_t size, uint32_t type)
{
	page->e820[page->e820_entries++] =
		(struct linux_e820_entry){to_le64(address), to_le64(size), to_le32(type)};
}

static void what_is_handed_over_is_copied(void **state)
{
	page->rsdp = to_le64(0xe0000);
	add_range(0x100000, 0x700000, 1);
	add_range(0, 0x9fc00, 1);
	add_range(0, 0, 0);
	linux_read(page, &info);
	assert_null(info.failure);
	assert_int_equal(info.rsdp, 0xe0000);
	assert_string_equal(info.command_line, "vp.tests=ring panic=-1");
	assert_false(info.command_line_cut);
	assert_int_equal(info.memory.count, 2);
	assert_int_equal(info.memory.ranges[0].start, 0);
	assert_int_equal(info.memory.ranges[1].size, 0x700000);
}

static void a_line_without_a_zero_ends_by_its_size(void **state)
{
	page->command_line_size = to_le32(8);
	linux_read(page, &info);
	assert_string_equal(info.command_line, "vp.tests");
	assert_false(info.command_line_cut);
}

static void a_line_of_no_size_ends_by_its_zero(void **state)
{
	page->command_line_size = to_le32(0);
	linux_read(page, &info);
	assert_string_equal(info.command_line, "vp.tests=ring panic=-1");
}

static void the_longest_line_fits(void **state)
{
	memset(text, 'y', BOOT_COMMAND_LINE_SIZE - 1);
	text[BOOT_COMMAND_LINE_SIZE - 1] = '\0';
	page->command_line_size = to_le32(UINT32_MAX);
	linux_read(page, &info);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_SIZE - 1);
	assert_false(info.command_line_cut);
}

static void a_longer_line_is_cut_and_said_to_be(void **state)
{
	memset(text, 'y', BOOT_COMMAND_LINE_SIZE);
	page->command_line_size = to_le32(BOOT_COMMAND_LINE_SIZE);
	linux_read(page, &info);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_SIZE - 1);
	assert_true(info.command_line_cut);
}

static void no_line_is_an_empty_one(void **state)
{
	page->command_line = to_le32(0);
	linux_read(page, &info);
	assert_string_equal(info.command_line, "");
	page->command_line = to_le32((uint32_t)(uintptr_t)text);
	page->command_line_high = to_le32(1);
	linux_read(page, &info);
	assert_string_equal(info.command_line, "");
	assert_null(info.failure);
}

static void what_is_no_zero_page_is_refused(void **state)
{
	linux_read(NULL, &info);
	assert_non_null(strstr(info.failure, "no zero page"));
	page->magic = to_le32(0);
	linux_read(page, &info);
	assert_non_null(strstr(info.failure, "wrong magic"));
	assert_string_equal(info.command_line, "");
}

static void a_page_where_the_image_lies_is_refused(void **state)
{
	linux_read((const void *)image_start, &info);
	assert_non_null(strstr(info.failure, "where the image belongs"));
	linux_read((const void *)(image_end - 1), &info);
	assert_non_null(strstr(info.failure, "where the image belongs"));
}

static void more_ranges_than_there_is_room_for_are_refused(void **state)
{
	page->e820_entries = LINUX_E820_MOST + 1;
	linux_read(page, &info);
	assert_non_null(strstr(info.failure, "more than 128"));
	assert_string_equal(info.command_line, "vp.tests=ring panic=-1");
}

static void all_ranges_that_there_is_room_for_are_read(void **state)
{
	for (unsigned i = 0; i < LINUX_E820_MOST; i++)
		add_range(i * 0x2000, 0x1000, 1);
	linux_read(page, &info);
	assert_null(info.failure);
	assert_int_equal(info.memory.count, LINUX_E820_MOST);
}

static void enter(const void *with)
{
	linux64_start(with);
}

static void entries_end_in_one_place(void **state)
{
	const struct boot_info *handed = handed_on(enter, page);

	assert_string_equal(handed->entry, "linux64");
	assert_string_equal(handed->command_line, "vp.tests=ring panic=-1");
}

static void noise_is_read_without_harm(void **state)
{
	struct random random;

	random_seed(&random, 5);
	for (unsigned n = 0; n < 2000; n++) {
		random_fill(&random, page, sizeof(*page));
		page->magic = to_le32(0x53726448);
		page->command_line = to_le32((uint32_t)(uintptr_t)text);
		page->command_line_high = to_le32(random_below(&random, 2));
		memset(text, 'z', TEXT_SIZE);
		text[random_below(&random, TEXT_SIZE)] = '\0';
		memset(&info, 0, sizeof(info));
		linux_read(page, &info);
		assert_true(is_sound(&info));
	}
}

static void the_screen_is_handed_on(void **state)
{
	page->screen.kind = LINUX_SCREEN_TEXT;
	page->screen.columns = 80;
	page->screen.rows = 25;
	linux_read(page, &info);
	assert_int_equal(info.screen.kind, SCREEN_TEXT);
	assert_int_equal(info.screen.address, SCREEN_TEXT_ADDRESS);
	assert_int_equal(info.screen.pitch, 160);
	assert_int_equal(info.screen.height, 25);
}

static void a_screen_of_pixels_may_lie_high(void **state)
{
	page->screen.kind = LINUX_SCREEN_EFI;
	page->screen.width = to_le16(1280);
	page->screen.height = to_le16(800);
	page->screen.pitch = to_le16(5120);
	page->screen.bits = to_le16(32);
	page->screen.address = to_le32(0x80000000);
	page->screen.address_high = to_le32(4);
	linux_read(page, &info);
	assert_int_equal(info.screen.kind, SCREEN_PIXELS);
	assert_int_equal(info.screen.address, 0x80000000);
	assert_int_equal(info.screen.width, 1280);
	assert_int_equal(info.screen.height, 800);
	assert_int_equal(info.screen.bits, 32);
	page->screen.flags = to_le32(LINUX_SCREEN_HIGH);
	linux_read(page, &info);
	assert_true(info.screen.address == 0x480000000);
}

static void no_screen_is_none(void **state)
{
	linux_read(page, &info);
	assert_int_equal(info.screen.kind, SCREEN_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_handed_over_is_copied, setup),
		cmocka_unit_test_setup(a_line_without_a_zero_ends_by_its_size, setup),
		cmocka_unit_test_setup(a_line_of_no_size_ends_by_its_zero, setup),
		cmocka_unit_test_setup(the_longest_line_fits, setup),
		cmocka_unit_test_setup(a_longer_line_is_cut_and_said_to_be, setup),
		cmocka_unit_test_setup(no_line_is_an_empty_one, setup),
		cmocka_unit_test_setup(what_is_no_zero_page_is_refused, setup),
		cmocka_unit_test_setup(a_page_where_the_image_lies_is_refused, setup),
		cmocka_unit_test_setup(more_ranges_than_there_is_room_for_are_refused, setup),
		cmocka_unit_test_setup(all_ranges_that_there_is_room_for_are_read, setup),
		cmocka_unit_test_setup(the_screen_is_handed_on, setup),
		cmocka_unit_test_setup(a_screen_of_pixels_may_lie_high, setup),
		cmocka_unit_test_setup(no_screen_is_none, setup),
		cmocka_unit_test_setup(entries_end_in_one_place, setup),
		cmocka_unit_test_setup(noise_is_read_without_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
