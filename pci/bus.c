/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/bus.h"
#include "arch/acpi.h"
#include "arch/memory.h"
#include "boot/memory_map.h"
#include "pci/assign.h"
#include "pci/scan.h"

/*
 * What the host bridge may give away where the firmware gave nothing. Every PC chipset forwards
 * what is below 4 GiB and not RAM to PCI; above 0xfe000000 are the interrupt controllers, the flash
 * and other residents that no table need name. Ports from 0xc000 on are free of the chipset's own.
 */
#define LOW_FIRST 0xc0000000
#define LOW_LAST  0xfdffffff
#define IO_FIRST  0xc000
#define IO_LAST   0xffff

static uint64_t ecam_hint;
static unsigned left_out;

void pci_set_ecam_hint(uint64_t base)
{
	ecam_hint = base;
}

unsigned pci_left_out(void)
{
	return left_out;
}

/* The tables' own layout (ACPI 6.5, section 5.2.12), as far as addresses stand in it. */
struct madt {
	char signature[4];
	le32 length;
	uint8_t header[28];
	le32 local_apic;
	le32 flags;
} PACKED;
static_assert(sizeof(struct madt) == 44, "the entries begin at byte 44");

struct madt_ioapic {
	uint8_t type, length;
	uint8_t id, reserved;
	le32 address;
} PACKED;
static_assert(offsetof(struct madt_ioapic, address) == 4, "ACPI 6.5, table 5.25");
#define MADT_IOAPIC 1

static void take_interrupt_controllers(struct pci_board *board)
{
	const struct madt *madt = acpi_table("APIC", 0);

	if (!madt || from_le32(madt->length) < sizeof(*madt))
		return;
	pci_board_take(board, from_le32(madt->local_apic), PAGE_SIZE);

	const uint8_t *entry = (const uint8_t *)(madt + 1);
	const uint8_t *end = (const uint8_t *)madt + from_le32(madt->length);

	while (end - entry >= 2 && entry[1] >= 2 && entry[1] <= end - entry) {
		const struct madt_ioapic *ioapic = (const struct madt_ioapic *)entry;

		if (ioapic->type == MADT_IOAPIC && ioapic->length >= sizeof(*ioapic))
			pci_board_take(board, from_le32(ioapic->address), PAGE_SIZE);
		entry += entry[1];
	}
}

static void take_ecam(struct pci_board *board, const struct ecam_window *window)
{
	uint64_t buses = window->last_bus - window->first_bus + 1u;

	pci_board_take(board, window->base + window->first_bus * MIB, buses * MIB);
}

static void describe_board(struct pci_board *board, bool ports, const struct ecam_window *windows,
			   unsigned count)
{
	const struct memory_map *map = memory_layout();
	unsigned bits = memory_physical_bits();

	/*
	 * A board without the configuration ports forwards no ports to PCI at all (QEMU's microvm).
	 * High memory is the upper half of the address space: far from RAM, also from RAM that is
	 * plugged in later.
	 */
	*board = (struct pci_board){
		.io = {IO_FIRST, ports ? IO_LAST : 0},
		.low = {LOW_FIRST, LOW_LAST},
		.high = {BIT64(bits - 1), BIT64(bits) - 1},
	};
	for (unsigned i = 0; i < map->count; i++)
		pci_board_take(board, map->ranges[i].start, map->ranges[i].size);
	for (unsigned i = 0; i < count; i++)
		take_ecam(board, &windows[i]);
	take_interrupt_controllers(board);
}

static void scan_window(struct pci_scan *scan, const struct ecam_window *window)
{
	const struct pci_config *config = pci_config_ecam(window->base);

	if (!config)
		return;
	pci_scan_segment(scan, config, window->segment);
	pci_scan_root(scan, window->first_bus, window->last_bus);
}

/* True when an earlier window belongs to the same segment. */
static bool segment_done(const struct ecam_window *windows, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (windows[i].segment == windows[n].segment)
			return true;
	}
	return false;
}

/* What the ports have found may have more in a window: bytes 256 and up. */
static void extend(struct pci_scan *scan, const struct ecam_window *window)
{
	const struct pci_config *config = pci_config_ecam(window->base);

	for (unsigned n = 0; config && n < scan->count; n++) {
		struct pci_function *function = &scan->functions[n];
		struct pci_address address = function->address;

		if (address.segment == window->segment && address.bus >= window->first_bus &&
		    address.bus <= window->last_bus && function->config != config &&
		    config->read(config, address, PCI_VENDOR_ID, 4) ==
			    pci_read32(function, PCI_VENDOR_ID))
			function->extended = config;
	}
}

/*
 * Segment 0 is read through the ports where they show anything: an MCFG may name a window that
 * nobody serves (Firecracker without PCI). The windows then add what the ports do not reach.
 */
static void scan_everything(struct pci_scan *scan, bool ports, const struct ecam_window *windows,
			    unsigned count)
{
	const struct pci_scan fresh = *scan;

	if (ports) {
		pci_scan_segment(scan, &pci_config_cf8, 0);
		pci_scan_root(scan, 0, 255);
		if (scan->count == 0)
			*scan = fresh;
	}
	for (unsigned i = 0; i < count; i++) {
		if (segment_done(windows, i))
			continue;
		for (unsigned j = i; j < count; j++) {
			if (windows[j].segment == windows[i].segment) {
				scan_window(scan, &windows[j]);
				extend(scan, &windows[j]);
			}
		}
	}
}

unsigned pci_scan(struct pci_function *functions, unsigned most)
{
	static struct pci_board board; /* too large for a stack */
	struct pci_scan scan = {.functions = functions, .most = most};
	struct ecam_window windows[PCI_ECAM_MOST];
	unsigned count = acpi_ecam_windows(windows, PCI_ECAM_MOST);
	bool ports = pci_config_cf8_present();

	if (count == 0 && ecam_hint != 0)
		windows[count++] = (struct ecam_window){.base = ecam_hint, .last_bus = 255};
	scan_everything(&scan, ports, windows, count);
	left_out = scan.left_out;
	describe_board(&board, ports, windows, count);
	pci_assign(&board, functions, scan.count);
	return scan.count;
}

struct pci_function *pci_functions(unsigned *count)
{
	static struct pci_function functions[PCI_FUNCTIONS_MOST];
	static unsigned found;
	static bool scanned;

	if (!scanned)
		found = pci_scan(functions, PCI_FUNCTIONS_MOST);
	scanned = true;
	*count = found;
	return functions;
}

static bool any_unassigned(const struct pci_function *function, bool io)
{
	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = &function->bars[i];

		if (bar->present && bar->io == io && bar->address == 0)
			return true;
	}
	return false;
}

void pci_enable(const struct pci_function *function)
{
	for (; function; function = function->bridge) {
		uint16_t before = pci_read16(function, PCI_COMMAND);
		uint16_t command = before | PCI_COMMAND_BUS_MASTER;

		if (!any_unassigned(function, false))
			command |= PCI_COMMAND_MEMORY;
		if (!any_unassigned(function, true))
			command |= PCI_COMMAND_IO;
		if (command != before)
			pci_write16(function, PCI_COMMAND, command);
	}
}

void pci_bus_master(const struct pci_function *function, bool on)
{
	uint16_t command = pci_read16(function, PCI_COMMAND);

	if (on)
		command |= PCI_COMMAND_BUS_MASTER;
	else
		command &= (uint16_t)~PCI_COMMAND_BUS_MASTER;
	pci_write16(function, PCI_COMMAND, command);
}
