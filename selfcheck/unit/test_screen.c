/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/say/screen.c arch/x86/say/font.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "arch/x86/say/font.h"
#include "arch/x86/say/screen.h"

#define COLUMNS 40
#define ROWS    10
#define PITCH   (2 * COLUMNS + 4) /* more than a line takes */

static uint8_t memory[PITCH * ROWS];

/* What stands in a row of text, without the blanks behind it. */
static const char *row(unsigned n)
{
	static char text[COLUMNS + 1];
	unsigned length = COLUMNS;

	for (unsigned i = 0; i < COLUMNS; i++)
		text[i] = (char)memory[n * PITCH + 2 * i];
	while (length > 0 && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return text;
}

static void write_text(const char *text)
{
	screen_write(text, strlen(text));
}

static int setup(void **state)
{
	memset(memory, 0xaa, sizeof(memory));
	screen_start(memory, &(struct boot_screen){.kind = SCREEN_TEXT,
						   .pitch = PITCH,
						   .width = COLUMNS,
						   .height = ROWS});
	return 0;
}

static void text_begins_at_the_top_of_an_empty_screen(void **state)
{
	assert_true(screen_shown());
	write_text("one\ntwo");
	write_text(" and three");
	assert_string_equal(row(0), "one");
	assert_string_equal(row(1), "two and three");
	for (unsigned n = 2; n < ROWS; n++)
		assert_string_equal(row(n), "");
	assert_int_equal(memory[2 * COLUMNS], 0xaa); /* no part of a line */
}

static void a_long_line_goes_on_in_the_next_row(void **state)
{
	write_text("1234567890123456789012345678901234567890+\nend");
	assert_string_equal(row(1), "+");
	assert_string_equal(row(2), "end");
}

static void what_does_not_print_is_a_question_mark(void **state)
{
	write_text("a\tb\x80\x7f");
	assert_string_equal(row(0), "a?b??");
}

static void a_full_screen_moves_up_by_half(void **state)
{
	char line[16];

	for (unsigned n = 1; n <= ROWS + ROWS / 2; n++) {
		snprintf(line, sizeof(line), "line %u\n", n);
		write_text(line);
	}
	assert_string_equal(row(0), "line 11");
	assert_string_equal(row(4), "line 15");
	assert_string_equal(row(5), "");
}

/* Two rows of a screen that is just high enough, then its first letter: drawn as it stands in the font. */
static void letters_are_drawn_in(unsigned bits, unsigned width)
{
	static uint8_t pixels[4 * 1024 * 80];
	unsigned bytes = bits / 8, scale = width >= 1024 ? 2 : 1, pitch = width * bytes;

	memset(pixels, 0xaa, sizeof(pixels));
	screen_start(pixels, &(struct boot_screen){.kind = SCREEN_PIXELS,
						   .pitch = pitch,
						   .width = width,
						   .height = 36 * scale,
						   .bits = (uint8_t)bits});
	assert_true(screen_shown());
	write_text("!R");
	for (unsigned y = 0; y < FONT_ROWS * scale; y++) {
		for (unsigned x = 0; x < FONT_COLUMNS * scale; x++) {
			bool on = font['R' - FONT_FIRST][y / scale] >> (4 - x / scale) & 1;
			const uint8_t *at = pixels + y * pitch + (6 * scale + x) * bytes;

			for (unsigned byte = 0; byte < bytes; byte++)
				assert_int_equal(at[byte], on ? 0xff : 0);
		}
	}
	assert_int_equal(pixels[36 * scale * pitch - 1], 0);
	assert_int_equal(pixels[36 * scale * pitch], 0xaa);
}

static void letters_are_drawn_in_pixels_of_all_sizes(void **state)
{
	letters_are_drawn_in(16, 320);
	letters_are_drawn_in(24, 320);
	letters_are_drawn_in(32, 320);
	letters_are_drawn_in(32, 1024);
}

static void what_cannot_be_drawn_on_is_no_screen(void **state)
{
	static const struct boot_screen screens[] = {
		{.kind = SCREEN_PIXELS, .pitch = 10, .width = 10, .height = 8, .bits = 8},
		{.kind = SCREEN_PIXELS, .pitch = 4, .width = 200, .height = 4, .bits = 32},
		{.kind = SCREEN_TEXT, .pitch = 20, .width = 80, .height = 10},
		{.kind = SCREEN_TEXT, .pitch = PITCH, .width = COLUMNS, .height = 1},
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(screens); n++) {
		memset(memory, 0xaa, sizeof(memory));
		screen_start(memory, &screens[n]);
		assert_false(screen_shown());
		write_text("nobody sees this");
		assert_int_equal(memory[0], 0xaa);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(text_begins_at_the_top_of_an_empty_screen, setup),
		cmocka_unit_test_setup(a_long_line_goes_on_in_the_next_row, setup),
		cmocka_unit_test_setup(what_does_not_print_is_a_question_mark, setup),
		cmocka_unit_test_setup(a_full_screen_moves_up_by_half, setup),
		cmocka_unit_test_setup(letters_are_drawn_in_pixels_of_all_sizes, setup),
		cmocka_unit_test_setup(what_cannot_be_drawn_on_is_no_screen, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
