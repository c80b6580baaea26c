/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PVH loader hands over (Xen, xen/include/public/arch-x86/hvm/start_info.h). */
#ifndef BOOT_PVH_H
#define BOOT_PVH_H

#include "boot/boot_info.h"

/* The start info; modules are not for us. */
struct pvh_start_info {
	le32 magic;
	le32 version;
	le32 flags;
	le32 modules;
	le64 module_list;
	le64 command_line; /* ends by a zero */
	le64 rsdp;
	le64 memory_map; /* from version 1 on, as all that follows */
	le32 memory_map_entries;
	le32 reserved;
};
static_assert(offsetof(struct pvh_start_info, command_line) == 24, "start_info.h");
static_assert(offsetof(struct pvh_start_info, memory_map_entries) == 48, "start_info.h");

/* One range of the memory map. */
struct pvh_range {
	le64 address;
	le64 size;
	le32 type;
	le32 reserved;
};
static_assert(sizeof(struct pvh_range) == 24, "start_info.h");

/*
 * Fills in all of `info` but its entry from a start info, which may be anywhere and hold anything. What it points
 * to is read where it lies, below 4 GiB. What is of no use is told by info->failure; the command line is read
 * all the same where there is one. Boot CPU.
 */
void pvh_read(const struct pvh_start_info *start, struct boot_info *info);

#endif
