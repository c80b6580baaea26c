/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtproof.efi, an application of UEFI (2.10) that puts the image in its place and asks the firmware what
 * boot/linux16.S asks the BIOS: it goes on in linux64.S with a zero page. Not a part of the image. Position
 * independent, and nobody fixes up addresses: no pointers in tables, no variables.
 */
#include "boot/efi.h"
#include "boot/linux.h"

#define LINUX_MAGIC  0x53726448 /* "HdrS" */
#define LINE_SIZE    8192       /* more than is read, so that what is too long is seen, not cut */
#define MAP_SIZE     (256 * KIB)
#define CLOSE_TRIES  8
#define NOT_PRINTING '?'

/* What is handed over, and what it takes to make it. */
struct handed {
	struct linux_zero_page page;
	char line[LINE_SIZE];
	uint8_t map[MAP_SIZE];
};
static_assert(offsetof(struct handed, map) % 8 == 0, "descriptors are read in place");

/* efi.S */
__attribute__((visibility("hidden"))) extern const struct efi_image efi_image;
__attribute__((visibility("hidden"))) NORETURN void efi_enter(const struct linux_zero_page *page);
EFI_CALL efi_status efi_main(void *image, const struct efi_system *system);

static efi_status give_up(const struct efi_system *system, const uint16_t *sentence)
{
	system->output->output_string(system->output, u"virtproof: ");
	system->output->output_string(system->output, sentence);
	system->output->output_string(system->output, u"\r\n");
	return EFI_LOAD_ERROR;
}

static bool same_guid(const struct efi_guid *a, const struct efi_guid *b)
{
	return a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d;
}

/* The table that has this GUID, or 0. */
static uint64_t find_table(const struct efi_system *system, const struct efi_guid *guid)
{
	for (uint64_t i = 0; i < system->configurations; i++)
		if (same_guid(&system->configuration[i].guid, guid))
			return system->configuration[i].table;
	return 0;
}

/* UEFI 2.10, 4.6.1.1: of ACPI 2.0 and later, else of ACPI 1.0. */
static uint64_t find_rsdp(const struct efi_system *system)
{
	const struct efi_guid acpi2 = {0x8868e871, 0xe4f1, 0x11d3, 0x81883cc7800022bc};
	const struct efi_guid acpi1 = {0xeb9d2d30, 0x2d88, 0x11d3, 0x4dc13f279000169a};
	uint64_t rsdp = find_table(system, &acpi2);

	return rsdp != 0 ? rsdp : find_table(system, &acpi1);
}

/* A boot entry may have anything for options. */
static void copy_words(char *line, const uint16_t *words, uint32_t size)
{
	uint32_t length = 0;

	for (; length < size / sizeof(*words) && length < LINE_SIZE - 1 && words[length] != 0;
	     length++)
		line[length] = words[length] >= ' ' && words[length] <= '~' ? (char)words[length]
									    : NOT_PRINTING;
	line[length] = '\0';
}

static bool read_words(const struct efi_system *system, void *image, char *line)
{
	const struct efi_guid protocol = {0x5b1b31a1, 0x9562, 0x11d2, 0x3b7269c9a0003f8e};
	void *found;
	const struct efi_loaded_image *loaded;

	if (system->boot->handle_protocol(image, &protocol, &found) != EFI_SUCCESS)
		return false;
	loaded = found;
	copy_words(line, loaded->words, loaded->words != NULL ? loaded->words_size : 0);
	return true;
}

/* Where its picture lies. Many machines have no screen, or one whose memory cannot be written to. */
static void find_screen(const struct efi_system *system, struct linux_screen *screen)
{
	const struct efi_guid protocol = {0x9042a9de, 0x23dc, 0x4a38, 0x6a5180d0de7afb96};
	void *found;
	const struct efi_graphics_mode *mode;

	if (system->boot->locate_protocol(&protocol, NULL, &found) != EFI_SUCCESS)
		return;
	mode = ((const struct efi_graphics *)found)->mode;
	if (mode->information->format > EFI_GRAPHICS_32_BITS)
		return;
	screen->kind = LINUX_SCREEN_EFI;
	screen->width = to_le16((uint16_t)mode->information->width);
	screen->height = to_le16((uint16_t)mode->information->height);
	screen->bits = to_le16(32);
	screen->pitch = to_le16((uint16_t)(mode->information->pixels_a_line * 4));
	screen->address = to_le32((uint32_t)mode->address);
	screen->address_high = to_le32((uint32_t)(mode->address >> 32));
	screen->flags = to_le32(LINUX_SCREEN_HIGH);
}

