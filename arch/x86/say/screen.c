/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on a screen: cells of VGA's text mode (IBM VGA Technical Reference, 2-12: character, attribute), or pixels
 * in which all bits are white. A full screen moves up by half, and only what differs is drawn: each letter twice at
 * most, since memory of a screen is slow. Upward: the last lines are there to be read.
 */
#include "arch/x86/say/screen.h"
#include "arch/io.h"
#include "arch/x86/say/font.h"

#define COLUMNS_MOST   200u
#define ROWS_MOST      100u
#define COLUMNS_LEAST  20
#define ROWS_LEAST     4
#define GREY_ON_BLACK  0x0700
#define SPACED_COLUMNS (FONT_COLUMNS + 1)
#define SPACED_ROWS    (FONT_ROWS + 2)
#define LARGE_FROM     1024 /* so many pixels across: a point is two of them wide and high */

static volatile uint8_t *memory;
static struct boot_screen screen;
static unsigned columns, rows, scale;
static unsigned column, row; /* of the next character */
static char cells[ROWS_MOST][COLUMNS_MOST];

static void draw_pixel(volatile uint8_t *at, bool on)
{
	uint32_t value = on ? UINT32_MAX : 0;

	switch (screen.bits) {
	case 32:
		write32((volatile uint32_t *)at, value);
		break;
	case 24:
		for (unsigned i = 0; i < 3; i++)
			write8(at + i, (uint8_t)value);
		break;
	default:
		write16((volatile uint16_t *)at, (uint16_t)value);
	}
}

static void draw_letter(unsigned at_row, unsigned at_column, char letter)
{
	const uint8_t *points = font[letter - FONT_FIRST];
	volatile uint8_t *line = memory + (uint64_t)at_row * SPACED_ROWS * scale * screen.pitch;

	for (unsigned y = 0; y < FONT_ROWS * scale; y++, line += screen.pitch) {
		volatile uint8_t *at =
			line + at_column * SPACED_COLUMNS * scale * (screen.bits / 8);

		for (unsigned x = 0; x < FONT_COLUMNS * scale; x++, at += screen.bits / 8)
			draw_pixel(at, points[y / scale] >> (FONT_COLUMNS - 1 - x / scale) & 1);
	}
}

static void draw(unsigned at_row, unsigned at_column, char letter)
{
	if (screen.kind == SCREEN_TEXT)
		write16((volatile uint16_t *)(memory + at_row * screen.pitch) + at_column,
			GREY_ON_BLACK | (uint8_t)letter);
	else
		draw_letter(at_row, at_column, letter);
}

static void put(unsigned at_row, unsigned at_column, char letter)
{
	if (cells[at_row][at_column] == letter)
		return;
	cells[at_row][at_column] = letter;
	draw(at_row, at_column, letter);
}

static void clear(void)
{
	uint32_t size = screen.pitch * screen.height;

	for (uint32_t at = 0; screen.kind == SCREEN_PIXELS && at + 4 <= size; at += 4)
		write32((volatile uint32_t *)(memory + at), 0);
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned c = 0; c < columns; c++) {
			cells[r][c] = ' ';
			if (screen.kind == SCREEN_TEXT)
				draw(r, c, ' ');
		}
	}
}

/* A loader may tell of VGA's text where there is no VGA. */
static bool is_there(void)
{
	return screen.kind == SCREEN_PIXELS ||
	       read16((volatile uint16_t *)memory) == (GREY_ON_BLACK | ' ');
}

/* False where letters do not fit, or nobody knows how to draw them. */
static bool measure(void)
{
	unsigned width = 1, height = 1, bytes = 2;

	if (screen.kind == SCREEN_PIXELS) {
		scale = screen.width >= LARGE_FROM ? 2 : 1;
		width = SPACED_COLUMNS * scale;
		height = SPACED_ROWS * scale;
		bytes = screen.bits / 8;
		if (screen.bits != 16 && screen.bits != 24 && screen.bits != 32)
			return false;
	}
	columns = MINIMUM(MINIMUM(screen.width, screen.pitch / bytes) / width, COLUMNS_MOST);
	rows = MINIMUM(screen.height / height, ROWS_MOST);
	return columns >= COLUMNS_LEAST && rows >= ROWS_LEAST;
}

void screen_start(volatile uint8_t *at, const struct boot_screen *told)
{
	screen = *told;
	memory = at;
	column = row = 0;
	if (measure())
		clear();
	else
		memory = NULL;
	if (memory != NULL && !is_there())
		memory = NULL;
}

bool screen_shown(void)
{
	return memory != NULL;
}

static void end_line(void)
{
	unsigned up;

	column = 0;
	if (++row < rows)
		return;
	row = rows / 2;
	up = rows - row;
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned c = 0; c < columns; c++)
			put(r, c, r < row ? cells[r + up][c] : ' ');
	}
}

void screen_write(const char *text, size_t length)
{
	for (size_t i = 0; memory != NULL && i < length; i++) {
		char letter = text[i];

		if (letter == '\n' || column == columns)
			end_line();
		if (letter != '\n')
			put(row, column++, letter >= ' ' && letter <= '~' ? letter : '?');
	}
}
