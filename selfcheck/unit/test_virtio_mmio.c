/* SPDX-License-Identifier: BSD-2-Clause */
/* links: virtio/transport/mmio/find.c virtio/transport/mmio/registers.c virtio/transport/mmio/transport.c */
/* links: lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/acpi.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "virtio/onlooker.h"
#include "virtio/transport/find.h"
#include "virtio/transport/mmio/device.h"
#include "virtio/transport/mmio/transport.h"

#define BASE  0xfeb00000ull
#define MOST  4
#define LINES 48

struct onlooker *onlookers;
const struct virtio_line virtio_mmio_line;

/* The machine: two places with registers, what tables tell, and what was found. */
static struct {
	uint32_t registers[2][0x80];
	struct fixed_device told[MOST];
	unsigned told_count;
	struct virtio_device *found[MOST];
	unsigned found_count, notes;
	char note[256];
} world;

uint64_t onlookers_read(const struct register_access *access, uint64_t value)
{
	return value;
}

bool onlookers_write(const struct register_access *access, uint64_t *value)
{
	return true;
}

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	uint64_t place = (address - BASE) / 0x200;

	return place < 2 ? world.registers[place] : NULL;
}

unsigned interrupt_lines(void)
{
	return LINES;
}

unsigned interrupt_isa_line(unsigned irq, bool *level, bool *active_low)
{
	*level = irq == 9;
	*active_low = false;
	return irq == 0 ? 2 : irq;
}

unsigned acpi_fixed_devices(const char *hid, struct fixed_device *devices, unsigned most)
{
	assert_string_equal(hid, "LNRO0005");
	memcpy(devices, world.told, world.told_count * sizeof(*devices));
	return world.told_count;
}

static void note(const char *sentence)
{
	copy_string(world.note, sizeof(world.note), sentence);
	world.notes++;
}

static void found(struct virtio_device *device)
{
	world.found[world.found_count++] = device;
}

static void passed_over(const struct virtio_device *device)
{
	fail();
}

/* The finder that the file under test has registered. */
extern const struct virtio_finder *const __start_registry_virtio_finders[];

static void look(const char *command_line, const char *mmio)
{
	const struct virtio_discovery discovery = {.note = note,
						   .found = found,
						   .passed_over = passed_over,
						   .command_line = command_line,
						   .mmio = mmio};

	__start_registry_virtio_finders[0]->find(&discovery);
}

static void put_device(unsigned place, uint32_t version, uint32_t type)
{
	world.registers[place][MMIO_MAGIC_VALUE / 4] = MMIO_MAGIC;
	world.registers[place][MMIO_VERSION / 4] = version;
	world.registers[place][MMIO_DEVICE_ID / 4] = type;
}

static int setup(void **state)
{
	memset(&world, 0, sizeof(world));
	put_device(0, MMIO_MODERN, 4);
	put_device(1, MMIO_MODERN, 2);
	return 0;
}

static void words_of_a_loader(void **state)
{
	look("console=ttyS0 virtio_mmio.device=512@0xfeb00000:5 panic=1 "
	     "virtio_mmio.device=0x200@0xfeb00200:33:7",
	     "");
	assert_int_equal(world.found_count, 2);
	assert_string_equal(world.found[0]->name, "mmio@feb00000");
	assert_int_equal(world.found[0]->type, 4);
	assert_null(world.found[0]->problem);
	assert_int_equal(world.found[0]->config_length, 0x100);
	assert_true(world.found[0]->line_known);
	assert_int_equal(world.found[0]->line, 5);
	assert_int_equal(world.found[1]->line, 33);
	assert_int_equal(world.notes, 0);
}

static void one_device_told_of_three_times(void **state)
{
	world.told[0] = (struct fixed_device){
		.base = BASE, .length = 0x200, .has_line = true, .line = 24, .level = true};
	world.told_count = 1;
	look("virtio_mmio.device=512@0xfeb00000:9", "512@0xfeb00000:6");
	assert_int_equal(world.found_count, 1);
	assert_int_equal(world.found[0]->line, 9);
	assert_true(virtio_mmio(world.found[0])->level);
}

static void places_that_hold_nothing(void **state)
{
	put_device(1, MMIO_MODERN, 0);
	look("", "512@0xfeb00200:6,512@0xfeb00000:6");
	assert_int_equal(world.found_count, 1);
	assert_int_equal(world.found[0]->type, 4);
}

static void devices_that_cannot_be_driven(void **state)
{
	put_device(0, 3, 4);
	world.registers[1][MMIO_MAGIC_VALUE / 4] = 0;
	look("", "512@0xfeb00000:6,512@0xfeb00200:6,512@0xfec00000:6,128@0xfed00000:6");
	assert_int_equal(world.found_count, 4);
	assert_string_equal(world.found[0]->problem, "Version is none that is known");
	assert_string_equal(world.found[1]->problem, "MagicValue is not \"virt\"");
	assert_non_null(world.found[2]->problem);
	assert_string_equal(world.found[3]->problem, "its range has no room for the registers");
}

static void a_legacy_device(void **state)
{
	put_device(0, MMIO_LEGACY, 4);
	look("", "512@0xfeb00000:6");
	assert_null(world.found[0]->problem);
	assert_ptr_equal(world.found[0]->transport, &virtio_mmio_legacy_transport);
	assert_true(world.found[0]->traits & DEVICE_LEGACY);
	assert_int_equal(world.found[0]->ring_alignment, MMIO_LEGACY_ALIGNMENT);
}

static void a_line_that_no_controller_has(void **state)
{
	look("", "512@0xfeb00000:48");
	assert_int_equal(world.found_count, 1);
	assert_false(world.found[0]->has_line);
}

static void words_that_are_none(void **state)
{
	static const char *const words[] = {
		"",       "512",          "512@",       "512@0xfeb00000",  "512@0xfeb00000:",
		"@1:2",   "512@x:5",      "0@0x1000:5", "512@0x1000:x",    "512@0x1000:5000000000",
		"512@:5", "512@0x1000::", "y@0x1000:5", "512@0x1000:5x:y",
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(words); n++) {
		char line[96] = "virtio_mmio.device=";

		setup(state);
		strcat(line, words[n]);
		look(line, "");
		assert_int_equal(world.found_count, 0);
		assert_int_equal(world.notes, 1);
		assert_non_null(strstr(world.note, words[n]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(words_of_a_loader, setup),
		cmocka_unit_test_setup(one_device_told_of_three_times, setup),
		cmocka_unit_test_setup(places_that_hold_nothing, setup),
		cmocka_unit_test_setup(devices_that_cannot_be_driven, setup),
		cmocka_unit_test_setup(a_legacy_device, setup),
		cmocka_unit_test_setup(a_line_that_no_controller_has, setup),
		cmocka_unit_test_setup(words_that_are_none, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
