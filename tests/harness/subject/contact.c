/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/contact.h"

#include "pci/msix.h"
#include "tests/harness/plan/test.h"
#include "virtio/config.h"
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

static uint16_t take_sizes(struct contact *contact, struct virtio_device *device)
{
	const struct virtio_transport *transport = device->transport;
	uint16_t most = 0;

	for (unsigned n = 0; n < contact->queues; n++) {
		uint16_t size;

		transport->select_queue(device, n);
		size = transport->queue_size(device);
		most = MAXIMUM(most, size);
		if (n < QUEUES_REMEMBERED)
			contact->sizes[n] = size;
	}
	return most;
}

bool field_is_settled(const struct virtio_device *device, const struct virtio_config_field *field,
		      unsigned *place)
{
	const uint8_t unsettled =
		CONFIG_CHANGES | CONFIG_LATE | CONFIG_WRITE_ONLY | CONFIG_DRIVER | CONFIG_ANY_TIME;

	*place = (unsigned)(field - virtio_type_by_id(device->type)->fields);
	return !(field->flags & unsettled) && *place < FIELDS_REMEMBERED &&
	       field->offset + field->width <= device->config_length;
}

void remember_configuration(struct contact *contact, struct virtio_device *device)
{
	unsigned place;

	contact->generation = config_generation(device);
	for_each_config_field(field, device)
	{
		if (field_is_settled(device, field, &place))
			contact->fields[place] =
				config_read_at(device, field->offset, field->width);
	}
}

void approach(struct virtio_device *device)
{
	device->transport->set_status(device, VIRTIO_STATUS_ACKNOWLEDGE);
	device->transport->set_status(device, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
}

/* Each feature that brings queues brings one at least. */
static unsigned queues_of_features(const struct virtio_device *device)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);
	uint64_t bits = type ? device->offered.words[0] & type->queue_bits : 0;
	unsigned count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

void make_contact(struct contact *contact, struct virtio_device *device)
{
	device->transport->look(device, &contact->found);
	/* The first step (3.1.1); whether it comes back from a reset is for the tests to say. */
	virtio_reset(device);
	approach(device);
	device->offered = virtio_read_offer(device);
	contact->offered = device->offered;
	if (device->queues_needed)
		device->queues_needed += queues_of_features(device);
	contact->queues = device->transport->queue_count(device);
	contact->size_most = take_sizes(contact, device);
	if (device->config_length)
		remember_configuration(contact, device);
	virtio_reset(device);
}

bool contact_was_late(const struct contact *contact)
{
	return contact->found.reached_memory || contact->found.status;
}
