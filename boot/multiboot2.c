/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a Multiboot2 loader hands over (Multiboot2 2.0, 3.6). Under UEFI this is the only way to learn
 * where ACPI's tables are. Upward: a copy of it, or why it is of no use.
 */
#include "boot/multiboot2.h"
#include "lib/string.h"

/* More than any loader has to tell. */
#define MOST (1 * MIB)

/* A text or a copy of something, as far as its tag goes. */
static const char *content_of(const struct multiboot2_tag *tag, size_t *size)
{
	*size = from_le32(tag->size) - sizeof(*tag);
	return (const char *)(tag + 1);
}

static void read_command_line(const struct multiboot2_tag *tag, struct boot_info *info)
{
	size_t size;
	const char *text = content_of(tag, &size);

	boot_copy_command_line(info, text, size);
}

static void read_loader(const struct multiboot2_tag *tag, struct boot_info *info)
{
	size_t size;
	const char *text = content_of(tag, &size);

	boot_copy_text(info->loader, sizeof(info->loader), text, size);
}

static void read_memory_map(const struct multiboot2_tag *tag, struct boot_info *info)
{
	const struct multiboot2_memory_map *map = (const void *)tag;
	size_t left = from_le32(tag->size), size;
	const char *at = (const char *)(map + 1);

	if (left < sizeof(*map) || from_le32(map->range_size) < sizeof(struct multiboot2_range)) {
		info->failure = "the Multiboot2 loader's memory map has entries of a wrong size";
		return;
	}
	left -= sizeof(*map);
	size = from_le32(map->range_size);
	for (; left >= size && !info->memory.cut; left -= size, at += size) {
		const struct multiboot2_range *range = (const void *)at;

		memory_map_add(&info->memory, from_le64(range->address), from_le64(range->length),
			       from_le32(range->type));
	}
}

/* The tag holds a copy, of which we make our own; the newer one is the better one. */
static void read_rsdp(const struct multiboot2_tag *tag, struct boot_info *info)
{
	static char copy[64];
	size_t size;
	const char *rsdp = content_of(tag, &size);

	if (info->rsdp != 0 && from_le32(tag->type) == MULTIBOOT2_OLD_RSDP)
		return;
	memset(copy, 0, sizeof(copy));
	memcpy(copy, rsdp, MINIMUM(size, sizeof(copy)));
	info->rsdp = (uintptr_t)copy;
}

static void read_screen(const struct multiboot2_tag *tag, struct boot_info *info)
{
	const struct multiboot2_framebuffer *given = (const void *)tag;

	if (from_le32(tag->size) < sizeof(*given) ||
	    (given->kind != MULTIBOOT2_PIXELS && given->kind != MULTIBOOT2_TEXT))
		return;
	info->screen = (struct boot_screen){
		.kind = given->kind == MULTIBOOT2_TEXT ? SCREEN_TEXT : SCREEN_PIXELS,
		.address = from_le64(given->address),
		.pitch = from_le32(given->pitch),
		.width = from_le32(given->width),
		.height = from_le32(given->height),
		.bits = given->bits,
	};
}

static void read_tag(const struct multiboot2_tag *tag, struct boot_info *info)
{
	switch (from_le32(tag->type)) {
	case MULTIBOOT2_COMMAND_LINE:
		read_command_line(tag, info);
		break;
	case MULTIBOOT2_LOADER:
		read_loader(tag, info);
		break;
	case MULTIBOOT2_MEMORY_MAP:
		read_memory_map(tag, info);
		break;
	case MULTIBOOT2_FRAMEBUFFER:
		read_screen(tag, info);
		break;
	case MULTIBOOT2_OLD_RSDP:
	case MULTIBOOT2_NEW_RSDP:
		read_rsdp(tag, info);
		break;
	}
}

static void read_tags(const struct multiboot2_info *given, struct boot_info *info)
{
	const char *at = (const char *)(given + 1),
		   *end = (const char *)given + from_le32(given->size);

	for (;;) {
		const struct multiboot2_tag *tag = (const void *)at;
		uint32_t size = end - at < (ptrdiff_t)sizeof(*tag) ? 0 : from_le32(tag->size);

		if (size < sizeof(*tag) || size > end - at) {
			info->failure =
				"the Multiboot2 loader's information has a tag of a wrong size";
			return;
		}
		if (from_le32(tag->type) == MULTIBOOT2_END)
			return;
		read_tag(tag, info);
		at += MINIMUM((ptrdiff_t)ALIGN_UP((uint64_t)size, 8), end - at);
	}
}

void multiboot2_read(const struct multiboot2_info *given, struct boot_info *info)
{
	if (given == NULL || (uintptr_t)given % sizeof(uint64_t) != 0) {
		info->failure =
			"the Multiboot2 loader handed over no information, or none at a multiple of 8";
	} else if (boot_in_image(given)) {
		info->failure = "the Multiboot2 loader put its information where the image belongs";
	} else if (from_le32(given->size) < sizeof(*given) || from_le32(given->size) > MOST ||
		   from_le32(given->size) > boot_reach(given)) {
		info->failure = "the Multiboot2 loader's information has a size that cannot be";
	} else {
		read_tags(given, info);
		if (info->failure == NULL && info->memory.count == 0)
			info->failure = "the Multiboot2 loader tells nothing of the memory";
		memory_map_finish(&info->memory);
	}
}

NORETURN void multiboot2_start(const struct multiboot2_info *given);

void multiboot2_start(const struct multiboot2_info *given)
{
	static struct boot_info info;

	info.entry = "multiboot2";
	multiboot2_read(given, &info);
	virtproof_main(&info);
}
