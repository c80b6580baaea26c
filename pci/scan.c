/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/scan.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "pci/bar.h"
#include "pci/capability.h"
#include "pci/slot.h"

#define DEVICES_A_BUS      32u
#define FUNCTIONS_A_DEVICE 8u

/* More bridges one behind the other than anyone builds; it bounds the stack. */
#define DEPTH_MOST 32u

/* Class codes (PCI Code and ID Assignment Specification 1.11, 1.7) */
#define CLASS_BRIDGE  0x06
#define SUBCLASS_HOST 0x00

/* PCI Express capabilities register: device/port type (PCIe Base 4.0, section 7.5.3.2) */
#define EXPRESS_CAPABILITIES    2u
#define EXPRESS_PORT_TYPE_SHIFT 4
enum express_port_type { EXPRESS_ROOT_PORT = 4, EXPRESS_DOWNSTREAM_PORT = 6 };

#define POWER_UP_NS NANOSECONDS_A_SECOND /* 6.6.1 */

/* One bus, while it is walked. */
struct bus {
	uint8_t number;
	uint8_t limit; /* the highest number that a bus behind it may have */
	struct pci_function *bridge;
	unsigned depth;
};

static bool seen(const struct pci_scan *scan, unsigned bus)
{
	return scan->seen[bus / 64] & BIT64(bus % 64);
}

static bool answers(const struct pci_scan *scan, struct pci_address address)
{
	uint32_t vendor = scan->config->read(scan->config, address, PCI_VENDOR_ID, 2);

	return vendor != 0x0000 && vendor != 0xffff;
}

static bool is_bridge(const struct pci_function *function)
{
	return function->header_type == PCI_HEADER_BRIDGE;
}

static bool is_host_bridge(const struct pci_function *function)
{
	return function->class_code[0] == CLASS_BRIDGE && function->class_code[1] == SUBCLASS_HOST;
}

/*
 * A host bridge that stops decoding may take the memory that we run in with it. A bridge that the
 * firmware set up hides all that is behind it meanwhile, which costs a hypervisor dear and gains us
 * nothing; pci_assign() reads its BARs should they matter.
 */
static bool must_go_on_decoding(const struct pci_function *function)
{
	if (is_bridge(function))
		return pci_read16(function, PCI_COMMAND) & PCI_COMMAND_MEMORY;
	return is_host_bridge(function);
}

static void read_header(struct pci_function *function)
{
	uint32_t id = pci_read32(function, PCI_VENDOR_ID);
	uint32_t class = pci_read32(function, PCI_REVISION_ID);

	function->vendor = (uint16_t)id;
	function->device = (uint16_t)(id >> 16);
	function->revision = (uint8_t) class;
	function->class_code[0] = (uint8_t)(class >> 24);
	function->class_code[1] = (uint8_t)(class >> 16);
	function->class_code[2] = (uint8_t)(class >> 8);
	function->header_type = pci_read8(function, PCI_HEADER_TYPE) & PCI_HEADER_LAYOUT;
	function->interrupt_line = pci_read8(function, PCI_INTERRUPT_LINE);
	function->interrupt_pin = pci_read8(function, PCI_INTERRUPT_PIN);
	if (function->header_type == PCI_HEADER_DEVICE) {
		function->subsystem_vendor = pci_read16(function, PCI_SUBSYSTEM_VENDOR_ID);
		function->subsystem = pci_read16(function, PCI_SUBSYSTEM_ID);
	}
}

/* Adds the function at address, if there is one. */
static bool add_function(struct pci_scan *scan, struct pci_address address,
			 struct pci_function *bridge)
{
	if (!answers(scan, address))
		return false;
	if (scan->count == scan->most) {
		scan->left_out++;
		return true;
	}

	struct pci_function *function = &scan->functions[scan->count++];

	*function =
		(struct pci_function){.address = address, .config = scan->config, .bridge = bridge};
	read_header(function);
	if (!must_go_on_decoding(function))
		pci_bars_read(function);
	pci_capability_judge(function);
	return true;
}

static void add_device(struct pci_scan *scan, const struct bus *bus, unsigned device)
{
	struct pci_address address = {
		.segment = scan->segment, .bus = bus->number, .device = (uint8_t)device};

	if (!add_function(scan, address, bus->bridge))
		return;

	uint32_t type = scan->config->read(scan->config, address, PCI_HEADER_TYPE, 1);
	if (!(type & PCI_HEADER_MULTIFUNCTION))
		return;
	for (unsigned function = 1; function < FUNCTIONS_A_DEVICE; function++) {
		address.function = (uint8_t)function;
		add_function(scan, address, bus->bridge);
	}
}

/* Behind a PCI Express link there is device 0 only; some links answer for all of them. */
static bool leads_to_link(const struct pci_function *bridge)
{
	unsigned express;

	if (!bridge || !pci_find_capability(bridge, PCI_CAPABILITY_EXPRESS, 0, &express) ||
	    !pci_capability_fits(express, EXPRESS_CAPABILITIES + 2))
		return false;

	unsigned type =
		pci_read16(bridge, express + EXPRESS_CAPABILITIES) >> EXPRESS_PORT_TYPE_SHIFT & 0xf;
	return type == EXPRESS_ROOT_PORT || type == EXPRESS_DOWNSTREAM_PORT;
}

