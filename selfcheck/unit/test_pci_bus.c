/* SPDX-License-Identifier: BSD-2-Clause */
/* links: pci/bus.c pci/assign.c pci/scan.c pci/slot.c pci/bar.c pci/capability.c pci/config.c */
/* links: pci/function.c selfcheck/unit/fake_pci.c arch/x86/time/clock.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/acpi.h"
#include "arch/memory.h"
#include "boot/memory_map.h"
#include "pci/bus.h"
#include "selfcheck/unit/fake_pci.h"

/* The platform that the bus code asks. */
static bool ports_present, ports_show_nothing;
static struct ecam_window windows[4];
static unsigned window_count;
static uint8_t madt[128];
static bool has_madt;
static struct memory_map map;
static uint64_t ecam_asked;

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	fail();
	return NULL;
}

const struct memory_map *memory_layout(void)
{
	return &map;
}

unsigned memory_physical_bits(void)
{
	return 40;
}

const void *acpi_table(const char signature[4], unsigned instance)
{
	assert_memory_equal(signature, "APIC", 4);
	assert_int_equal(instance, 0);
	return has_madt ? madt : NULL;
}

unsigned acpi_ecam_windows(struct ecam_window *into, unsigned most)
{
	assert_true(window_count <= most);
	memcpy(into, windows, window_count * sizeof(*into));
	return window_count;
}

bool pci_config_cf8_present(void)
{
	return ports_present;
}

static uint32_t ports_read(const struct pci_config *config, struct pci_address address,
			   unsigned offset, unsigned width)
{
	if (ports_show_nothing)
		return UINT32_MAX >> (32 - 8 * width);
	return fake_config.read(config, address, offset, width);
}

static void ports_write(const struct pci_config *config, struct pci_address address,
			unsigned offset, unsigned width, uint32_t value)
{
	fake_config.write(config, address, offset, width, value);
}

const struct pci_config pci_config_cf8 = {
	.read = ports_read, .write = ports_write, .name = "cf8", .size = 256};

const struct pci_config *pci_config_ecam(uint64_t base)
{
	ecam_asked = base;
	return base == 0xbad ? NULL : &fake_config;
}

static struct pci_function functions[PCI_FUNCTIONS_MOST];

static int prepare(void **state)
{
	fake_reset();
	ports_present = true;
	ports_show_nothing = has_madt = false;
	window_count = 0;
	map.count = 0;
	ecam_asked = 0;
	pci_set_ecam_hint(0);
	return 0;
}

static unsigned scan(void)
{
	return pci_scan(functions, PCI_FUNCTIONS_MOST);
}

static void no_pci_at_all(void **state)
{
	ports_present = false;
	fake_add(NULL, 1, 0);
	assert_int_equal(scan(), 0);
	assert_int_equal(fake_bus.reads, 0);
}

static void the_ports_come_first(void **state)
{
	windows[0] = (struct ecam_window){.base = 0xb0000000, .last_bus = 255};
	window_count = 1;
	fake_add(NULL, 1, 0);
	assert_int_equal(scan(), 1);
	assert_ptr_equal(functions[0].config, &pci_config_cf8);
}

static void the_window_serves_where_the_ports_show_nothing(void **state)
{
	windows[0] = (struct ecam_window){.base = 0xb0000000, .last_bus = 255};
	window_count = 1;
	fake_add(NULL, 1, 0);
	ports_show_nothing = true;
	assert_int_equal(scan(), 1);
	assert_ptr_equal(functions[0].config, &fake_config);
	ports_present = false;
	assert_int_equal(scan(), 1);
}

/* Firecracker names a window in its MCFG even when it has no PCI. */
static void a_window_that_nobody_serves_is_no_fault(void **state)
{
	windows[0] = (struct ecam_window){.base = 0xeec00000};
	window_count = 1;
	ports_present = false;
	assert_int_equal(scan(), 0);
	windows[0].base = 0xbad;
	assert_int_equal(scan(), 0);
}

static void each_window_of_each_segment_is_walked_once(void **state)
{
	windows[0] = (struct ecam_window){.base = 0x1000000000, .segment = 0, .last_bus = 0x3f};
	windows[1] = (struct ecam_window){.base = 0x2000000000, .segment = 1, .last_bus = 0x3f};
	windows[2] = (struct ecam_window){
		.base = 0x1000000000, .segment = 0, .first_bus = 0x40, .last_bus = 0xff};
	windows[3] = windows[0];
	window_count = 4;
	fake_add(NULL, 1, 0);
	fake_add(NULL, 2, 0)->root_bus = 0x40;
	assert_int_equal(scan(), 3);
	assert_int_equal(functions[0].address.bus, 0);
	assert_int_equal(functions[1].address.bus, 0x40);
	assert_int_equal(functions[2].address.segment, 1);
}

