/* SPDX-License-Identifier: BSD-2-Clause */
/* What a loader of Multiboot2 (2.0, 3.6) hands over: a row of tags. */
#ifndef BOOT_MULTIBOOT2_H
#define BOOT_MULTIBOOT2_H

#include "boot/boot_info.h"

/* Multiboot2 2.0, 3.6: the tags that we read. */
enum multiboot2_tag_type {
	MULTIBOOT2_END = 0,
	MULTIBOOT2_COMMAND_LINE = 1,
	MULTIBOOT2_LOADER = 2,
	MULTIBOOT2_MEMORY_MAP = 6,
	MULTIBOOT2_FRAMEBUFFER = 8,
	MULTIBOOT2_OLD_RSDP = 14, /* a copy of the RSDP of ACPI 1.0 */
	MULTIBOOT2_NEW_RSDP = 15, /* of ACPI 2.0 and later */
};

/* The information begins with its size, and is aligned to 8 bytes. */
struct multiboot2_info {
	le32 size; /* bytes, with all tags */
	le32 reserved;
};
static_assert(sizeof(struct multiboot2_info) == 8, "Multiboot2 2.0, 3.6.1");

/* Each tag begins so, at a multiple of 8 bytes. */
struct multiboot2_tag {
	le32 type;
	le32 size; /* bytes, with this, without what fills up to the next tag */
};
static_assert(sizeof(struct multiboot2_tag) == 8, "Multiboot2 2.0, 3.6.2");

/* The tag of the memory map, 3.6.8; its ranges follow. */
struct multiboot2_memory_map {
	struct multiboot2_tag tag;
	le32 range_size; /* bytes from one range to the next */
	le32 version;
};
static_assert(sizeof(struct multiboot2_memory_map) == 16, "Multiboot2 2.0, 3.6.8");

/* One range of it. */
struct multiboot2_range {
	le64 address;
	le64 length;
	le32 type;
	le32 reserved;
};
static_assert(sizeof(struct multiboot2_range) == 24, "Multiboot2 2.0, 3.6.8");

/* 3.6.12, as far as we read it: colours follow. */
struct multiboot2_framebuffer {
	struct multiboot2_tag tag;
	le64 address;
	le32 pitch; /* bytes */
	le32 width, height;
	uint8_t bits; /* of a pixel */
	uint8_t kind;
	le16 reserved;
} PACKED;
static_assert(sizeof(struct multiboot2_framebuffer) == 32, "Multiboot2 2.0, 3.6.12");

/* What it shows; what has a palette we do not use. */
enum { MULTIBOOT2_PIXELS = 1, MULTIBOOT2_TEXT = 2 };

/*
 * Fills in all of `info` but its entry from a loader's information, which may be NULL or hold anything;
 * it is read up to the size that it says. What is of no use is told by info->failure;
 * what was read before stays. Boot CPU.
 */
void multiboot2_read(const struct multiboot2_info *given, struct boot_info *info);

#endif
