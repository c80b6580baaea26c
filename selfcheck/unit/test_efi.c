/* SPDX-License-Identifier: BSD-2-Clause */
/* links: boot/efi.c boot/memory_map.c boot/linux.c boot/boot_info.c lib/string.c selfcheck/unit/fake_boot.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot/efi.h"
#include "boot/linux.h"
#include "selfcheck/unit/fake_boot.h"

#define ENTRY_SIZE  48 /* as EDK II has it: larger than what is known of an entry */
#define RANGES_MOST 300
#define PLACE_SIZE  4096
#define NEVER       1000

EFI_CALL efi_status efi_main(void *image, const struct efi_system *system);
void efi_enter(const struct linux_zero_page *page);

/* As struct efi_image has it. */
struct {
	uint64_t place, size, bytes;
	uint8_t content[8];
} efi_image = {.size = PLACE_SIZE, .bytes = 8, .content = {1, 2, 3, 4, 5, 6, 7, 8}};

static const struct efi_guid acpi1_guid = {0xeb9d2d30, 0x2d88, 0x11d3, 0x4dc13f279000169a};
static const struct efi_guid acpi2_guid = {0x8868e871, 0xe4f1, 0x11d3, 0x81883cc7800022bc};

static jmp_buf entered;
static const struct linux_zero_page *page;
static efi_status status; /* with which the application came back */
static struct efi_loaded_image loaded;
static struct efi_graphics graphics; /* without a mode: there is none */
static uint8_t ranges[RANGES_MOST * ENTRY_SIZE];
static unsigned range_count;
static uint64_t entry_size, key;
static unsigned stale; /* how many more times closing changes the map */
static bool place_is_taken, low_is_full, nobody_loaded;
static char said[512];

static int handle; /* of the application */

void efi_enter(const struct linux_zero_page *with)
{
	page = with;
	longjmp(entered, 1);
}

EFI_CALL static efi_status output_string(struct efi_text_output *self, const uint16_t *text)
{
	size_t length = strlen(said);

	for (; *text != 0; text++)
		said[length++] = (char)*text;
	said[length] = '\0';
	return EFI_SUCCESS;
}

EFI_CALL static efi_status allocate_pages(uint32_t how, uint32_t type, uint64_t pages,
					  uint64_t *address)
{
	if (how == EFI_ALLOCATE_AT) {
		assert_int_equal(type, EFI_LOADER_CODE);
		assert_int_equal(pages, PLACE_SIZE / EFI_PAGE_SIZE);
		assert_true(*address == efi_image.place);
		return place_is_taken ? EFI_LOAD_ERROR : EFI_SUCCESS;
	}
	assert_int_equal(how, EFI_ALLOCATE_BELOW);
	assert_true(*address <= UINT32_MAX);
	if (low_is_full)
		return EFI_LOAD_ERROR;
	*address = (uintptr_t)low_memory(pages * EFI_PAGE_SIZE);
	memset((void *)*address, 0xaa, pages * EFI_PAGE_SIZE);
	return EFI_SUCCESS;
}

EFI_CALL static efi_status get_memory_map(uint64_t *size, void *map, uint64_t *its_key,
					  uint64_t *its_entry_size, uint32_t *version)
{
	if (range_count * ENTRY_SIZE > *size)
		return EFI_LOAD_ERROR;
	*size = range_count * ENTRY_SIZE;
	memcpy(map, ranges, *size);
	*its_key = ++key;
	*its_entry_size = entry_size;
	*version = 1;
	return EFI_SUCCESS;
}

EFI_CALL static efi_status handle_protocol(void *of, const struct efi_guid *protocol, void **found)
{
	static const struct efi_guid loaded_image = {0x5b1b31a1, 0x9562, 0x11d2,
						     0x3b7269c9a0003f8e};

	assert_ptr_equal(of, &handle);
	assert_memory_equal(protocol, &loaded_image, sizeof(loaded_image));
	*found = &loaded;
	return nobody_loaded ? EFI_LOAD_ERROR : EFI_SUCCESS;
}

EFI_CALL static efi_status locate_protocol(const struct efi_guid *protocol, void *registration,
					   void **found)
{
	static const struct efi_guid graphics_guid = {0x9042a9de, 0x23dc, 0x4a38,
						      0x6a5180d0de7afb96};

	assert_memory_equal(protocol, &graphics_guid, sizeof(graphics_guid));
	*found = &graphics;
	return graphics.mode == NULL ? EFI_LOAD_ERROR : EFI_SUCCESS;
}

EFI_CALL static efi_status exit_boot_services(void *image, uint64_t its_key)
{
	assert_ptr_equal(image, &handle);
	assert_true(its_key == key);
	return stale > 0 && stale-- ? EFI_LOAD_ERROR : EFI_SUCCESS;
}

EFI_CALL static void copy_memory(void *to, const void *from, uint64_t length)
{
	memcpy(to, from, length);
}

