/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving addresses to BARs that have none, and opening the bridge windows that lead there. What has
 * an address keeps it. Boot CPU.
 */
#ifndef PCI_ASSIGN_H
#define PCI_ASSIGN_H

#include "lib/base.h"
#include "pci/function.h"

/* Addresses from first to last, both included; first > last: none. */
struct pci_range {
	uint64_t first, last;
};

#define PCI_TAKEN_MOST 192

/* The address space of the board, in which the host bridge hands out the rest. */
struct pci_board {
	struct pci_range io;   /* I/O ports that may be given away */
	struct pci_range low;  /* memory below 4 GiB */
	struct pci_range high; /* memory above, for large 64-bit BARs */

	/* Memory within low and high that belongs to something else. */
	struct pci_range taken[PCI_TAKEN_MOST];
	unsigned taken_count;
};

/* Notes memory that is taken. What exceeds the list closes the board: nothing is assigned then. */
void pci_board_take(struct pci_board *board, uint64_t first, uint64_t size);

/*
 * Assigns every unassigned BAR of the functions that finds room. The rest keep address 0. Touches
 * nothing when all are assigned.
 */
void pci_assign(const struct pci_board *board, struct pci_function *functions, unsigned count);

#endif
