/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/contact.h"

#include "pci/msix.h"
#include "tests/harness/plan/test.h"
#include "virtio/transport/setup.h"
#include "virtio/transport.h"

static uint64_t msix_enable_bit(const struct virtio_snapshot *snapshot)
{
	return !!(snapshot->msix_control & MSIX_CONTROL_ENABLE);
}

static uint64_t function_mask_bit(const struct virtio_snapshot *snapshot)
{
	return !!(snapshot->msix_control & MSIX_CONTROL_FUNCTION_MASK);
}

static uint64_t unmasked_entries(const struct virtio_snapshot *snapshot)
{
	return snapshot->msix_unmasked;
}

const struct remembered remembered[] = {
	{"MSI-X Enable", CLAUSE_MSIX_PCI_1, NEEDS_MSIX, msix_enable_bit, 0},
	{"Function Mask", CLAUSE_MSIX_PCI_2, NEEDS_MSIX, function_mask_bit, 0},
	{"the number of unmasked entries", CLAUSE_MSIX_PCI_3, NEEDS_MSIX, unmasked_entries, 0},
	{0},
};

static uint16_t largest_queue(struct virtio_device *device, unsigned queues)
{
	const struct virtio_transport *transport = device->transport;
	uint16_t most = 0;

	for (unsigned n = 0; n < queues; n++) {
		transport->select_queue(device, n);
		most = MAXIMUM(most, transport->queue_size(device));
	}
	return most;
}

void make_contact(struct contact *contact, struct virtio_device *device)
{
	device->transport->look(device, &contact->found);
	device->offered = virtio_read_offer(device);
	contact->size_most = largest_queue(device, contact->found.queues);
}

bool contact_was_late(const struct contact *contact)
{
	return contact->found.reached_memory || contact->found.status;
}
