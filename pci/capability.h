/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability list (PCI 3.0, section 6.7), which a broken device may have tied into a knot. Any CPU,
 * but for pci_capability_judge().
 */
#ifndef PCI_CAPABILITY_H
#define PCI_CAPABILITY_H

#include "lib/base.h"
#include "pci/function.h"

/* Ids of capabilities (PCI 3.0, appendix H). */
enum pci_capability_id {
	PCI_CAPABILITY_POWER_MANAGEMENT = 0x01,
	PCI_CAPABILITY_MSI = 0x05,
	PCI_CAPABILITY_VENDOR = 0x09,
	PCI_CAPABILITY_EXPRESS = 0x10,
	PCI_CAPABILITY_MSIX = 0x11,
};

#define PCI_CAPABILITY_HEADER      2u /* bytes: id, next */

#define PCI_CAPABILITY_MSIX_LENGTH 12u

/* A vendor capability has its length behind the header, counted from the id on. */
#define PCI_CAPABILITY_VENDOR_LENGTH 2u /* offset of that byte */

/* The place in a walk; begin with all zero. */
struct pci_capability {
	unsigned offset; /* in configuration space */
	uint8_t id;
	uint64_t seen; /* one bit for each 4 bytes of configuration space */
};

/*
 * Goes to the first or the next capability. False at the end of the list, and where the list cannot
 * be followed any further: a pointer below 0x40, back to a capability seen before, or to where
 * nothing answers. Bits 1:0 of a pointer are reserved and ignored.
 */
bool pci_capability_next(const struct pci_function *function, struct pci_capability *capability);

/*
 * Goes through the whole list and makes each thing that is wrong a finding of the function.
 * pci_scan() has done so. Boot CPU.
 */
void pci_capability_judge(struct pci_function *function);

/* Where the nth (0: first) capability with this id is. False when there is none. */
bool pci_find_capability(const struct pci_function *function, uint8_t id, unsigned nth,
			 unsigned *offset);

/* How a walk of the list of extended capabilities (PCI Express Base 4.0, 7.6.3) ends. */
enum pci_extended_walk {
	PCI_EXTENDED_FOUND,
	PCI_EXTENDED_ABSENT,
	PCI_EXTENDED_BROKEN,      /* it leads astray */
	PCI_EXTENDED_UNREACHABLE, /* there is no way to where it would be */
};

#define PCI_EXTENDED_SR_IOV 0x10 /* an id */

/* Looks for an extended capability; any list has an end and stays in bounds. *offset: where it was found. */
enum pci_extended_walk pci_find_extended(const struct pci_function *function, uint16_t id,
					 unsigned *offset);

/* True when `length` bytes from offset on lie within configuration space. */
static inline bool pci_capability_fits(unsigned offset, unsigned length)
{
	return offset <= PCI_CONFIG_SIZE && length <= PCI_CONFIG_SIZE - offset;
}

#endif
