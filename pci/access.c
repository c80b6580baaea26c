/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ways to configuration space: a pair of ports, and a window of memory. */
#include "pci/config.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/memory.h"

#define CONFIG_ADDRESS        0xcf8
#define CONFIG_DATA           0xcfc
#define CONFIG_ADDRESS_ENABLE BIT(31)

/* Address and data are two accesses: no other CPU and no handler may come between. */
static bool port_busy;

static bool port_take(void)
{
	bool open = interrupts_save();

	/* Bounded: a CPU that was stopped while it held the ports never gives them back. */
	for (unsigned tries = 0; tries < 1000000; tries++) {
		if (!__atomic_exchange_n(&port_busy, true, __ATOMIC_ACQUIRE))
			break;
		cpu_relax();
	}
	return open;
}

static void port_give(bool open)
{
	__atomic_store_n(&port_busy, false, __ATOMIC_RELEASE);
	interrupts_restore(open);
}

/* Selects the double word that holds the register and returns the port of the register itself. */
static uint16_t port_select(struct pci_address address, unsigned offset)
{
	port_write32(CONFIG_ADDRESS, CONFIG_ADDRESS_ENABLE | (uint32_t)address.bus << 16 |
					     (uint32_t)address.device << 11 |
					     (uint32_t)address.function << 8 | (offset & 0xfc));
	return (uint16_t)(CONFIG_DATA + (offset & 3));
}

static uint32_t cf8_read(const struct pci_config *config, struct pci_address address,
			 unsigned offset, unsigned width)
{
	bool open = port_take();
	uint16_t port = port_select(address, offset);
	uint32_t value;

	if (width == 1)
		value = port_read8(port);
	else if (width == 2)
		value = port_read16(port);
	else
		value = port_read32(port);
	port_give(open);
	return value;
}

static void cf8_write(const struct pci_config *config, struct pci_address address, unsigned offset,
		      unsigned width, uint32_t value)
{
	bool open = port_take();
	uint16_t port = port_select(address, offset);

	if (width == 1)
		port_write8(port, (uint8_t)value);
	else if (width == 2)
		port_write16(port, (uint16_t)value);
	else
		port_write32(port, value);
	port_give(open);
}

const struct pci_config pci_config_cf8 = {
	.read = cf8_read,
	.write = cf8_write,
	.name = "cf8",
	.size = PCI_CONFIG_SIZE,
};

bool pci_config_cf8_present(void)
{
	uint32_t before = port_read32(CONFIG_ADDRESS);

	port_write32(CONFIG_ADDRESS, CONFIG_ADDRESS_ENABLE);
	bool present = port_read32(CONFIG_ADDRESS) == CONFIG_ADDRESS_ENABLE;
	port_write32(CONFIG_ADDRESS, before);
	return present;
}

#define ECAM_BUS_SIZE MIB

/* One window; each bus is mapped when it is first asked for. */
struct ecam {
	struct pci_config config;
	uint64_t base;
	volatile uint8_t *buses[256];
};

static struct ecam ecams[PCI_ECAM_MOST];
static unsigned ecam_count;

/* The register, or NULL where the bus cannot be mapped. */
static volatile uint8_t *ecam_register(const struct pci_config *config, struct pci_address address,
				       unsigned offset)
{
	struct ecam *ecam = config->context;
	volatile uint8_t **bus = &ecam->buses[address.bus];

	if (!*bus)
		*bus = memory_map_device(ecam->base + address.bus * ECAM_BUS_SIZE, ECAM_BUS_SIZE);
	if (!*bus)
		return NULL;
	return *bus + ((uint32_t)address.device << 15 | (uint32_t)address.function << 12 | offset);
}

static uint32_t ecam_read(const struct pci_config *config, struct pci_address address,
			  unsigned offset, unsigned width)
{
	volatile uint8_t *where = ecam_register(config, address, offset);

	if (!where)
		return UINT32_MAX;
	if (width == 1)
		return read8(where);
	return width == 2 ? read16(where) : read32(where);
}

static void ecam_write(const struct pci_config *config, struct pci_address address, unsigned offset,
		       unsigned width, uint32_t value)
{
	volatile uint8_t *where = ecam_register(config, address, offset);

	if (!where)
		return;
	if (width == 1)
		write8(where, (uint8_t)value);
	else if (width == 2)
		write16(where, (uint16_t)value);
	else
		write32(where, value);
}

const struct pci_config *pci_config_ecam(uint64_t base)
{
	for (unsigned i = 0; i < ecam_count; i++) {
		if (ecams[i].base == base)
			return &ecams[i].config;
	}
	if (ecam_count == PCI_ECAM_MOST)
		return NULL;

	struct ecam *ecam = &ecams[ecam_count++];

	ecam->base = base;
	ecam->config = (struct pci_config){.read = ecam_read,
					   .write = ecam_write,
					   .context = ecam,
					   .name = "ecam",
					   .size = 4096};
	return &ecam->config;
}
