/* SPDX-License-Identifier: BSD-2-Clause */
/* MSI-X (PCI 3.0, section 6.8.2): the capability, the vector table, the pending bit array. */
#ifndef PCI_MSIX_H
#define PCI_MSIX_H

#include "lib/base.h"
#include "pci/function.h"

/* The capability's registers, from its offset on */
enum msix_register {
	MSIX_CONTROL = 2, /* 16 bits */
	MSIX_TABLE = 4,
	MSIX_PBA = 8,
	MSIX_CAPABILITY_LENGTH = 12,
};
#define MSIX_CONTROL_SIZE          0x07ffu /* entries less one */
#define MSIX_CONTROL_FUNCTION_MASK BIT(14)
#define MSIX_CONTROL_ENABLE        BIT(15)
#define MSIX_BAR                   0x7u /* of MSIX_TABLE and MSIX_PBA; the rest is the offset */

/* A table entry: four 32-bit words */
enum msix_entry_word {
	MSIX_ENTRY_ADDRESS = 0,
	MSIX_ENTRY_ADDRESS_UPPER = 4,
	MSIX_ENTRY_DATA = 8,
	MSIX_ENTRY_CONTROL = 12,
	MSIX_ENTRY_SIZE = 16,
};
#define MSIX_ENTRY_CONTROL_MASK BIT(0)

struct msix {
	struct pci_function *function;
	unsigned capability; /* offset in configuration space */
	unsigned entries;    /* 1 … 2048 */
	unsigned table_bar;
	uint32_t table_offset; /* in the BAR */
	unsigned pba_bar;
	uint32_t pba_offset;
	volatile uint8_t *table;
	volatile uint8_t *pba;
};

struct msix_entry {
	uint64_t address;
	uint32_t data;
	uint32_t control; /* MSIX_ENTRY_CONTROL_MASK, and what else reads there */
};

/*
 * Finds the capability and maps table and PBA. False when there is none, or when table or PBA are
 * not where they can be: then the function has a finding more. Changes nothing in the device.
 */
bool msix_find(struct pci_function *function, struct msix *msix) MUST_CHECK;

/* The control register's bits; each call is one 16-bit read and one 16-bit write, or one read. */
void msix_enable(const struct msix *msix, bool on);
bool msix_enabled(const struct msix *msix);
void msix_function_mask(const struct msix *msix, bool on);
bool msix_function_masked(const struct msix *msix);

/*
 * Entries, 0 … entries - 1. Memory decoding must be on. Writing an entry sets address and data
 * and leaves its mask bit; masking does it the other way round, and keeps the reserved bits.
 */
void msix_write_entry(const struct msix *msix, unsigned entry, uint64_t address, uint32_t data);
struct msix_entry msix_read_entry(const struct msix *msix, unsigned entry);
void msix_mask_entry(const struct msix *msix, unsigned entry, bool mask);
bool msix_entry_masked(const struct msix *msix, unsigned entry);

/* True when the entry's pending bit is set. */
bool msix_pending(const struct msix *msix, unsigned entry);

#endif