/* What was plugged in after the firmware had looked has no power yet. True when it gets it now. */
static bool power_up(const struct pci_function *bridge)
{
	struct pci_slot slot;

	if (!pci_slot_find(bridge, &slot) || !pci_slot_filled(&slot) || pci_slot_powered(&slot))
		return false;
	pci_slot_power(&slot, true);
	return true;
}

/* Waits for what has just got power. */
static void await_device(const struct pci_scan *scan, uint8_t number)
{
	struct pci_address address = {.segment = scan->segment, .bus = number};
	uint64_t deadline = clock_deadline(POWER_UP_NS);

	while (!answers(scan, address) && !clock_passed(deadline))
		cpu_relax();
}

static uint8_t walk(struct pci_scan *scan, const struct bus *bus);

/* The bus behind a bridge that the firmware numbered, or 0. */
static uint8_t numbered(const struct pci_scan *scan, const struct bus *bus,
			const struct pci_function *bridge)
{
	uint8_t secondary = pci_read8(bridge, PCI_SECONDARY_BUS);
	uint8_t subordinate = pci_read8(bridge, PCI_SUBORDINATE_BUS);

	if (bus->depth == DEPTH_MOST || secondary <= bus->number || secondary > subordinate ||
	    subordinate > bus->limit || seen(scan, secondary))
		return 0;
	return secondary;
}

static uint8_t walk_numbered(struct pci_scan *scan, const struct bus *bus,
			     struct pci_function *bridge)
{
	struct bus behind = {
		.number = numbered(scan, bus, bridge),
		.limit = pci_read8(bridge, PCI_SUBORDINATE_BUS),
		.bridge = bridge,
		.depth = bus->depth + 1,
	};

	bridge->secondary_bus = behind.number;
	walk(scan, &behind);
	return behind.limit;
}

/* True when some device answers on a bus that no bridge we know leads to: another root. */
static bool bus_answers(const struct pci_scan *scan, unsigned number)
{
	struct pci_address address = {.segment = scan->segment, .bus = (uint8_t)number};

	for (unsigned device = 0; device < DEVICES_A_BUS; device++) {
		address.device = (uint8_t)device;
		if (answers(scan, address))
			return true;
	}
	return false;
}

/* Gives the bus behind the bridge a number above `highest`; returns the highest in use then. */
static uint8_t walk_unnumbered(struct pci_scan *scan, const struct bus *bus,
			       struct pci_function *bridge, uint8_t highest)
{
	if (bus->depth == DEPTH_MOST || highest >= bus->limit || seen(scan, highest + 1u) ||
	    bus_answers(scan, highest + 1u)) {
		scan->left_out++;
		return highest;
	}

	struct bus behind = {
		.number = (uint8_t)(highest + 1),
		.limit = bus->limit,
		.bridge = bridge,
		.depth = bus->depth + 1,
	};

	pci_write8(bridge, PCI_PRIMARY_BUS, bus->number);
	pci_write8(bridge, PCI_SECONDARY_BUS, behind.number);
	pci_write8(bridge, PCI_SUBORDINATE_BUS, behind.limit);
	bridge->secondary_bus = behind.number;
	highest = walk(scan, &behind);
	pci_write8(bridge, PCI_SUBORDINATE_BUS, highest);
	return highest;
}

/* Walks a bus and what is behind it; returns the highest bus number in use there. */
static uint8_t walk(struct pci_scan *scan, const struct bus *bus)
{
	unsigned first = scan->count;
	uint8_t highest = bus->number;
	unsigned devices = leads_to_link(bus->bridge) ? 1 : DEVICES_A_BUS;

	scan->seen[bus->number / 64] |= BIT64(bus->number % 64);
	if (bus->bridge && power_up(bus->bridge))
		await_device(scan, bus->number);
	for (unsigned device = 0; device < devices; device++)
		add_device(scan, bus, device);

	unsigned end = scan->count;
	/* First those that have numbers, so that new numbers keep clear of them. */
	for (unsigned i = first; i < end; i++) {
		struct pci_function *bridge = &scan->functions[i];

		if (is_bridge(bridge) && numbered(scan, bus, bridge) != 0)
			highest = MAXIMUM(highest, walk_numbered(scan, bus, bridge));
	}
	for (unsigned i = first; i < end; i++) {
		struct pci_function *bridge = &scan->functions[i];

		if (is_bridge(bridge) && bridge->secondary_bus == 0)
			highest = walk_unnumbered(scan, bus, bridge, highest);
	}
	return highest;
}

void pci_scan_segment(struct pci_scan *scan, const struct pci_config *config, uint16_t segment)
{
	if (scan->config && scan->segment != segment) {
		for (unsigned i = 0; i < ARRAY_LENGTH(scan->seen); i++)
			scan->seen[i] = 0;
	}
	scan->config = config;
	scan->segment = segment;
}

void pci_scan_root(struct pci_scan *scan, uint8_t first, uint8_t last)
{
	unsigned before = scan->count;
	unsigned host_bridges = 0;

	if (seen(scan, first))
		return;
	walk(scan, &(struct bus){.number = first, .limit = last});
	for (unsigned i = before; i < scan->count; i++)
		host_bridges += is_host_bridge(&scan->functions[i]);
	if (host_bridges < 2)
		return;
	for (unsigned number = first + 1u; number <= last; number++) {
		if (!seen(scan, number) && bus_answers(scan, number))
			walk(scan, &(struct bus){.number = (uint8_t)number, .limit = last});
	}
}
