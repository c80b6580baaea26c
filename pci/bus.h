/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding every function on every bus, and switching functions on. Boot CPU. */
#ifndef PCI_BUS_H
#define PCI_BUS_H

#include "lib/base.h"
#include "pci/function.h"

#define PCI_FUNCTIONS_MOST 256

/*
 * Where ECAM is when nothing tells: no MCFG, as in QEMU's microvm, which names it in the DSDT only
 * (0xe0000000). Call before pci_scan(). 0: no hint.
 */
void pci_set_ecam_hint(uint64_t base);

/*
 * Finds all functions of all segments and buses, through ports 0xcf8/0xcfc and through each ECAM
 * window that ACPI names. Bridges without bus numbers get some, BARs are sized, and BARs without an
 * address get one, with the bridge windows that lead there; what the firmware assigned stays where
 * it is. Bridges stand before what is behind them. Returns how many stand in functions, at most
 * `most`.
 */
unsigned pci_scan(struct pci_function *functions, unsigned most);

/* What pci_scan() finds, which is done on the first call; *count: how many. Boot CPU. */
struct pci_function *pci_functions(unsigned *count);

/*
 * Functions that did not fit, and bridges that no bus number was left for, in the last pci_scan().
 */
unsigned pci_left_out(void);

/*
 * Switches on memory and I/O decoding and bus mastering, in the bridges above it too. A kind of
 * decoding stays off while a BAR of that kind has no address: it would answer at 0. Leaves the
 * interrupt disable bit alone.
 */
void pci_enable(const struct pci_function *function);

/* Bus mastering of this function alone, on or off. */
void pci_bus_master(const struct pci_function *function, bool on);

#endif
