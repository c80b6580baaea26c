/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a PVH loader hands over (Xen, xen/include/public/arch-x86/hvm/start_info.h). Upward: a
 * copy of it, or why it is of no use.
 */
#include "boot/boot_info.h"
#include "lib/string.h"

#define PVH_MAGIC 0x336ec578

struct pvh_start_info {
	le32 magic;
	le32 version;
	le32 flags;
	le32 modules;
	le64 module_list;
	le64 command_line;
	le64 rsdp;
	le64 memory_map; /* from version 1 on, as all that follows */
	le32 memory_map_entries;
	le32 reserved;
};
static_assert(offsetof(struct pvh_start_info, command_line) == 24, "start_info.h");
static_assert(offsetof(struct pvh_start_info, memory_map_entries) == 48, "start_info.h");

struct pvh_memory_map_entry {
	le64 address;
	le64 size;
	le32 type;
	le32 reserved;
};
static_assert(sizeof(struct pvh_memory_map_entry) == 24, "start_info.h");

static struct boot_info info;

/* The early page tables map what lies below 4 GiB only; a loader has no reason to go beyond. */
static const void *low_pointer(le64 address)
{
	uint64_t value = from_le64(address);

	return value < 4 * GIB ? (const void *)(uintptr_t)value : NULL;
}

static void copy_memory_map(const struct pvh_start_info *start)
{
	const struct pvh_memory_map_entry *entry = low_pointer(start->memory_map);

	if (entry == NULL)
		return;
	for (uint32_t i = 0; i < from_le32(start->memory_map_entries) && !info.memory.cut;
	     i++, entry++)
		memory_map_add(&info.memory, from_le64(entry->address), from_le64(entry->size),
			       from_le32(entry->type));
	memory_map_finish(&info.memory);
}

NORETURN void pvh_start(const struct pvh_start_info *start);

void pvh_start(const struct pvh_start_info *start)
{
	info.entry = "pvh";
	if (from_le32(start->magic) != PVH_MAGIC) {
		info.failure = "the PVH loader handed over no start info (wrong magic)";
	} else if (from_le32(start->version) < 1) {
		info.failure = "the PVH loader's start info is version 0, which has no memory map";
	} else {
		const char *command_line = low_pointer(start->command_line);

		if (command_line != NULL)
			info.command_line_cut = !copy_string(
				info.command_line, sizeof(info.command_line), command_line);
		info.rsdp = from_le64(start->rsdp);
		copy_memory_map(start);
	}
	virtproof_main(&info);
}