EFI_CALL static void set_memory(void *at, uint64_t size, uint8_t value)
{
	memset(at, value, size);
}

static struct efi_text_output output = {.output_string = output_string};
static struct efi_boot_services services = {
	.allocate_pages = allocate_pages,
	.get_memory_map = get_memory_map,
	.handle_protocol = handle_protocol,
	.locate_protocol = locate_protocol,
	.exit_boot_services = exit_boot_services,
	.copy_memory = copy_memory,
	.set_memory = set_memory,
};
static struct efi_configuration configuration[2];
static struct efi_system firmware;

static void add_range(uint64_t start, uint64_t pages, uint32_t type)
{
	struct efi_memory memory = {.type = type, .physical = start, .pages = pages};

	memcpy(ranges + range_count++ * ENTRY_SIZE, &memory, sizeof(memory));
}

static int setup(void **state)
{
	if (efi_image.place == 0)
		efi_image.place = (uintptr_t)low_memory(PLACE_SIZE);
	memset((void *)efi_image.place, 0, PLACE_SIZE);
	memset(&loaded, 0, sizeof(loaded));
	graphics.mode = NULL;
	firmware = (struct efi_system){.output = &output,
				       .boot = &services,
				       .configuration = configuration,
				       .configurations = 2};
	configuration[0] = (struct efi_configuration){acpi1_guid, 0x7f000};
	configuration[1] = (struct efi_configuration){acpi2_guid, 0x7e000};
	range_count = 0;
	entry_size = ENTRY_SIZE;
	stale = 0;
	place_is_taken = low_is_full = nobody_loaded = false;
	said[0] = '\0';
	page = NULL;
	add_range(0, 0xa0, EFI_CONVENTIONAL);
	return 0;
}

static void start(void)
{
	status = EFI_SUCCESS;
	if (setjmp(entered) == 0)
		status = efi_main(&handle, &firmware);
}

/* What the image makes of the zero page that it is entered with. */
static const struct boot_info *enter(void)
{
	static struct boot_info info;

	start();
	assert_non_null(page);
	memset(&info, 0, sizeof(info));
	linux_read(page, &info);
	assert_null(info.failure);
	return &info;
}

static void is_given_up(const char *why)
{
	start();
	assert_null(page);
	assert_true(status == EFI_LOAD_ERROR);
	assert_int_equal(strncmp(said, "virtproof: ", 11), 0);
	assert_non_null(strstr(said, why));
	assert_string_equal(said + strlen(said) - 2, "\r\n");
}

static void the_image_gets_to_its_place(void **state)
{
	enter();
	assert_memory_equal((void *)efi_image.place, efi_image.content, 8);
	assert_string_equal(said, "");
}

static void words_are_handed_on(void **state)
{
	loaded.words = u"virtproof.efi vp.tests=ring";
	loaded.words_size = 2 * 28;
	assert_string_equal(enter()->command_line, "virtproof.efi vp.tests=ring");
}

static void words_end_with_their_size(void **state)
{
	loaded.words = u"vp.tests=ring";
	loaded.words_size = 2 * 8 + 1;
	assert_string_equal(enter()->command_line, "vp.tests");
}

static void no_words_are_an_empty_line(void **state)
{
	assert_string_equal(enter()->command_line, "");
	loaded.words_size = 100;
	assert_string_equal(enter()->command_line, "");
}

static void what_is_no_text_is_no_harm(void **state)
{
	static const uint16_t words[] = {'a', 0x1234, 0x7f, '\n', 0xff, 'b'};

	loaded.words = words;
	loaded.words_size = sizeof(words);
	assert_string_equal(enter()->command_line, "a????b");
}

static void words_that_are_too_many_are_cut_and_said_to_be(void **state)
{
	static uint16_t words[40000];

	for (unsigned i = 0; i < ARRAY_LENGTH(words); i++)
		words[i] = 'x';
	loaded.words = words;
	loaded.words_size = sizeof(words);
	assert_true(enter()->command_line_cut);
}

static void the_newer_rsdp_is_handed_on(void **state)
{
	assert_int_equal(enter()->rsdp, 0x7e000);
	firmware.configurations = 1;
	assert_int_equal(enter()->rsdp, 0x7f000);
	firmware.configurations = 0;
	assert_int_equal(enter()->rsdp, 0);
}

static void the_screen_is_handed_on(void **state)
{
	struct efi_graphics_information information = {
		.width = 800, .height = 600, .format = 1, .pixels_a_line = 832};
	struct efi_graphics_mode mode = {.information = &information, .address = 0x480000000};
	const struct boot_screen *screen;

	assert_int_equal(enter()->screen.kind, SCREEN_NONE);
	graphics.mode = &mode;
	screen = &enter()->screen;
	assert_int_equal(screen->kind, SCREEN_PIXELS);
	assert_true(screen->address == 0x480000000);
	assert_int_equal(screen->width, 800);
	assert_int_equal(screen->height, 600);
	assert_int_equal(screen->pitch, 3328);
	assert_int_equal(screen->bits, 32);
	information.format = 3; /* no memory to write to */
	assert_int_equal(enter()->screen.kind, SCREEN_NONE);
}

