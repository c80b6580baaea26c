/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function as pci_scan() found it: its identity, its registers, its BARs, what is wrong with it.
 * Registers: any CPU, and handler-safe; the rest: boot CPU.
 */
#ifndef PCI_FUNCTION_H
#define PCI_FUNCTION_H

#include "lib/base.h"
#include "pci/config.h"

#define PCI_BARS          6
#define PCI_FINDINGS_MOST 16

/* One base address register (PCI 3.0, section 6.2.5). */
struct pci_bar {
	bool present; /* implemented, with a size */
	bool io;
	bool wide; /* 64 bits: the next BAR is its upper half and is not present */
	bool prefetchable;
	uint64_t address;       /* physical, or the first I/O port; 0: nothing is assigned */
	uint64_t size;          /* bytes, a power of two */
	volatile void *mapping; /* see pci_bar_map() */
};

/*
 * What a function does that the PCI specifications forbid. None of it stops the scan, and what is
 * read around it stays within bounds.
 */
enum pci_finding_kind {
	PCI_FINDING_CAPABILITY_OFFSET,    /* a capability pointer below 0x40 */
	PCI_FINDING_CAPABILITY_UNALIGNED, /* a capability pointer with bits 1:0 set */
	PCI_FINDING_CAPABILITY_LOOP,      /* the list comes back to where it was */
	PCI_FINDING_CAPABILITY_ALL_ONES,  /* the list leads to where nothing answers */
	PCI_FINDING_CAPABILITY_LENGTH,    /* a vendor capability shorter than its own header */
	PCI_FINDING_CAPABILITY_TOO_LONG,  /* a capability runs past configuration space */
	PCI_FINDING_BAR_TYPE,             /* a memory BAR of a reserved type */
	PCI_FINDING_BAR_FLAGS, /* read-only bits of a BAR that read otherwise after all ones */
	PCI_FINDING_BAR_NO_UPPER_HALF, /* a 64-bit BAR in the last register */
	PCI_FINDING_BAR_MASK,          /* writable bits that make no power of two */
	PCI_FINDING_BAR_FIXED,         /* a BAR with an address but no size */
	PCI_FINDING_BAR_LOST,          /* a BAR that did not take its address back after sizing */
	PCI_FINDING_BAR_UNALIGNED,     /* an address that is no multiple of the BAR's size */
	PCI_FINDING_MSIX_BAR,          /* MSI-X table or PBA in a BAR that is no memory BAR */
	PCI_FINDING_MSIX_OUTSIDE,      /* MSI-X table or PBA past the end of its BAR */
	PCI_FINDING_MSIX_OVERLAP,      /* MSI-X table and PBA overlap */
};

/* One of them, for pci_finding_about() to put into words. */
struct pci_finding {
	enum pci_finding_kind kind;
	unsigned offset; /* where in configuration space */
	uint64_t value;  /* what stands there */
};

/* All that is known of a function; pci_scan() fills it. */
struct pci_function {
	struct pci_address address;
	const struct pci_config *config;
	const struct pci_config
		*extended; /* what reaches it from byte 256 on, where that is another; or NULL */
	struct pci_function *bridge; /* the bridge that this function is behind, NULL at the root */

	uint16_t vendor, device;
	uint16_t subsystem_vendor, subsystem; /* 0 in a bridge */
	uint8_t revision;
	uint8_t header_type;   /* enum pci_header_layout, without the multifunction bit */
	uint8_t class_code[3]; /* base class, sub-class, programming interface */
	uint8_t interrupt_pin; /* 0: none, 1 … 4: INTA … INTD */
	uint8_t interrupt_line;
	uint8_t secondary_bus; /* bridges: the bus behind it, 0 when it could not be reached */

	/* In a bridge that decodes memory already they are read when some BAR needs an address. */
	struct pci_bar bars[PCI_BARS];

	struct pci_finding findings[PCI_FINDINGS_MOST];
	unsigned finding_count;
};

/* How many bytes of its configuration space can be reached: 256 or 4096. */
unsigned pci_config_size(const struct pci_function *function);

/*
 * Reads 8 bits of a function's registers, in one access of exactly the width; offset is a multiple of
 * the width. Beyond what the access method reaches, reads give all ones and writes are dropped.
 */
uint8_t pci_read8(const struct pci_function *function, unsigned offset);

/* The same for 16 bits. */
uint16_t pci_read16(const struct pci_function *function, unsigned offset);

/* The same for 32 bits. */
uint32_t pci_read32(const struct pci_function *function, unsigned offset);

/* Writes 8 bits of a function's registers, in one access. */
void pci_write8(const struct pci_function *function, unsigned offset, uint8_t value);

/* The same for 16 bits. */
void pci_write16(const struct pci_function *function, unsigned offset, uint16_t value);

/* The same for 32 bits. */
void pci_write32(const struct pci_function *function, unsigned offset, uint32_t value);

/*
 * Notes something wrong with the function, once for a kind and offset. What exceeds the list is
 * dropped.
 */
void pci_note_finding(struct pci_function *function, enum pci_finding_kind kind, unsigned offset,
		      uint64_t value);

/* A finding in words, without the place and value ("a capability pointer below 0x40"). */
const char *pci_finding_about(enum pci_finding_kind kind);

#endif
