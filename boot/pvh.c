/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a PVH loader hands over (Xen, xen/include/public/arch-x86/hvm/start_info.h). Upward: a
 * copy of it, or why it is of no use.
 */
#include "boot/pvh.h"

#define PVH_MAGIC 0x336ec578

static void read_command_line(const struct pvh_start_info *start, struct boot_info *info)
{
	const char *text = boot_pointer(from_le64(start->command_line));

	if (boot_in_image(text))
		info->failure = "the PVH loader put the command line where the image belongs";
	else if (text != NULL)
		boot_copy_command_line(info, text, SIZE_MAX);
}

static void read_memory_map(const struct pvh_start_info *start, struct boot_info *info)
{
	const struct pvh_range *range = boot_pointer(from_le64(start->memory_map));
	uint32_t count = from_le32(start->memory_map_entries);

	if (boot_in_image(range)) {
		info->failure = "the PVH loader put the memory map where the image belongs";
	} else if (range == NULL || count > boot_reach(range) / sizeof(*range)) {
		info->failure = "the PVH loader put the memory map where none can be";
	} else {
		for (uint32_t i = 0; i < count && !info->memory.cut; i++, range++)
			memory_map_add(&info->memory, from_le64(range->address),
				       from_le64(range->size), from_le32(range->type));
		memory_map_finish(&info->memory);
	}
}

void pvh_read(const struct pvh_start_info *start, struct boot_info *info)
{
	if (boot_in_image(start)) {
		info->failure = "the PVH loader put the start info where the image belongs";
	} else if (boot_reach(start) < sizeof(*start) || from_le32(start->magic) != PVH_MAGIC) {
		info->failure = "the PVH loader handed over no start info (wrong magic)";
	} else if (from_le32(start->version) < 1) {
		info->failure = "the PVH loader's start info is version 0, which has no memory map";
	} else {
		read_command_line(start, info);
		info->rsdp = from_le64(start->rsdp);
		read_memory_map(start, info);
	}
}

NORETURN void pvh_start(const struct pvh_start_info *start);

void pvh_start(const struct pvh_start_info *start)
{
	static struct boot_info info;

	info.entry = "pvh";
	pvh_read(start, &info);
	virtproof_main(&info);
}
