/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the MSI-X structures share. Boot CPU. */
#ifndef TESTS_TRANSPORT_PCI_MSIX_H
#define TESTS_TRANSPORT_PCI_MSIX_H

#include "tests/interrupt/interrupt.h"
#include "virtio/transport/pci/registers.h"

/* Waits until the entry's pending bit is as wanted; the last answer. */
bool await_pending(const struct msix *msix, unsigned entry, bool wanted);

#endif