/* What memory is for when the firmware's boot services are gone (UEFI 2.10, 7.2, table 7.9). */
static enum memory_type type_of(uint32_t type)
{
	switch (type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_CODE:
	case EFI_BOOT_DATA:
	case EFI_CONVENTIONAL:
		return MEMORY_RAM;
	case EFI_UNUSABLE:
		return MEMORY_UNUSABLE;
	case EFI_ACPI_RECLAIM:
		return MEMORY_ACPI;
	case EFI_ACPI_NVS:
		return MEMORY_NVS;
	default:
		return MEMORY_RESERVED;
	}
}

/* A range that begins where another one of its type ends, or ends where it begins, is one with it. */
static bool add_range(struct linux_zero_page *page, uint64_t start, uint64_t size, uint32_t type)
{
	struct linux_e820_entry *entry = page->e820, *end = entry + page->e820_entries;

	for (; entry < end; entry++) {
		uint64_t at = from_le64(entry->address), length = from_le64(entry->size);

		if (from_le32(entry->type) != type || (at + length != start && start + size != at))
			continue;
		entry->address = to_le64(MINIMUM(at, start));
		entry->size = to_le64(length + size);
		return true;
	}
	if (page->e820_entries == LINUX_E820_MOST)
		return false;
	*entry = (struct linux_e820_entry){to_le64(start), to_le64(size), to_le32(type)};
	page->e820_entries++;
	return true;
}

static bool read_map(struct handed *handed, uint64_t size, uint64_t entry_size)
{
	handed->page.e820_entries = 0;
	for (uint64_t at = 0; at + sizeof(struct efi_memory) <= size; at += entry_size) {
		const struct efi_memory *memory = (const void *)(handed->map + at);

		if (!add_range(&handed->page, memory->physical, memory->pages * EFI_PAGE_SIZE,
			       type_of(memory->type)))
			return false;
	}
	return true;
}

/* Closing changes the map, whose key then is of no use: again, with a new one (UEFI 2.10, 7.4.6). */
static const uint16_t *close_firmware(const struct efi_system *system, void *image,
				      struct handed *handed)
{
	for (unsigned i = 0; i < CLOSE_TRIES; i++) {
		uint64_t size = sizeof(handed->map), key, entry_size;
		uint32_t version;

		if (system->boot->get_memory_map(&size, handed->map, &key, &entry_size, &version) !=
		    EFI_SUCCESS)
			return u"the firmware gives no memory map of at most 256 KiB";
		if (entry_size < sizeof(struct efi_memory))
			return u"the firmware's memory map has entries of a wrong size";
		if (!read_map(handed, size, entry_size))
			return u"the firmware's memory map has more than 128 ranges";
		if (system->boot->exit_boot_services(image, key) == EFI_SUCCESS)
			return NULL;
	}
	return u"the firmware does not end its boot services";
}

static uint64_t pages(uint64_t size)
{
	return ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
}

/* The application's entry: UEFI 2.10, 4.1. Comes back when the image could not be entered. */
EFI_CALL efi_status efi_main(void *image, const struct efi_system *system)
{
	uint64_t place = efi_image.place, below = UINT32_MAX;
	struct handed *handed;
	const uint16_t *trouble;

	if (system->boot->allocate_pages(EFI_ALLOCATE_AT, EFI_LOADER_CODE, pages(efi_image.size),
					 &place) != EFI_SUCCESS)
		return give_up(system, u"the firmware uses memory where the image belongs: "
				       u"try the disc instead");
	if (system->boot->allocate_pages(EFI_ALLOCATE_BELOW, EFI_LOADER_DATA,
					 pages(sizeof(*handed)), &below) != EFI_SUCCESS)
		return give_up(system, u"the firmware has no memory left below 4 GiB");
	system->boot->copy_memory((void *)(uintptr_t)place, efi_image.content, efi_image.bytes);
	handed = (void *)(uintptr_t)below;
	system->boot->set_memory(&handed->page, sizeof(handed->page), 0);
	handed->page.magic = to_le32(LINUX_MAGIC);
	handed->page.command_line = to_le32((uint32_t)(uintptr_t)handed->line);
	handed->page.rsdp = to_le64(find_rsdp(system));
	find_screen(system, &handed->page.screen);
	if (!read_words(system, image, handed->line))
		return give_up(system, u"the firmware does not say with which words it started us");
	trouble = close_firmware(system, image, handed);
	if (trouble != NULL)
		return give_up(system, trouble);
	efi_enter(&handed->page);
}
