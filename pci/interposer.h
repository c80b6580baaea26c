/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place where something may stand between this floor and the functions: every access to
 * configuration space, the MSI-X table and the PBA passes it. Who uses it is a matter of the floor above. Boot CPU.
 */
#ifndef PCI_INTERPOSER_H
#define PCI_INTERPOSER_H

#include "lib/base.h"

struct pci_function;
struct msix;

/* All members are there. They are called on any CPU, in handlers too. */
struct pci_interposer {
	/* After a read of `width` bytes: what the reader is to see. */
	uint32_t (*config_read)(const struct pci_function *function, unsigned offset,
				unsigned width, uint32_t value);
	/* Before a write, which may be altered; false swallows it. */
	bool (*config_write)(const struct pci_function *function, unsigned offset, unsigned width,
			     uint32_t *value);

	/* The same for a 32-bit word of an MSI-X table entry; offset is an enum msix_entry_word. */
	uint32_t (*msix_read)(const struct msix *msix, unsigned entry, unsigned offset,
			      uint32_t value);
	bool (*msix_write)(const struct msix *msix, unsigned entry, unsigned offset,
			   uint32_t *value);

	/* After a read of the 32 pending bits from entry 32 * word on. */
	uint32_t (*pba_read)(const struct msix *msix, unsigned word, uint32_t value);
};

/* Puts it in, for all functions; NULL takes it away. Boot CPU. */
void pci_interpose(const struct pci_interposer *interposer);

/* What stands there, NULL: nothing. */
extern const struct pci_interposer *pci_interposer;

#endif
