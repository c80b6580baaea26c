/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/multiboot2.c boot/boot_info.c boot/memory_map.c lib/string.c lib/random.c selfcheck/unit/fake_boot.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boot/multiboot2.h"
#include "lib/random.h"
#include "selfcheck/unit/fake_boot.h"

#define ROOM 8192

NORETURN void multiboot2_start(const struct multiboot2_info *given);

static char *room;
static struct multiboot2_info *given;
static struct boot_info info;

static int setup(void **state)
{
	if (room == NULL)
		room = low_memory(ROOM);
	memset(room, 0, ROOM);
	memset(&info, 0, sizeof(info));
	given = (void *)room;
	given->size = to_le32(sizeof(*given));
	return 0;
}

/* A tag of that type with that content behind the others. */
static struct multiboot2_tag *add_tag(uint32_t type, const void *content, uint32_t size)
{
	uint32_t at = from_le32(given->size);
	struct multiboot2_tag *tag = (void *)(room + at);

	tag->type = to_le32(type);
	tag->size = to_le32(sizeof(*tag) + size);
	if (size > 0)
		memcpy(tag + 1, content, size);
	given->size = to_le32(at + sizeof(*tag) + ALIGN_UP(size, 8));
	return tag;
}

static struct multiboot2_memory_map *add_memory_map(uint32_t range_size)
{
	struct {
		le32 range_size;
		le32 version;
		struct multiboot2_range ranges[2];
	} map = {{range_size},
		 {0},
		 {{{0x100000}, {0x700000}, {1}, {0}}, {{0}, {0x9fc00}, {1}, {0}}}};

	return (void *)add_tag(MULTIBOOT2_MEMORY_MAP, &map, sizeof(map));
}

static void end_tags(void)
{
	add_tag(MULTIBOOT2_END, NULL, 0);
}

static void what_is_handed_over_is_copied(void **state)
{
	add_tag(MULTIBOOT2_COMMAND_LINE, "vp.tests=ring", 14);
	add_tag(MULTIBOOT2_LOADER, "a loader", 9);
	add_tag(77, "what nobody knows", 18);
	add_memory_map(24);
	add_tag(MULTIBOOT2_NEW_RSDP, "RSD PTR new", 12);
	add_tag(MULTIBOOT2_OLD_RSDP, "RSD PTR old", 12);
	end_tags();
	multiboot2_read(given, &info);
	memset(room, 'x', ROOM);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "vp.tests=ring");
	assert_string_equal(info.loader, "a loader");
	assert_int_equal(info.memory.count, 2);
	assert_int_equal(info.memory.ranges[0].size, 0x9fc00);
	assert_int_equal(info.memory.ranges[1].start, 0x100000);
	assert_string_equal((const char *)(uintptr_t)info.rsdp, "RSD PTR new");
}

static void the_newer_rsdp_wins_where_it_comes_last(void **state)
{
	add_memory_map(24);
	add_tag(MULTIBOOT2_OLD_RSDP, "RSD PTR old", 12);
	add_tag(MULTIBOOT2_NEW_RSDP, "RSD PTR new", 12);
	end_tags();
	multiboot2_read(given, &info);
	assert_string_equal((const char *)(uintptr_t)info.rsdp, "RSD PTR new");
}

static void the_older_rsdp_does_where_it_is_alone(void **state)
{
	add_memory_map(24);
	add_tag(MULTIBOOT2_OLD_RSDP, "RSD PTR old", 12);
	end_tags();
	multiboot2_read(given, &info);
	assert_string_equal((const char *)(uintptr_t)info.rsdp, "RSD PTR old");
}

static void a_text_ends_with_its_tag(void **state)
{
	add_memory_map(24);
	add_tag(MULTIBOOT2_COMMAND_LINE, "vp.tests=ring", 8);
	add_tag(MULTIBOOT2_LOADER, "loader", 6);
	end_tags();
	multiboot2_read(given, &info);
	assert_null(info.failure);
	assert_string_equal(info.command_line, "vp.tests");
	assert_string_equal(info.loader, "loader");
}

