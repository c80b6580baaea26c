/* SPDX-License-Identifier: BSD-2-Clause */
/* What a loader of the first Multiboot specification (0.6.96, 3.3) hands over. */
#ifndef BOOT_MULTIBOOT1_H
#define BOOT_MULTIBOOT1_H

#include "boot/boot_info.h"

/* Which fields of the information are valid; the others that there are we do not read. */
enum multiboot1_flags {
	MULTIBOOT1_MEMORY = BIT(0),
	MULTIBOOT1_COMMAND_LINE = BIT(2),
	MULTIBOOT1_MEMORY_MAP = BIT(6),
	MULTIBOOT1_LOADER = BIT(9),
};

/* Multiboot 0.6.96, 3.3, as far as we read it. */
struct multiboot1_info {
	le32 flags;
	le32 memory_lower; /* KiB from 0 on */
	le32 memory_upper; /* KiB from 1 MiB on, to the first hole */
	le32 boot_device;
	le32 command_line; /* ends by a zero */
	le32 modules, module_list;
	le32 symbols[4];
	le32 memory_map_length; /* bytes */
	le32 memory_map;
	le32 drives_length, drives;
	le32 configuration;
	le32 loader; /* ends by a zero */
};
static_assert(offsetof(struct multiboot1_info, command_line) == 16, "Multiboot 0.6.96, 3.3");
static_assert(offsetof(struct multiboot1_info, memory_map_length) == 44, "Multiboot 0.6.96, 3.3");
static_assert(offsetof(struct multiboot1_info, loader) == 64, "Multiboot 0.6.96, 3.3");

/* One range of the memory map; the next begins `size` bytes behind the field of that name. */
struct multiboot1_range {
	le32 size;
	le64 address;
	le64 length;
	le32 type;
} PACKED;
static_assert(sizeof(struct multiboot1_range) == 24, "Multiboot 0.6.96, 3.3");

/*
 * Fills in all of `info` but its entry from a loader's information, which may be NULL or hold anything.
 * What it points to is read where it lies, below 4 GiB. What is of no use is told by info->failure; the
 * command line is read all the same where there is one. Boot CPU.
 */
void multiboot1_read(const struct multiboot1_info *given, struct boot_info *info);

#endif