static void the_hint_counts_only_when_nothing_tells(void **state)
{
	pci_set_ecam_hint(0xe0000000);
	ports_present = false;
	fake_add(NULL, 1, 0);
	assert_int_equal(scan(), 1);
	assert_true(ecam_asked == 0xe0000000);

	windows[0] = (struct ecam_window){.base = 0xb0000000, .last_bus = 255};
	window_count = 1;
	assert_int_equal(scan(), 1);
	assert_true(ecam_asked == 0xb0000000);
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void assigned_bars_keep_clear_of_the_board(void **state)
{
	struct fake_function *fake = fake_add(NULL, 1, 0);

	fake_bar(fake, 0, FAKE_MEMORY, 0x1000, 0);
	map.count = 1;
	map.ranges[0] = (struct memory_range){.size = 0xd8000000, .type = MEMORY_RAM};
	windows[0] = (struct ecam_window){.base = 0xe0000000, .last_bus = 255};
	window_count = 1;
	/* A MADT that puts an I/O APIC in the middle of the larger of the two holes. */
	has_madt = true;
	memset(madt, 0, sizeof(madt));
	put32(madt + 4, 44 + 8 + 12);
	put32(madt + 36, 0xfee00000);
	madt[44 + 1] = 8;
	madt[52] = 1;
	madt[53] = 12;
	put32(madt + 52 + 4, 0xf6000000);
	assert_int_equal(scan(), 1);
	assert_true(functions[0].bars[0].address == 0xd8000000);

	/* Entries that lead nowhere or past the end are not followed. */
	static const uint8_t lengths[] = {0, 1, 200};
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		madt[44 + 1] = lengths[i];
		fake_bar(fake, 0, FAKE_MEMORY, 0x1000, 0);
		assert_int_equal(scan(), 1);
		assert_true(functions[0].bars[0].address == 0xf0000000);
	}
	put32(madt + 4, 10);
	assert_int_equal(scan(), 1);
}

/* QEMU's microvm forwards no ports to PCI. */
static void no_ports_to_give_without_the_configuration_ports(void **state)
{
	struct fake_function *fake = fake_add(NULL, 1, 0);

	fake_bar(fake, 0, FAKE_IO, 0x80, 0);
	fake_bar(fake, 1, FAKE_MEMORY, 0x1000, 0);
	fake_put16(fake, PCI_COMMAND, 0);
	ports_present = false;
	pci_set_ecam_hint(0xe0000000);
	assert_int_equal(scan(), 1);
	assert_true(functions[0].bars[0].address == 0);
	assert_true(functions[0].bars[1].address != 0);
	pci_enable(&functions[0]);
	assert_int_equal(fake_get16(fake, PCI_COMMAND),
			 PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER);
}

static void switches_on_all_the_way_up(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);
	struct fake_function *fake = fake_add(bridge, 0, 0);

	fake_put16(fake, PCI_COMMAND, PCI_COMMAND_INTERRUPT_DISABLE);
	assert_int_equal(scan(), 2);
	pci_enable(&functions[1]);
	assert_int_equal(fake_get16(bridge, PCI_COMMAND), 7);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 7 | PCI_COMMAND_INTERRUPT_DISABLE);

	unsigned writes = fake_bus.writes;
	pci_enable(&functions[1]);
	assert_int_equal(fake_bus.writes, writes);

	pci_bus_master(&functions[1], false);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 3 | PCI_COMMAND_INTERRUPT_DISABLE);
	assert_int_equal(fake_get16(bridge, PCI_COMMAND), 7);
	pci_bus_master(&functions[1], true);
	assert_int_equal(fake_get16(fake, PCI_COMMAND), 7 | PCI_COMMAND_INTERRUPT_DISABLE);
}

/* A bridge that decodes is left alone, until its BARs may stand in the way of a new address. */
static void bars_of_bridges_are_read_when_they_matter(void **state)
{
	struct fake_function *bridge = fake_add_bridge(NULL, 1, 0);

	fake_put8(bridge, PCI_SECONDARY_BUS, 1);
	fake_put8(bridge, PCI_SUBORDINATE_BUS, 1);
	fake_put16(bridge, PCI_COMMAND, PCI_COMMAND_MEMORY);
	fake_bar(bridge, 0, FAKE_MEMORY, 0x1000, 0xc0000000);
	assert_int_equal(scan(), 1);
	assert_int_equal(fake_bus.writes, 0);
	assert_false(functions[0].bars[0].present);

	fake_bar(fake_add(NULL, 2, 0), 0, FAKE_MEMORY, 0x1000, 0);
	assert_int_equal(scan(), 2);
	assert_true(functions[0].bars[0].present);
	assert_true(functions[1].bars[0].address == 0xc0001000);
	assert_int_equal(fake_get16(bridge, PCI_COMMAND), PCI_COMMAND_MEMORY);
}

static void tells_what_was_left_out(void **state)
{
	fake_add(NULL, 1, 0);
	fake_add(NULL, 2, 0);
	assert_int_equal(pci_scan(functions, 1), 1);
	assert_int_equal(pci_left_out(), 1);
	assert_int_equal(scan(), 2);
	assert_int_equal(pci_left_out(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_pci_at_all, prepare),
		cmocka_unit_test_setup(the_ports_come_first, prepare),
		cmocka_unit_test_setup(the_window_serves_where_the_ports_show_nothing, prepare),
		cmocka_unit_test_setup(a_window_that_nobody_serves_is_no_fault, prepare),
		cmocka_unit_test_setup(each_window_of_each_segment_is_walked_once, prepare),
		cmocka_unit_test_setup(the_hint_counts_only_when_nothing_tells, prepare),
		cmocka_unit_test_setup(assigned_bars_keep_clear_of_the_board, prepare),
		cmocka_unit_test_setup(no_ports_to_give_without_the_configuration_ports, prepare),
		cmocka_unit_test_setup(switches_on_all_the_way_up, prepare),
		cmocka_unit_test_setup(bars_of_bridges_are_read_when_they_matter, prepare),
		cmocka_unit_test_setup(tells_what_was_left_out, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
