/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI configuration space: where a function is, how its registers are reached, and their names
 * (PCI Local Bus Specification 3.0, chapter 6; bridges: PCI-to-PCI Bridge Architecture 1.2, 3.2).
 * Any CPU; handler-safe once pci_scan() has seen the bus.
 */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H

#include "lib/base.h"

/* Where a function is: bus 0 … 255, device 0 … 31, function 0 … 7 of a segment group. */
struct pci_address {
	uint16_t segment;
	uint8_t bus, device, function;
};

#define PCI_ADDRESS_TEXT 16

/*
 * Writes the address as people write it, "00:03.0", with "ssss:" in front only in a segment other
 * than 0. Returns buffer.
 */
const char *pci_address_text(struct pci_address address, char buffer[PCI_ADDRESS_TEXT]);

/*
 * A way to configuration space. width is 1, 2 or 4 bytes and offset a multiple of it, below `size`.
 * Unit tests bring their own.
 */
struct pci_config {
	uint32_t (*read)(const struct pci_config *config, struct pci_address address,
			 unsigned offset, unsigned width);
	void (*write)(const struct pci_config *config, struct pci_address address, unsigned offset,
		      unsigned width, uint32_t value);
	void *context;
	const char *name; /* "cf8", "ecam" */
	unsigned size;    /* bytes of configuration space that it reaches: 256 or 4096 */
};

/* The classic access method: ports 0xcf8 and 0xcfc (PCI 3.0, section 3.2.2.3.2). */
extern const struct pci_config pci_config_cf8;

/* True when a host bridge answers at port 0xcf8: what is written there reads back. */
bool pci_config_cf8_present(void);

#define PCI_ECAM_MOST 8

/*
 * Memory-mapped access (PCI Express Base 4.0, section 7.2.2). base is the physical address of bus 0
 * of the segment. The same base gives the same pointer; NULL when PCI_ECAM_MOST are in use. Boot CPU.
 */
const struct pci_config *pci_config_ecam(uint64_t base);

/* Offsets of the registers (6.1, figure 6-1; bridges: 3.2). */
enum pci_register {
	PCI_VENDOR_ID = 0x00,
	PCI_DEVICE_ID = 0x02,
	PCI_COMMAND = 0x04,
	PCI_STATUS = 0x06,
	PCI_REVISION_ID = 0x08,
	PCI_CLASS_CODE = 0x09, /* programming interface, sub-class, base class */
	PCI_HEADER_TYPE = 0x0e,
	PCI_BAR_0 = 0x10, /* six of them; two in a bridge */
	PCI_SUBSYSTEM_VENDOR_ID = 0x2c,
	PCI_SUBSYSTEM_ID = 0x2e,
	PCI_CAPABILITIES_POINTER = 0x34,
	PCI_INTERRUPT_LINE = 0x3c,
	PCI_INTERRUPT_PIN = 0x3d,

	/* Header type 1 */
	PCI_PRIMARY_BUS = 0x18,
	PCI_SECONDARY_BUS = 0x19,
	PCI_SUBORDINATE_BUS = 0x1a,
	PCI_IO_BASE = 0x1c,
	PCI_IO_LIMIT = 0x1d,
	PCI_MEMORY_BASE = 0x20,
	PCI_MEMORY_LIMIT = 0x22,
	PCI_PREFETCHABLE_BASE = 0x24,
	PCI_PREFETCHABLE_LIMIT = 0x26,
	PCI_PREFETCHABLE_BASE_UPPER = 0x28,
	PCI_PREFETCHABLE_LIMIT_UPPER = 0x2c,
	PCI_IO_BASE_UPPER = 0x30,
	PCI_IO_LIMIT_UPPER = 0x32,
};

/* Command (6.2.2) */
#define PCI_COMMAND_IO                BIT(0)
#define PCI_COMMAND_MEMORY            BIT(1)
#define PCI_COMMAND_BUS_MASTER        BIT(2)
#define PCI_COMMAND_INTERRUPT_DISABLE BIT(10)

/* Status (6.2.3) */
#define PCI_STATUS_INTERRUPT    BIT(3)
#define PCI_STATUS_CAPABILITIES BIT(4)

/* Header type (6.2.1) */
#define PCI_HEADER_LAYOUT        0x7f
#define PCI_HEADER_MULTIFUNCTION 0x80

/* What the low seven bits say; cardbus bridges have 2. */
enum pci_header_layout { PCI_HEADER_DEVICE = 0, PCI_HEADER_BRIDGE = 1 };

#define PCI_CONFIG_SIZE 256u /* what every function has */

#endif
