/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping events to MSI-X vectors, as far as registers tell (virtio 1.4, 4.1.5.1.2). */
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define QUEUES_LOOKED_AT 64u

static unsigned queues_to_look_at(const struct virtio_device *device)
{
	return MINIMUM(offered_queues(device), QUEUES_LOOKED_AT);
}

/* Negotiated, MSI-X enabled with every entry masked. */
static void get_ready(struct test_run *t)
{
	agree_on(t, features_least(t->device));
	msix_enable(&virtio_pci(t->device)->msix, true);
}

static uint16_t queue_vector(struct virtio_device *device, unsigned queue)
{
	device->transport->select_queue(device, queue);
	return device->transport->messages->queue_entry(device);
}

TEST(transport, vector_table_is_as_large_as_reported,
     .about =
	     "there are two vectors or more, and the last entry of the table takes what is written",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_1, PCI_MSIX_3))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	unsigned last = msix->entries - 1;
	struct msix_entry entry;

	CHECK(t, PCI_MSIX_1, msix->entries >= 2, "the device supports %u vector", msix->entries);
	msix_enable(msix, true);
	msix_write_entry(msix, last, 0xfee00000, 0x5a);
	entry = msix_read_entry(msix, last);
	CHECK(t, PCI_MSIX_3, entry.address == 0xfee00000 && entry.data == 0x5a,
	      "entry %u of %u reads address %#lx, data %#x after address 0xfee00000, data 0x5a",
	      last, msix->entries, entry.address, entry.data);
}

TEST(transport, events_are_unmapped_at_first,
     .about = "before anything is mapped config_msix_vector and queue_msix_vector read NO_VECTOR",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .assumes = STATE_RESET | STATE_VECTORS,
     .judges = CLAUSES(PCI_MSIX_9))
{
	struct virtio_device *device = t->device;

	get_ready(t);
	CHECK(t, PCI_MSIX_9,
	      device->transport->messages->configuration_entry(device) == VIRTIO_MSI_NO_VECTOR,
	      "config_msix_vector reads %#x",
	      device->transport->messages->configuration_entry(device));
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		uint16_t vector;

		if (!queue_is_there(device, n))
			continue;
		vector = queue_vector(device, n);
		CHECK(t, PCI_MSIX_9, vector == VIRTIO_MSI_NO_VECTOR,
		      "queue %u: queue_msix_vector reads %#x", n, vector);
	}
}

/* Maps the configuration and, before any of them is enabled, all queues to the last entry. */
static void map_all(struct virtio_device *device)
{
	const struct virtio_messages *messages = device->transport->messages;
	uint16_t last = (uint16_t)(virtio_pci(device)->msix.entries - 1);

	messages->map_configuration(device, last);
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		device->transport->select_queue(device, n);
		messages->map_queue(device, last);
	}
}

/* Resets the device; once it was met again, with MSI-X on, no register may name an entry. */
static void check_reset_unmaps(struct test_run *t, const char *when)
{
	struct virtio_device *device = t->device;
	uint16_t got;

	start_over(t);
	meet_device(device);
	msix_enable(&virtio_pci(device)->msix, true);
	got = device->transport->messages->configuration_entry(device);
	CHECK(t, PCI_MSIX_11, got == VIRTIO_MSI_NO_VECTOR,
	      "config_msix_vector reads %#x after a reset %s", got, when);
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		if (!queue_is_there(device, n))
			continue;
		got = queue_vector(device, n);
		CHECK(t, PCI_MSIX_10, got == VIRTIO_MSI_NO_VECTOR,
		      "queue %u: queue_msix_vector reads %#x after a reset %s", n, got, when);
	}
}

TEST(transport, reset_unmaps_all_events,
     .about = "after a reset, before and after DRIVER_OK, no event is mapped to a vector",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_10, PCI_MSIX_11))
{
	struct virtio_device *device = t->device;

	get_ready(t);
	map_all(device);
	check_reset_unmaps(t, "before DRIVER_OK");
	start_over(t);
	set_up(t, features_for(t), t->workload ? t->workload->queues : ALL_QUEUES);
	device->transport->set_status(device, STATUS_LIVE);
	check_reset_unmaps(t, "after DRIVER_OK");
}