static void a_line_that_is_too_long_is_cut_and_said_to_be(void **state)
{
	static char line[BOOT_COMMAND_LINE_SIZE + 1];

	memset(line, 'y', sizeof(line) - 1);
	add_memory_map(24);
	add_tag(MULTIBOOT2_COMMAND_LINE, line, sizeof(line));
	end_tags();
	multiboot2_read(given, &info);
	assert_true(info.command_line_cut);
	assert_int_equal(strlen(info.command_line), BOOT_COMMAND_LINE_SIZE - 1);
}

static void ranges_may_be_longer_than_what_is_known_of_them(void **state)
{
	struct {
		le32 range_size;
		le32 version;
		struct multiboot2_range range;
		uint8_t more[8];
	} map = {{32}, {1}, {{0x100000}, {0x700000}, {1}, {0}}, {1, 2, 3}};

	add_tag(MULTIBOOT2_MEMORY_MAP, &map, sizeof(map));
	end_tags();
	multiboot2_read(given, &info);
	assert_null(info.failure);
	assert_int_equal(info.memory.count, 1);
}

static void no_information_is_refused(void **state)
{
	multiboot2_read(NULL, &info);
	assert_non_null(strstr(info.failure, "no information"));
	info.failure = NULL;
	multiboot2_read((const void *)(room + 4), &info);
	assert_non_null(strstr(info.failure, "no information"));
}

static void what_lies_in_the_image_is_refused(void **state)
{
	multiboot2_read((const void *)image_start, &info);
	assert_non_null(strstr(info.failure, "where the image belongs"));
}

static void impossible_sizes_are_refused(void **state)
{
	static const uint32_t sizes[] = {0, 7, 1024 * 1024 + 1, UINT32_MAX};

	for (unsigned i = 0; i < ARRAY_LENGTH(sizes); i++) {
		info.failure = NULL;
		given->size = to_le32(sizes[i]);
		multiboot2_read(given, &info);
		assert_non_null(strstr(info.failure, "size that cannot be"));
	}
}

static void tags_of_a_wrong_size_are_refused(void **state)
{
	static const uint32_t sizes[] = {0, 7, 8192, UINT32_MAX};
	struct multiboot2_tag *tag = add_tag(MULTIBOOT2_COMMAND_LINE, "vp.tests", 9);

	end_tags();
	for (unsigned i = 0; i < ARRAY_LENGTH(sizes); i++) {
		info.failure = NULL;
		tag->size = to_le32(sizes[i]);
		multiboot2_read(given, &info);
		assert_non_null(strstr(info.failure, "tag of a wrong size"));
	}
}

static void tags_without_an_end_are_refused(void **state)
{
	add_memory_map(24);
	multiboot2_read(given, &info);
	assert_non_null(strstr(info.failure, "tag of a wrong size"));
}

static void no_word_of_the_memory_is_refused(void **state)
{
	add_tag(MULTIBOOT2_COMMAND_LINE, "vp.tests", 9);
	end_tags();
	multiboot2_read(given, &info);
	assert_non_null(strstr(info.failure, "tells nothing of the memory"));
	assert_string_equal(info.command_line, "vp.tests");
}

static void maps_with_ranges_that_are_too_short_are_refused(void **state)
{
	add_memory_map(23);
	end_tags();
	multiboot2_read(given, &info);
	assert_non_null(strstr(info.failure, "entries of a wrong size"));
}

static void a_map_without_its_head_is_refused(void **state)
{
	add_tag(MULTIBOOT2_MEMORY_MAP, "", 1);
	end_tags();
	multiboot2_read(given, &info);
	assert_non_null(strstr(info.failure, "entries of a wrong size"));
}

static void enter(const void *with)
{
	multiboot2_start(with);
}

static void the_entry_hands_it_on(void **state)
{
	const struct boot_info *handed;

	add_memory_map(24);
	end_tags();
	handed = handed_on(enter, given);
	assert_string_equal(handed->entry, "multiboot2");
	assert_null(handed->failure);
}

