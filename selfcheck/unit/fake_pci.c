/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/unit/fake_pci.h"

#include <string.h>

struct fake_bus fake_bus;

void fake_reset(void)
{
	memset(&fake_bus, 0, sizeof(fake_bus));
}

/* The bus that a function stands on now, or -1 while nothing leads there. */
static int bus_of(const struct fake_function *fake)
{
	if (!fake->bridge)
		return fake->root_bus;

	int bus = fake->bridge->bytes[PCI_SECONDARY_BUS];

	if (bus == 0)
		return -1;
	for (const struct fake_function *above = fake->bridge; above; above = above->bridge) {
		if (bus < above->bytes[PCI_SECONDARY_BUS] ||
		    bus > above->bytes[PCI_SUBORDINATE_BUS])
			return -1;
	}
	return bus;
}

static struct fake_function *find(struct pci_address address)
{
	for (unsigned i = 0; i < fake_bus.count; i++) {
		struct fake_function *fake = &fake_bus.fakes[i];

		if (bus_of(fake) == address.bus && fake->function == address.function &&
		    (fake->any_device || fake->device == address.device))
			return fake;
	}
	return NULL;
}

static void watch(unsigned offset, unsigned width)
{
	if (offset % width != 0 || offset + width > 256)
		fake_bus.misaligned++;
}

static uint32_t fake_read(const struct pci_config *config, struct pci_address address,
			  unsigned offset, unsigned width)
{
	struct fake_function *fake = find(address);
	uint32_t value = 0;

	fake_bus.reads++;
	watch(offset, width);
	if (!fake)
		return UINT32_MAX >> (32 - 8 * width);
	memcpy(&value, fake->bytes + offset, width);
	return value;
}

static void fake_write(const struct pci_config *config, struct pci_address address, unsigned offset,
		       unsigned width, uint32_t value)
{
	struct fake_function *fake = find(address);

	fake_bus.writes++;
	watch(offset, width);
	if (!fake)
		return;
	if (offset >= PCI_BAR_0 && offset < PCI_BAR_0 + 8 &&
	    (fake->bytes[PCI_COMMAND] & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)))
		fake_bus.bar_writes_while_decoding++;
	for (unsigned i = 0; i < width; i++) {
		uint8_t mask = fake->writable[offset + i];
		uint8_t *byte = &fake->bytes[offset + i];

		*byte = (uint8_t)((*byte & ~mask) | (value >> 8 * i & mask));
	}
}

const struct pci_config fake_config = {
	.read = fake_read, .write = fake_write, .name = "fake", .size = PCI_CONFIG_SIZE};

struct fake_function *fake_add(struct fake_function *bridge, uint8_t device, uint8_t function)
{
	struct fake_function *fake = &fake_bus.fakes[fake_bus.count++];

	*fake = (struct fake_function){.bridge = bridge, .device = device, .function = function};
	fake_put32(fake, PCI_VENDOR_ID, 0x10421af4);
	fake_put32(fake, PCI_REVISION_ID, 0x01000001);
	fake_put32(fake, PCI_SUBSYSTEM_VENDOR_ID, 0x11001af4);
	memset(fake->writable + PCI_COMMAND, 0xff, 2);
	fake->writable[PCI_INTERRUPT_LINE] = 0xff;
	return fake;
}

struct fake_function *fake_add_bridge(struct fake_function *bridge, uint8_t device,
				      uint8_t function)
{
	struct fake_function *fake = fake_add(bridge, device, function);

	fake_put32(fake, PCI_VENDOR_ID, 0x000c1b36);
	fake_put32(fake, PCI_REVISION_ID, 0x06040000);
	fake_put8(fake, PCI_HEADER_TYPE, PCI_HEADER_BRIDGE);
	memset(fake->writable + PCI_PRIMARY_BUS, 0xff, 3);
	memset(fake->writable + PCI_IO_BASE, 0xf0, 2);
	for (unsigned offset = PCI_MEMORY_BASE; offset < PCI_PREFETCHABLE_BASE_UPPER; offset += 2) {
		fake->writable[offset] = 0xf0;
		fake->writable[offset + 1] = 0xff;
	}
	memset(fake->writable + PCI_PREFETCHABLE_BASE_UPPER, 0xff, 8);
	fake_put8(fake, PCI_PREFETCHABLE_BASE, 1);
	fake_put8(fake, PCI_PREFETCHABLE_LIMIT, 1);
	fake_put32(fake, PCI_SUBSYSTEM_VENDOR_ID, 0);
	return fake;
}

void fake_put8(struct fake_function *fake, unsigned offset, uint8_t value)
{
	fake->bytes[offset] = value;
}

void fake_put16(struct fake_function *fake, unsigned offset, uint16_t value)
{
	memcpy(fake->bytes + offset, &value, sizeof(value));
}

void fake_put32(struct fake_function *fake, unsigned offset, uint32_t value)
{
	memcpy(fake->bytes + offset, &value, sizeof(value));
}

uint16_t fake_get16(const struct fake_function *fake, unsigned offset)
{
	uint16_t value;

	memcpy(&value, fake->bytes + offset, sizeof(value));
	return value;
}

uint32_t fake_get32(const struct fake_function *fake, unsigned offset)
{
	uint32_t value;

	memcpy(&value, fake->bytes + offset, sizeof(value));
	return value;
}

static void put_mask(struct fake_function *fake, unsigned offset, uint32_t mask)
{
	memcpy(fake->writable + offset, &mask, sizeof(mask));
}

void fake_bar(struct fake_function *fake, unsigned bar, uint32_t flags, uint64_t size,
	      uint64_t address)
{
	unsigned offset = PCI_BAR_0 + 4 * bar;
	uint64_t mask = size == 0 ? 0 : ~(size - 1);

	fake_put32(fake, offset, (uint32_t)address | flags);
	put_mask(fake, offset, (uint32_t)mask);
	if (flags & FAKE_WIDE && !(flags & FAKE_IO) && bar < 5) {
		fake_put32(fake, offset + 4, (uint32_t)(address >> 32));
		put_mask(fake, offset + 4, (uint32_t)(mask >> 32));
	}
}

void fake_capability(struct fake_function *fake, unsigned offset, uint8_t id, uint8_t next)
{
	if (!(fake->bytes[PCI_STATUS] & PCI_STATUS_CAPABILITIES)) {
		fake->bytes[PCI_STATUS] |= PCI_STATUS_CAPABILITIES;
		fake_put8(fake, PCI_CAPABILITIES_POINTER, (uint8_t)offset);
	}
	fake_put8(fake, offset, id);
	fake_put8(fake, offset + 1, next);
}

struct pci_function fake_opened(const struct fake_function *fake)
{
	struct pci_address address = {
		.bus = fake->root_bus, .device = fake->device, .function = fake->function};

	return (struct pci_function){.address = address, .config = &fake_config};
}
