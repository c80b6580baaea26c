/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the MSI-X structures share. Boot CPU. */
#ifndef TESTS_TRANSPORT_PCI_MSIX_H
#define TESTS_TRANSPORT_PCI_MSIX_H

#include "tests/interrupt/interrupt.h"
#include "virtio/transport/pci/registers.h"

/* Waits until the entry's pending bit is as wanted; the last answer. */
bool await_pending(const struct msix *msix, unsigned entry, bool wanted);

/* Pending bits, as they were at some moment. */
struct pending_bits {
	uint32_t words[64];
};

/* Takes note of them all. */
void note_pending(const struct msix *msix, struct pending_bits *bits);

/*
 * The first entry that is pending and was not before, but for one and for those that tell by themselves beside a queue;
 * the number of entries when none is.
 */
unsigned newly_pending(const struct virtqueue *queue, const struct pending_bits *before,
		       unsigned but);

#endif