static void memory_is_what_it_is_without_the_firmware(void **state)
{
	const struct boot_info *info;

	add_range(0x100000, 0x10, EFI_LOADER_CODE);
	add_range(0x110000, 0x10, EFI_LOADER_DATA);
	add_range(0x120000, 0x10, EFI_BOOT_CODE);
	add_range(0x130000, 0x10, EFI_BOOT_DATA);
	add_range(0x140000, 0x10, 6 /* data of the runtime services */);
	add_range(0x150000, 0x10, EFI_ACPI_RECLAIM);
	add_range(0x160000, 0x10, EFI_ACPI_NVS);
	add_range(0x170000, 0x10, EFI_UNUSABLE);
	add_range(0x180000, 0x10, 0x80000000 /* of somebody's own */);
	info = enter();
	assert_int_equal(info->memory.count, 7);
	assert_int_equal(info->memory.ranges[1].size, 0x40000);
	assert_int_equal(memory_map_type_at(&info->memory, 0x13ffff), MEMORY_RAM);
	assert_int_equal(memory_map_type_at(&info->memory, 0x140000), MEMORY_RESERVED);
	assert_int_equal(memory_map_type_at(&info->memory, 0x150000), MEMORY_ACPI);
	assert_int_equal(memory_map_type_at(&info->memory, 0x160000), MEMORY_NVS);
	assert_int_equal(memory_map_type_at(&info->memory, 0x170000), MEMORY_UNUSABLE);
	assert_int_equal(memory_map_type_at(&info->memory, 0x180000), MEMORY_RESERVED);
}

static void neighbours_are_joined_in_any_order(void **state)
{
	for (unsigned i = 200; i-- > 0;)
		add_range(0x100000 + i * 0x1000, 1, EFI_CONVENTIONAL);
	enter();
	assert_int_equal(page->e820_entries, 2);
	assert_int_equal(from_le64(page->e820[1].address), 0x100000);
	assert_int_equal(from_le64(page->e820[1].size), 200 * 0x1000);
}

static void a_map_that_changes_is_read_again(void **state)
{
	stale = 2;
	enter();
	assert_int_equal(page->e820_entries, 1);
}

static void a_map_that_never_holds_still_is_given_up(void **state)
{
	stale = NEVER;
	is_given_up("does not end its boot services");
}

static void a_taken_place_is_given_up(void **state)
{
	place_is_taken = true;
	is_given_up("uses memory where the image belongs");
}

static void full_memory_is_given_up(void **state)
{
	low_is_full = true;
	is_given_up("no memory left below 4 GiB");
}

static void what_nobody_loaded_is_given_up(void **state)
{
	nobody_loaded = true;
	is_given_up("does not say with which words");
}

static void more_ranges_than_there_is_room_for_are_given_up(void **state)
{
	for (unsigned i = 0; i < LINUX_E820_MOST; i++)
		add_range(0x100000 + i * 0x2000, 1, EFI_CONVENTIONAL);
	is_given_up("more than 128 ranges");
}

static void entries_that_are_too_short_are_given_up(void **state)
{
	entry_size = sizeof(struct efi_memory) - 8;
	is_given_up("entries of a wrong size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_image_gets_to_its_place, setup),
		cmocka_unit_test_setup(words_are_handed_on, setup),
		cmocka_unit_test_setup(words_end_with_their_size, setup),
		cmocka_unit_test_setup(no_words_are_an_empty_line, setup),
		cmocka_unit_test_setup(what_is_no_text_is_no_harm, setup),
		cmocka_unit_test_setup(words_that_are_too_many_are_cut_and_said_to_be, setup),
		cmocka_unit_test_setup(the_newer_rsdp_is_handed_on, setup),
		cmocka_unit_test_setup(the_screen_is_handed_on, setup),
		cmocka_unit_test_setup(memory_is_what_it_is_without_the_firmware, setup),
		cmocka_unit_test_setup(neighbours_are_joined_in_any_order, setup),
		cmocka_unit_test_setup(a_map_that_changes_is_read_again, setup),
		cmocka_unit_test_setup(a_map_that_never_holds_still_is_given_up, setup),
		cmocka_unit_test_setup(a_taken_place_is_given_up, setup),
		cmocka_unit_test_setup(full_memory_is_given_up, setup),
		cmocka_unit_test_setup(what_nobody_loaded_is_given_up, setup),
		cmocka_unit_test_setup(more_ranges_than_there_is_room_for_are_given_up, setup),
		cmocka_unit_test_setup(entries_that_are_too_short_are_given_up, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
