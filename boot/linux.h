/* SPDX-License-Identifier: BSD-2-Clause */
/* The zero page of Linux: what every Linux entry is handed. */
#ifndef BOOT_LINUX_H
#define BOOT_LINUX_H

#include "boot/boot_info.h"

#define LINUX_E820_MOST 128

/* One range of the memory map, as INT 15h, function E820h gives it. */
struct linux_e820_entry {
	le64 address;
	le64 size;
	le32 type;
} PACKED;
static_assert(sizeof(struct linux_e820_entry) == 20, "zero-page.rst");

/* `struct screen_info` of Linux (include/uapi/linux/screen_info.h), as far as we read it. */
struct linux_screen {
	uint8_t cursor[7];
	uint8_t columns;
	uint8_t modes[6];
	uint8_t rows;
	uint8_t kind;
	le16 letter_height;
	le16 width, height, bits;
	le32 address;
	le32 size;
	le32 command_line;
	le16 pitch; /* bytes */
	uint8_t colours[16];
	le32 flags;
	le32 address_high; /* where the flags say so */
	uint8_t rest[2];
} PACKED;
static_assert(offsetof(struct linux_screen, rows) == 14, "screen_info.h");
static_assert(offsetof(struct linux_screen, width) == 18, "screen_info.h");
static_assert(offsetof(struct linux_screen, pitch) == 36, "screen_info.h");
static_assert(offsetof(struct linux_screen, flags) == 54, "screen_info.h");
static_assert(sizeof(struct linux_screen) == 64, "screen_info.h");

/* What it shows, and by whose leave. */
enum {
	LINUX_SCREEN_TEXT = 1, /* VGA */
	LINUX_SCREEN_VESA = 0x23,
	LINUX_SCREEN_EFI = 0x70,
};
#define LINUX_SCREEN_HIGH BIT(1) /* flag: address_high counts */

/* Documentation/arch/x86/zero-page.rst, and from `setup` on boot.rst; what we do not read is left out. */
struct linux_zero_page {
	struct linux_screen screen;
	uint8_t before_rsdp[0x70 - 0x40];
	le64 rsdp;
	uint8_t other[0xc8 - 0x78];
	le32 command_line_high;
	uint8_t more[0x1e8 - 0xcc];
	uint8_t e820_entries;
	uint8_t setup[0x202 - 0x1e9];
	le32 magic;
	uint8_t versions[0x228 - 0x206];
	le32 command_line;
	uint8_t places[0x238 - 0x22c];
	le32 command_line_size; /* characters at the most, or 0 where nobody says */
	uint8_t rest[0x2d0 - 0x23c];
	struct linux_e820_entry e820[LINUX_E820_MOST];
} PACKED;
static_assert(offsetof(struct linux_zero_page, rsdp) == 0x70, "zero-page.rst");
static_assert(offsetof(struct linux_zero_page, e820_entries) == 0x1e8, "zero-page.rst");
static_assert(offsetof(struct linux_zero_page, magic) == 0x202, "boot.rst");
static_assert(offsetof(struct linux_zero_page, command_line) == 0x228, "boot.rst");
static_assert(offsetof(struct linux_zero_page, command_line_size) == 0x238, "boot.rst");
static_assert(offsetof(struct linux_zero_page, e820) == 0x2d0, "zero-page.rst");

/*
 * Fills in all of `info` but its entry from a zero page, which may be NULL or hold anything. What it
 * points to is read where it lies, below 4 GiB. What is of no use is told by info->failure; the command
 * line is read all the same where there is one. Boot CPU.
 */
void linux_read(const struct linux_zero_page *page, struct boot_info *info);

#endif
