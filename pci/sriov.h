/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual functions of a physical one (Single Root I/O Virtualization and Sharing 1.1, chapter 3; the names of
 * registers: 3.3). Boot CPU.
 */
#ifndef PCI_SRIOV_H
#define PCI_SRIOV_H

#include "lib/base.h"
#include "pci/function.h"

/* Registers of the capability, from its beginning. */
enum pci_sriov_register {
	PCI_SRIOV_CONTROL = 0x08,
	PCI_SRIOV_TOTAL_VFS = 0x0e,
	PCI_SRIOV_NUM_VFS = 0x10,
	PCI_SRIOV_FIRST_VF_OFFSET = 0x14,
	PCI_SRIOV_VF_STRIDE = 0x16,
	PCI_SRIOV_VF_DEVICE_ID = 0x1a,
	PCI_SRIOV_VF_BAR_0 = 0x24, /* six of them */
};

#define PCI_SRIOV_LENGTH    0x40u
#define PCI_SRIOV_LAST      0xfc0u /* where it can begin */

#define PCI_SRIOV_VF_ENABLE BIT(0) /* of the control register */
#define PCI_SRIOV_VF_MEMORY BIT(3) /* memory space enable of all VFs */

/* The capability of a physical function. */
struct pci_sriov {
	struct pci_function *function;
	unsigned at; /* in its configuration space */
	/* What each VF BAR reads behind all ones, which tells where there is none; and those of VF 1. */
	uint32_t writable[PCI_BARS];
	struct pci_bar bars[PCI_BARS];
};

/*
 * Finds the capability. False where a function has none, or its extended configuration space cannot be reached. Unless VFs
 * are in use all are disabled, and stay so, and the VF BARs are sized.
 */
bool pci_sriov_find(struct pci_function *function, struct pci_sriov *sriov);

/* Whether VFs are enabled that pci_scan() has found: they are devices as any, and must be left alone. */
bool pci_sriov_in_use(const struct pci_sriov *sriov);

/* Sets NumVFs, enables that many and their memory, and waits as long as they may take. `count` up to TotalVFs. */
void pci_sriov_enable(const struct pci_sriov *sriov, unsigned count);

/* Clears VF Enable, and waits as long as that may take. Does nothing where it is clear. */
void pci_sriov_disable(const struct pci_sriov *sriov);

/* The function that is VF `number`, from 1 on, while VFs are enabled. Nothing of it is written. */
void pci_virtual_function(const struct pci_sriov *sriov, unsigned number,
			  struct pci_function *virtual_function);

#endif
