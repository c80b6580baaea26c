/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X (PCI 3.0, section 6.8.2): the capability, the vector table, the pending bit array. Handler-safe
 * but for msix_find(); control and mask bits are read before they are written, so one CPU at a time for
 * a function and an entry.
 */
#ifndef PCI_MSIX_H
#define PCI_MSIX_H

#include "lib/base.h"
#include "pci/function.h"

/* The capability's registers, from its offset on */
enum msix_register {
	MSIX_CONTROL = 2, /* 16 bits */
	MSIX_TABLE = 4,
	MSIX_PBA = 8,
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

/* Where a function has its table and pending bits, mapped. */
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

/* What an entry holds: a message, and whether it is masked. */
struct msix_entry {
	uint64_t address;
	uint32_t data;
	uint32_t control; /* MSIX_ENTRY_CONTROL_MASK, and what else reads there */
};

/*
 * Finds the capability and maps table and PBA. False when there is none, or when table or PBA are
 * not where they can be: then the function has a finding more. Changes nothing in the device. Boot CPU.
 */
bool msix_find(struct pci_function *function, struct msix *msix) MUST_CHECK;

/* Sets or clears MSI-X Enable: one 16-bit read of the control register, then one 16-bit write. */
void msix_enable(const struct msix *msix, bool on);

/* True when MSI-X Enable reads as set. */
bool msix_enabled(const struct msix *msix);

/* Sets or clears Function Mask, which masks every entry: one 16-bit read, one write. */
void msix_function_mask(const struct msix *msix, bool on);

/* True when Function Mask reads as set. */
bool msix_function_masked(const struct msix *msix);

/*
 * Sets the address and data of an entry, 0 … entries - 1, in three 32-bit writes, and leaves its mask
 * bit. Memory decoding must be on, as for all that follow.
 */
void msix_write_entry(const struct msix *msix, unsigned entry, uint64_t address, uint32_t data);

/* Reads an entry in four 32-bit reads. */
struct msix_entry msix_read_entry(const struct msix *msix, unsigned entry);

/* Sets or clears the mask bit of an entry and keeps its reserved bits: one read, one write. */
void msix_mask_entry(const struct msix *msix, unsigned entry, bool mask);

/* True when the entry's mask bit reads as set. */
bool msix_entry_masked(const struct msix *msix, unsigned entry);

/* True when the entry's pending bit is set: one 32-bit read of the pending bit array. */
bool msix_pending(const struct msix *msix, unsigned entry);

#endif
