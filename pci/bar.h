/* SPDX-License-Identifier: BSD-2-Clause */
/* Base address registers: reading what a function has, and giving one an address. Boot CPU. */
#ifndef PCI_BAR_H
#define PCI_BAR_H

#include "lib/base.h"
#include "pci/function.h"

/*
 * Fills function->bars by sizing each register with decoding off (PCI 3.0, section 6.2.5.1): all
 * ones written, read, and what stood there written back. What is odd becomes a finding.
 */
void pci_bars_read(struct pci_function *function);

/*
 * Maps the memory BAR `bar` (0 … 5) uncached and returns it; the second time the same pointer.
 * NULL when it is an I/O BAR, absent, unassigned, or cannot be mapped. Decoding need not be on yet.
 */
volatile void *pci_bar_map(struct pci_function *function, unsigned bar);

/* Writes an address to a BAR with decoding off and notes it in function->bars. */
void pci_bar_assign(struct pci_function *function, unsigned bar, uint64_t address);

/* True when the BAR exists and nobody gave it an address. */
static inline bool pci_bar_unassigned(const struct pci_bar *bar)
{
	return bar->present && bar->address == 0;
}

/*
 * True when the BAR has an address and answers there: pci_enable() leaves off what has none. Reads the command register.
 */
bool pci_bar_decoded(const struct pci_function *function, const struct pci_bar *bar);

#endif