static void noise_is_read_without_harm(void **state)
{
	struct random random;

	random_seed(&random, 9);
	for (unsigned n = 0; n < 2000; n++) {
		random_fill(&random, room, ROOM);
		given->size = to_le32(sizeof(*given));
		while (random_below(&random, 5) != 0) {
			char content[256];

			random_fill(&random, content, sizeof(content));
			if (random_below(&random, 2) == 0)
				*(le32 *)content = to_le32(24);
			add_tag(random_below(&random, 20), content, random_below(&random, 256));
			if (from_le32(given->size) > ROOM - 512)
				break;
		}
		memset(&info, 0, sizeof(info));
		multiboot2_read(given, &info);
		assert_true(is_sound(&info));
		assert_true(strlen(info.loader) < sizeof(info.loader));
	}
}

/* What a tag with so much of it, of that kind, makes of the screen. */
static const struct boot_screen *read_screen(uint8_t kind, uint32_t size)
{
	struct multiboot2_framebuffer screen = {.address = to_le64(0x480000000),
						.pitch = to_le32(4096),
						.width = to_le32(1024),
						.height = to_le32(768),
						.bits = 32,
						.kind = kind};

	setup(NULL);
	add_memory_map(24);
	add_tag(MULTIBOOT2_FRAMEBUFFER, &screen.address, size - sizeof(screen.tag));
	end_tags();
	multiboot2_read(given, &info);
	assert_null(info.failure);
	return &info.screen;
}

static void the_screen_is_handed_on(void **state)
{
	const struct boot_screen *screen = read_screen(MULTIBOOT2_PIXELS, 32);

	assert_int_equal(screen->kind, SCREEN_PIXELS);
	assert_true(screen->address == 0x480000000);
	assert_int_equal(screen->pitch, 4096);
	assert_int_equal(screen->width, 1024);
	assert_int_equal(screen->height, 768);
	assert_int_equal(screen->bits, 32);
	assert_int_equal(read_screen(MULTIBOOT2_TEXT, 32)->kind, SCREEN_TEXT);
}

static void a_screen_that_is_of_no_use_is_none(void **state)
{
	assert_int_equal(read_screen(0 /* a palette */, 32)->kind, SCREEN_NONE);
	assert_int_equal(read_screen(MULTIBOOT2_PIXELS, 31)->kind, SCREEN_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_handed_over_is_copied, setup),
		cmocka_unit_test_setup(the_newer_rsdp_wins_where_it_comes_last, setup),
		cmocka_unit_test_setup(the_older_rsdp_does_where_it_is_alone, setup),
		cmocka_unit_test_setup(a_text_ends_with_its_tag, setup),
		cmocka_unit_test_setup(a_line_that_is_too_long_is_cut_and_said_to_be, setup),
		cmocka_unit_test_setup(ranges_may_be_longer_than_what_is_known_of_them, setup),
		cmocka_unit_test_setup(no_information_is_refused, setup),
		cmocka_unit_test_setup(what_lies_in_the_image_is_refused, setup),
		cmocka_unit_test_setup(impossible_sizes_are_refused, setup),
		cmocka_unit_test_setup(tags_of_a_wrong_size_are_refused, setup),
		cmocka_unit_test_setup(tags_without_an_end_are_refused, setup),
		cmocka_unit_test_setup(no_word_of_the_memory_is_refused, setup),
		cmocka_unit_test_setup(maps_with_ranges_that_are_too_short_are_refused, setup),
		cmocka_unit_test_setup(a_map_without_its_head_is_refused, setup),
		cmocka_unit_test_setup(the_screen_is_handed_on, setup),
		cmocka_unit_test_setup(a_screen_that_is_of_no_use_is_none, setup),
		cmocka_unit_test_setup(the_entry_hands_it_on, setup),
		cmocka_unit_test_setup(noise_is_read_without_harm, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
