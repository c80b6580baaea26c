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

/* Documentation/arch/x86/zero-page.rst, and from `setup` on boot.rst; what we do not read is left out. */
struct linux_zero_page {
	uint8_t screen[0x70];
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
