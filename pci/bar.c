/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci/bar.h"
#include "arch/memory.h"

/* The register's read-only low bits (PCI 3.0, section 6.2.5.1) */
#define BAR_IO                BIT(0)
#define BAR_IO_FLAGS          0x3u
#define BAR_MEMORY_FLAGS      0xfu
#define BAR_MEMORY_TYPE_SHIFT 1
#define BAR_PREFETCHABLE      BIT(3)
enum bar_memory_type { BAR_MEMORY_32 = 0, BAR_MEMORY_64 = 2 };

static unsigned bar_count(const struct pci_function *function)
{
	switch (function->header_type) {
	case PCI_HEADER_DEVICE:
		return PCI_BARS;
	case PCI_HEADER_BRIDGE:
		return 2;
	default:
		return 0;
	}
}

static unsigned bar_offset(unsigned bar)
{
	return PCI_BAR_0 + 4 * bar;
}

/* Switches decoding off; give the answer to decode_restore(). */
static uint16_t decode_off(const struct pci_function *function)
{
	const uint16_t decode = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	uint16_t command = pci_read16(function, PCI_COMMAND);

	if (command & decode)
		pci_write16(function, PCI_COMMAND, command & (uint16_t)~decode);
	return command;
}

static void decode_restore(const struct pci_function *function, uint16_t command)
{
	if (command & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY))
		pci_write16(function, PCI_COMMAND, command);
}

/* What a register held, and which of its bits can be written. */
struct probe {
	uint32_t value, mask;
};

static struct probe probe_register(struct pci_function *function, unsigned offset)
{
	struct probe probe = {.value = pci_read32(function, offset)};

	pci_write32(function, offset, UINT32_MAX);
	probe.mask = pci_read32(function, offset);
	pci_write32(function, offset, probe.value);

	uint32_t back = pci_read32(function, offset);
	if (back != probe.value) {
		pci_note_finding(function, PCI_FINDING_BAR_LOST, offset, back);
		probe.value = back;
	}
	return probe;
}

/* The low bits are as they read before: some VMMs answer all ones with the mask of the address alone. */
static void judge_flags(struct pci_function *function, unsigned offset, struct probe probe)
{
	uint32_t flags = probe.value & BAR_IO ? BAR_IO_FLAGS : BAR_MEMORY_FLAGS;

	if ((probe.value ^ probe.mask) & flags)
		pci_note_finding(function, PCI_FINDING_BAR_FLAGS, offset, probe.mask);
}

/* The size that the writable bits mean: their lowest. */
static uint64_t size_of(struct pci_function *function, unsigned offset, uint64_t writable)
{
	uint64_t size = writable & (0 - writable);

	if (writable != 0 && (writable | (size - 1)) != UINT64_MAX)
		pci_note_finding(function, PCI_FINDING_BAR_MASK, offset, writable);
	return size;
}

static void settle(struct pci_function *function, unsigned offset, struct pci_bar *bar,
		   uint64_t address, uint64_t writable)
{
	bar->size = size_of(function, offset, writable);
	bar->present = bar->size != 0;
	if (!bar->present) {
		if (address != 0)
			pci_note_finding(function, PCI_FINDING_BAR_FIXED, offset, address);
		return;
	}
	bar->address = address;
	if (address & (bar->size - 1))
		pci_note_finding(function, PCI_FINDING_BAR_UNALIGNED, offset, address);
}

static void read_io(struct pci_function *function, unsigned offset, struct pci_bar *bar,
		    struct probe probe)
{
	uint32_t writable = probe.mask & ~BAR_IO_FLAGS;

	/* A function may implement 16 address bits only (PCI 3.0, section 6.2.5.1). */
	if (writable != 0 && writable <= UINT16_MAX)
		writable |= 0xffff0000;
	bar->io = true;
	settle(function, offset, bar, probe.value & ~BAR_IO_FLAGS,
	       writable == 0 ? 0 : writable | 0xffffffff00000000);
}

/* Returns how many registers the BAR takes. */
static unsigned read_memory(struct pci_function *function, unsigned bar, struct probe low)
{
	struct pci_bar *this = &function->bars[bar];
	unsigned offset = bar_offset(bar);
	unsigned type = low.value >> BAR_MEMORY_TYPE_SHIFT & 3;
	uint64_t address = low.value & ~BAR_MEMORY_FLAGS;
	uint64_t writable = low.mask & ~BAR_MEMORY_FLAGS;

	this->prefetchable = low.value & BAR_PREFETCHABLE;
	if (type != BAR_MEMORY_64) {
		if (type != BAR_MEMORY_32)
			pci_note_finding(function, PCI_FINDING_BAR_TYPE, offset, low.value);
		if (writable != 0)
			writable |= 0xffffffff00000000;
		settle(function, offset, this, address, writable);
		return 1;
	}
	if (bar + 1 == bar_count(function)) {
		pci_note_finding(function, PCI_FINDING_BAR_NO_UPPER_HALF, offset, low.value);
		return 1;
	}

	struct probe high = probe_register(function, offset + 4);

	this->wide = true;
	settle(function, offset, this, address | (uint64_t)high.value << 32,
	       writable | (uint64_t)high.mask << 32);
	return 2;
}

void pci_bars_read(struct pci_function *function)
{
	unsigned count = bar_count(function);
	uint16_t command = decode_off(function);

	for (unsigned bar = 0; bar < count;) {
		struct probe probe = probe_register(function, bar_offset(bar));

		/* Nothing there, or a function that has gone away. */
		if ((probe.mask | probe.value) == 0 || probe.value == UINT32_MAX) {
			bar++;
			continue;
		}
		judge_flags(function, bar_offset(bar), probe);
		if (probe.value & BAR_IO) {
			read_io(function, bar_offset(bar), &function->bars[bar], probe);
			bar++;
		} else {
			bar += read_memory(function, bar, probe);
		}
	}
	decode_restore(function, command);
}

void pci_bar_assign(struct pci_function *function, unsigned bar, uint64_t address)
{
	struct pci_bar *this = &function->bars[bar];
	unsigned offset = bar_offset(bar);
	uint32_t flags = this->io ? BAR_IO_FLAGS : BAR_MEMORY_FLAGS;
	uint16_t command = decode_off(function);

	pci_write32(function, offset, (uint32_t)address);
	uint64_t back = pci_read32(function, offset) & ~flags;
	if (this->wide) {
		pci_write32(function, offset + 4, (uint32_t)(address >> 32));
		back |= (uint64_t)pci_read32(function, offset + 4) << 32;
	}
	decode_restore(function, command);
	if (back != address)
		pci_note_finding(function, PCI_FINDING_BAR_LOST, offset, back);
	this->address = back;
	this->mapping = NULL;
}

volatile void *pci_bar_map(struct pci_function *function, unsigned bar)
{
	if (bar >= PCI_BARS)
		return NULL;

	struct pci_bar *this = &function->bars[bar];

	if (!this->present || this->io || this->address == 0)
		return NULL;
	if (!this->mapping)
		this->mapping = memory_map_device(this->address, this->size);
	return this->mapping;
}

bool pci_bar_decoded(const struct pci_function *function, const struct pci_bar *bar)
{
	uint16_t command = pci_read16(function, PCI_COMMAND);

	return bar->address != 0 && (command & (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY));
}
