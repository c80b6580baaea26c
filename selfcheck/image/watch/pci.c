/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is PCI's own: vectors (virtio 1.4, 4.1.5.1.2), entries of the MSI-X table (PCI 3.0, 6.8.2), the capabilities
 * (4.1.4) and the window among them (4.1.4.9).
 */
#include "selfcheck/image/watch/watched.h"

#include "arch/io.h"
#include "virtio/transport/pci/device.h"

#define WINDOW(field) offsetof(struct virtio_pci_cap, field)
#define WINDOW_DATA   offsetof(struct virtio_pci_cfg_cap, pci_cfg_data)

void vector_written(struct watched_device *watched, uint16_t entry, const char *field)
{
	KEEPS(watched, DRIVER_MSIX_1,
	      entry == VIRTIO_MSI_NO_VECTOR || entry < watched->device->vectors,
	      "%s: %#x, and there are %u entries", field, entry, watched->device->vectors);
}

void vector_left(struct watched_device *watched)
{
	struct watched_queue *queue = NULL;

	if (watched->has_queue && watched->queue < VIRTIO_QUEUES_MOST)
		queue = &watched->queues[watched->queue];
	KEEPS(watched, DRIVER_MSIX_2, !queue || !queue->unread_vector,
	      "queue %u: queue_msix_vector was written and not read", watched->queue);
	if (queue)
		queue->unread_vector = false;
	if (watched->status & VIRTIO_STATUS_FEATURES_OK)
		KEEPS(watched, DRIVER_MSIX_2, !watched->unread_vector,
		      "config_msix_vector was written and not read");
	watched->unread_vector = false;
}

static uint32_t entry_word(const struct msix *msix, unsigned entry, unsigned offset)
{
	return read32(msix->table + entry * MSIX_ENTRY_SIZE + offset);
}

static bool is_silent(const struct msix *msix, unsigned entry)
{
	return (entry_word(msix, entry, MSIX_ENTRY_CONTROL) & MSIX_ENTRY_CONTROL_MASK) ||
	       !msix_enabled(msix) || msix_function_masked(msix);
}

void table_written(struct watched_device *watched, const struct msix *msix, unsigned entry,
		   unsigned offset, uint32_t value)
{
	if (offset == MSIX_ENTRY_CONTROL)
		return;
	KEEPS(watched, DRIVER_MSIX_3,
	      value == entry_word(msix, entry, offset) || is_silent(msix, entry),
	      "entry %u: %#x is written at offset %u while it is not masked", entry, value, offset);
	if (offset == MSIX_ENTRY_ADDRESS)
		KEEPS(watched, DRIVER_MSIX_4, value % 4 == 0, "entry %u: address %#x", entry,
		      value);
}

/* Whether the window lies in one of the structures. */
static bool window_is_aimed(const struct watched_device *watched)
{
	const struct virtio_pci_device *pci = virtio_pci(watched->device);
	uint32_t length = watched->window_length;

	for (unsigned n = 0; n < STRUCTURES; n++) {
		const struct virtio_region *region = &pci->regions[n];

		if (region->present && region->bar == watched->window_bar &&
		    watched->window_offset >= region->offset &&
		    watched->window_offset - region->offset + length <= region->length)
			return length == 1 || length == 2 || length == 4;
	}
	return false;
}

static void window_used(struct watched_device *watched)
{
	KEEPS(watched, DRIVER_CAP_3, window_is_aimed(watched),
	      "pci_cfg_data is accessed with bar %u, offset %#x, length %u", watched->window_bar,
	      watched->window_offset, watched->window_length);
}

/* True when the write was to the window. */
static bool window_written(struct watched_device *watched, unsigned at, uint32_t value)
{
	switch (at) {
	case WINDOW(bar):
		watched->window_bar = (uint8_t)value;
		return true;
	case WINDOW(length):
		watched->window_length = value;
		return true;
	case WINDOW(offset):
		watched->window_offset = value;
		if (watched->window_length)
			KEEPS(watched, DRIVER_CAP_2, value % watched->window_length == 0,
			      "offset %#x, and length is %u", value, watched->window_length);
		return true;
	default:
		if (at < WINDOW_DATA || at >= WINDOW_DATA + 4)
			return false;
		window_used(watched);
		return true;
	}
}

void space_written(struct watched_device *watched, unsigned offset, unsigned width, uint32_t value)
{
	const struct virtio_pci_device *pci = virtio_pci(watched->device);

	if (pci->window && window_written(watched, offset - pci->window, value))
		return;
	for (unsigned n = 0; n < STRUCTURES; n++) {
		unsigned capability = pci->regions[n].capability;

		if (capability)
			KEEPS(watched, DRIVER_CAP_1,
			      offset + width <= capability ||
				      offset >= capability + sizeof(struct virtio_pci_cap),
			      "%#x is written at offset %#x, in a capability at %#x", value, offset,
			      capability);
	}
}

void space_read(struct watched_device *watched, unsigned offset, unsigned width)
{
	const struct virtio_pci_device *pci = virtio_pci(watched->device);

	if (pci->window && offset + width > pci->window + WINDOW_DATA &&
	    offset < pci->window + WINDOW_DATA + 4)
		window_used(watched);
}
