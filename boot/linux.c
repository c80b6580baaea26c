/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what a Linux loader hands over (Documentation/arch/x86/boot.rst, zero-page.rst), whichever of
 * the entries it took. Upward: a copy of it, or why it is of no use.
 */
#include "boot/linux.h"

#define LINUX_MAGIC 0x53726448 /* "HdrS" */

static void read_command_line(const struct linux_zero_page *page, struct boot_info *info)
{
	const char *text = boot_pointer((uint64_t)from_le32(page->command_line_high) << 32 |
					from_le32(page->command_line));
	uint32_t size = from_le32(page->command_line_size);

	if (boot_in_image(text))
		info->failure = "the Linux loader put the command line where the image belongs";
	else if (text != NULL)
		boot_copy_command_line(info, text, size != 0 ? size : SIZE_MAX);
}

static void read_memory_map(const struct linux_zero_page *page, struct boot_info *info)
{
	unsigned count = MINIMUM(page->e820_entries, LINUX_E820_MOST);

	for (unsigned i = 0; i < count; i++)
		memory_map_add(&info->memory, from_le64(page->e820[i].address),
			       from_le64(page->e820[i].size), from_le32(page->e820[i].type));
	memory_map_finish(&info->memory);
	if (page->e820_entries > LINUX_E820_MOST)
		info->failure =
			"the Linux loader's zero page counts more than 128 ranges of memory";
}

static void read_screen(const struct linux_screen *given, struct boot_screen *screen)
{
	uint64_t high =
		from_le32(given->flags) & LINUX_SCREEN_HIGH ? from_le32(given->address_high) : 0;

	if (given->kind == LINUX_SCREEN_TEXT) {
		*screen = (struct boot_screen){
			.kind = SCREEN_TEXT,
			.address = SCREEN_TEXT_ADDRESS,
			.pitch = given->columns * SCREEN_TEXT_BYTES,
			.width = given->columns,
			.height = given->rows,
		};
	} else if (given->kind == LINUX_SCREEN_VESA || given->kind == LINUX_SCREEN_EFI) {
		*screen = (struct boot_screen){
			.kind = SCREEN_PIXELS,
			.address = high << 32 | from_le32(given->address),
			.pitch = from_le16(given->pitch),
			.width = from_le16(given->width),
			.height = from_le16(given->height),
			.bits = (uint8_t)from_le16(given->bits),
		};
	}
}

void linux_read(const struct linux_zero_page *page, struct boot_info *info)
{
	if (boot_in_image(page)) {
		info->failure = "the Linux loader put the zero page where the image belongs";
	} else if (page == NULL || boot_reach(page) < sizeof(*page)) {
		info->failure = "the Linux loader handed over no zero page";
	} else if (from_le32(page->magic) != LINUX_MAGIC) {
		info->failure = "the Linux loader handed over no zero page (wrong magic)";
	} else {
		read_command_line(page, info);
		info->rsdp = from_le64(page->rsdp);
		read_screen(&page->screen, &info->screen);
		read_memory_map(page, info);
	}
}

static struct boot_info info;

NORETURN static void start(const char *entry, const struct linux_zero_page *page)
{
	info.entry = entry;
	linux_read(page, &info);
	virtproof_main(&info);
}

NORETURN void linux16_start(const struct linux_zero_page *page);
NORETURN void linux32_start(const struct linux_zero_page *page);
NORETURN void linux64_start(const struct linux_zero_page *page);
NORETURN void efi_start(const struct linux_zero_page *page);

void linux16_start(const struct linux_zero_page *page)
{
	start("linux16", page);
}

void linux32_start(const struct linux_zero_page *page)
{
	start("linux32", page);
}

void linux64_start(const struct linux_zero_page *page)
{
	start("linux64", page);
}

void efi_start(const struct linux_zero_page *page)
{
	start("efi", page);
}
