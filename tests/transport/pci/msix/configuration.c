/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping events to MSI-X vectors, as far as registers tell (virtio 1.4, 4.1.5.1.2). */
#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

#define QUEUES_LOOKED_AT  64u
#define VECTORS_LOOKED_AT 32u

static unsigned queues_to_look_at(const struct virtio_device *device)
{
	return MINIMUM(offered_queues(device), QUEUES_LOOKED_AT);
}

/* Of the device's vectors the first ones and the last. */
static unsigned vector_to_look_at(const struct virtio_device *device, unsigned nth)
{
	unsigned entries = virtio_pci(device)->msix.entries;

	if (entries <= VECTORS_LOOKED_AT || nth + 1 < VECTORS_LOOKED_AT)
		return nth;
	return entries - 1;
}

static unsigned vectors_to_look_at(const struct virtio_device *device)
{
	return MINIMUM(virtio_pci(device)->msix.entries, VECTORS_LOOKED_AT);
}

/* Negotiated, MSI-X enabled with every entry masked. */
static void get_ready(struct test_run *t)
{
	agree_on(t, features_least(t->device));
	msix_enable(&virtio_pci(t->device)->msix, true);
}

static uint16_t map_config(struct virtio_device *device, uint16_t vector)
{
	common_write(device, config_msix_vector, vector);
	return common_read(device, config_msix_vector);
}

static uint16_t map_queue(struct virtio_device *device, unsigned queue, uint16_t vector)
{
	device->transport->select_queue(device, queue);
	common_write(device, queue_msix_vector, vector);
	return common_read(device, queue_msix_vector);
}

static uint16_t queue_vector(struct virtio_device *device, unsigned queue)
{
	device->transport->select_queue(device, queue);
	return common_read(device, queue_msix_vector);
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
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_9))
{
	struct virtio_device *device = t->device;

	get_ready(t);
	CHECK(t, PCI_MSIX_9, common_read(device, config_msix_vector) == VIRTIO_MSI_NO_VECTOR,
	      "config_msix_vector reads %#x", common_read(device, config_msix_vector));
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		uint16_t vector = queue_vector(device, n);

		CHECK(t, PCI_MSIX_9, vector == VIRTIO_MSI_NO_VECTOR,
		      "queue %u: queue_msix_vector reads %#x", n, vector);
	}
}

TEST(transport, queue_events_map_to_every_vector,
     .about = "each queue's event can be mapped to each vector, and unmapped again",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_12, PCI_MSIX_13, PCI_MSIX_5, PCI_MSIX_7))
{
	struct virtio_device *device = t->device;

	get_ready(t);
	for (unsigned n = 0; n < queues_to_look_at(device); n++) {
		uint16_t got;

		for (unsigned nth = 0; nth < vectors_to_look_at(device); nth++) {
			uint16_t vector = (uint16_t)vector_to_look_at(device, nth);

			got = map_queue(device, n, vector);
			CHECK(t, PCI_MSIX_13, got == vector || got == VIRTIO_MSI_NO_VECTOR,
			      "queue %u: queue_msix_vector reads %#x after %#x, neither that nor "
			      "NO_VECTOR",
			      n, got, vector);
			CHECK(t, PCI_MSIX_12, got == vector,
			      "queue %u: mapping it to vector %u of %u failed", n, vector,
			      virtio_pci(device)->msix.entries);
			CHECK(t, PCI_MSIX_5, got == vector,
			      "queue %u: queue_msix_vector reads %#x after %#x", n, got, vector);
		}
		got = map_queue(device, n, VIRTIO_MSI_NO_VECTOR);
		CHECK(t, PCI_MSIX_7, got == VIRTIO_MSI_NO_VECTOR,
		      "queue %u: queue_msix_vector reads %#x after NO_VECTOR", n, got);
	}
}

TEST(transport, configuration_event_maps_to_every_vector,
     .about = "the configuration change event can be mapped to each vector, and unmapped again",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_6, PCI_MSIX_7))
{
	struct virtio_device *device = t->device;
	uint16_t got;

	get_ready(t);
	for (unsigned nth = 0; nth < vectors_to_look_at(device); nth++) {
		uint16_t vector = (uint16_t)vector_to_look_at(device, nth);

		got = map_config(device, vector);
		CHECK(t, PCI_MSIX_6, got == vector, "config_msix_vector reads %#x after %#x", got,
		      vector);
	}
	got = map_config(device, VIRTIO_MSI_NO_VECTOR);
	CHECK(t, PCI_MSIX_7, got == VIRTIO_MSI_NO_VECTOR,
	      "config_msix_vector reads %#x after NO_VECTOR", got);
}

TEST(transport, each_event_keeps_its_own_vector,
     .about = "vector registers read back what each queue and the configuration were mapped to",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_MSIX_8))
{
	struct virtio_device *device = t->device;
	unsigned entries = virtio_pci(device)->msix.entries;

	get_ready(t);
	map_config(device, (uint16_t)(entries - 1));
	for (unsigned n = 0; n < queues_to_look_at(device); n++)
		map_queue(device, n, (uint16_t)(n % entries));
	for (unsigned n = queues_to_look_at(device); n-- > 0;) {
		uint16_t got = queue_vector(device, n);

		CHECK(t, PCI_MSIX_8, got == n % entries,
		      "queue %u: queue_msix_vector reads %#x after %#x", n, got, n % entries);
	}
	CHECK(t, PCI_MSIX_8, common_read(device, config_msix_vector) == entries - 1,
	      "config_msix_vector reads %#x after %#x", common_read(device, config_msix_vector),
	      entries - 1);
}

TEST(transport, reset_unmaps_all_events,
     .about = "after a reset, before and after DRIVER_OK, no event is mapped to a vector",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_MSIX_10, PCI_MSIX_11, RESET_1))
{
	struct virtio_device *device = t->device;
	unsigned last = virtio_pci(device)->msix.entries - 1;

	for (unsigned round = 0; round < 2; round++) {
		const char *when = round ? "after DRIVER_OK" : "before DRIVER_OK";
		uint16_t got;

		if (round)
			advance_to(t, STATUS_LIVE);
		else
			agree_on(t, features_least(device));
		msix_enable(&virtio_pci(device)->msix, true);
		map_config(device, (uint16_t)last);
		for (unsigned n = 0; n < queues_to_look_at(device); n++)
			map_queue(device, n, (uint16_t)last);
		INSIST(t, RESET_1, virtio_reset(device), "%s", device->problem);
		got = common_read(device, config_msix_vector);
		CHECK(t, PCI_MSIX_11, got == VIRTIO_MSI_NO_VECTOR,
		      "config_msix_vector reads %#x after a reset %s", got, when);
		for (unsigned n = 0; n < queues_to_look_at(device); n++) {
			got = queue_vector(device, n);
			CHECK(t, PCI_MSIX_10, got == VIRTIO_MSI_NO_VECTOR,
			      "queue %u: queue_msix_vector reads %#x after a reset %s", n, got,
			      when);
		}
	}
}
