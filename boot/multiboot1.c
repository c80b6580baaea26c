/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a loader of the first Multiboot specification hands over (0.6.96, 3.3). It tells nothing of
 * ACPI: the RSDP is searched for. Upward: a copy of it, or why it is of no use.
 */
#include "boot/multiboot1.h"

/* NULL where there is nothing to be read. */
static const char *text_at(le32 address, struct boot_info *info)
{
	const char *text = boot_pointer(from_le32(address));

	if (!boot_in_image(text))
		return text;
	info->failure = "the Multiboot loader put a text where the image belongs";
	return NULL;
}

static void read_texts(const struct multiboot1_info *given, struct boot_info *info)
{
	uint32_t flags = from_le32(given->flags);
	const char *text;

	text = (flags & MULTIBOOT1_COMMAND_LINE) != 0 ? text_at(given->command_line, info) : NULL;
	if (text != NULL)
		boot_copy_command_line(info, text, SIZE_MAX);
	text = (flags & MULTIBOOT1_LOADER) != 0 ? text_at(given->loader, info) : NULL;
	if (text != NULL)
		boot_copy_text(info->loader, sizeof(info->loader), text, SIZE_MAX);
}

static void read_memory_map(const struct multiboot1_info *given, struct boot_info *info)
{
	const char *at = boot_pointer(from_le32(given->memory_map));
	size_t left = from_le32(given->memory_map_length);

	if (boot_in_image(at)) {
		info->failure = "the Multiboot loader put the memory map where the image belongs";
		return;
	}
	if (left > boot_reach(at)) {
		info->failure = "the Multiboot loader's memory map has a size that cannot be";
		return;
	}
	while (left > 0 && !info->memory.cut) {
		const struct multiboot1_range *range = (const void *)at;
		size_t size = left < sizeof(range->size) ? 0 : from_le32(range->size);

		if (size + sizeof(range->size) < sizeof(*range) ||
		    size + sizeof(range->size) > left) {
			info->failure =
				"the Multiboot loader's memory map has an entry of a wrong size";
			return;
		}
		memory_map_add(&info->memory, from_le64(range->address), from_le64(range->length),
			       from_le32(range->type));
		at += size + sizeof(range->size);
		left -= size + sizeof(range->size);
	}
}

/* What a loader tells that has no map, or knows none. */
static void read_memory_sizes(const struct multiboot1_info *given, struct boot_info *info)
{
	memory_map_add(&info->memory, 0, from_le32(given->memory_lower) * KIB, MEMORY_RAM);
	memory_map_add(&info->memory, MIB, from_le32(given->memory_upper) * KIB, MEMORY_RAM);
}

void multiboot1_read(const struct multiboot1_info *given, struct boot_info *info)
{
	if (boot_in_image(given)) {
		info->failure = "the Multiboot loader put its information where the image belongs";
	} else if (given == NULL || boot_reach(given) < sizeof(*given)) {
		info->failure = "the Multiboot loader handed over no information";
	} else {
		uint32_t flags = from_le32(given->flags);

		read_texts(given, info);
		if ((flags & MULTIBOOT1_MEMORY_MAP) != 0)
			read_memory_map(given, info);
		else if ((flags & MULTIBOOT1_MEMORY) != 0)
			read_memory_sizes(given, info);
		else
			info->failure = "the Multiboot loader tells nothing of the memory";
		memory_map_finish(&info->memory);
	}
}

NORETURN void multiboot1_start(const struct multiboot1_info *given);

void multiboot1_start(const struct multiboot1_info *given)
{
	static struct boot_info info;

	info.entry = "multiboot1";
	multiboot1_read(given, &info);
	virtproof_main(&info);
}
