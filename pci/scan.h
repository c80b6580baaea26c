/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking the buses of one segment, and numbering those that nobody numbered. Boot CPU. */
#ifndef PCI_SCAN_H
#define PCI_SCAN_H

#include "lib/base.h"
#include "pci/function.h"

/* A walk over all segments: fill in where the functions go, the rest begins as zero. */
struct pci_scan {
	/* Where the functions go; the caller's array. */
	struct pci_function *functions;
	unsigned most;
	unsigned count;
	unsigned left_out; /* functions without room, bridges without a number */

	/* The segment that is walked. */
	const struct pci_config *config;
	uint16_t segment;
	uint64_t seen[4]; /* one bit for each bus that was walked */
};

/* Turns to another segment, or to another way into the same one: `seen` is kept then. */
void pci_scan_segment(struct pci_scan *scan, const struct pci_config *config, uint16_t segment);

/*
 * Walks the root bus `first` and all that is behind its bridges, and further root buses up to
 * `last` when there is a second host bridge. Does nothing when the bus was walked before.
 */
void pci_scan_root(struct pci_scan *scan, uint8_t first, uint8_t last);

#endif
