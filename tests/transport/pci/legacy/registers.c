/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of the legacy interface (virtio 1.4, 4.1.4.10). */
#include "pci/config.h"
#include "tests/transport/pci/legacy/legacy.h"
#include "virtio/ring/queue.h"

#define BAR_IO BIT(0)

TEST(transport, legacy_interface_is_in_ports,
     .about = "BAR 0 is an I/O BAR, and a status that is written there reads back",
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(PCI_LEG_1, PCI_LEG_5))
{
	struct virtio_device *device = t->device;
	uint32_t bar = pci_read32(virtio_pci(device)->function, PCI_BAR_0);
	uint8_t status;

	CHECK(t, PCI_LEG_5, bar & BAR_IO, "BAR 0 reads %#x, which is of memory", bar);
	meet_device(device);
	status = device->transport->get_status(device);
	CHECK(t, PCI_LEG_1, status == STATUS_DRIVEN,
	      "byte %u of BAR 0 reads %#x after %#x was written: there is no device status",
	      LEGACY_DEVICE_STATUS, status, STATUS_DRIVEN);
}

/* Features of which the specification says nothing, of a legacy device. */
static unsigned unknown_features(const struct virtio_device *device, uint32_t features)
{
	unsigned unknown = 0;

	for (unsigned bit = 0; bit < 32; bit++)
		unknown += (features & BIT(bit)) && bit != VIRTIO_F_BAD_FEATURE &&
			   !feature_name(device->type, bit);
	return unknown;
}

TEST(transport, legacy_header_is_little_endian,
     .about = "the offered features make sense as they are, and not with their bytes swapped",
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(PCI_LEG_TXT_1))
{
	uint32_t offered;

	meet_device(t->device);
	offered = legacy_read(t->device, LEGACY_DEVICE_FEATURES);
	CHECK(t, PCI_LEG_TXT_1,
	      !unknown_features(t->device, offered) ||
		      unknown_features(t->device, __builtin_bswap32(offered)),
	      "device_features reads %#x: %u bits of it stand for nothing, and none does with the "
	      "bytes swapped",
	      offered, unknown_features(t->device, offered));
}

static uint32_t page_of(const struct virtqueue *queue)
{
	return (uint32_t)(virtqueue_areas(queue).desc / LEGACY_PAGE);
}

/* The other queue that has this page, NULL: none. */
static struct virtqueue *queue_at(const struct virtio_device *device, uint32_t page, unsigned but)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (n != but && device->queues[n] && page_of(device->queues[n]) == page)
			return device->queues[n];
	}
	return NULL;
}

static void check_queue(struct test_run *t, struct virtqueue *queue)
{
	struct virtio_device *device = t->device;
	uint32_t selected, page;
	struct virtqueue *other;

	device->transport->select_queue(device, queue->index);
	selected = legacy_read(device, LEGACY_QUEUE_SELECT);
	CHECK(t, PCI_LEG_TXT_4, selected == queue->index,
	      "queue_select reads %#x after %u was written", selected, queue->index);
	page = legacy_read(device, LEGACY_QUEUE_ADDRESS);
	other = queue_at(device, page, queue->index);
	if (device->queue_count > 1)
		CHECK(t, PCI_LEG_TXT_3, !other,
		      "queue %u is selected, and queue_address reads %#x, which was written for "
		      "queue %u",
		      queue->index, page, other ? other->index : 0);
	if (!other)
		CHECK(t, PCI_LEG_TXT_4, page == page_of(queue),
		      "queue %u: queue_address reads %#x after %#x was written", queue->index, page,
		      page_of(queue));
}

static unsigned queues_to_set_up(const struct test_run *t)
{
	return MINIMUM(queues_of(t->device), 8u);
}

TEST(transport, legacy_registers_hold_what_is_written,
     .about = "features, addresses, selector and status read back, each queue its own",
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(PCI_LEG_TXT_3, PCI_LEG_TXT_4, RESV_LEG_5))
{
	struct virtio_device *device = t->device;
	uint32_t accepted, held;
	uint8_t status;

	set_up_polled(t, queues_to_set_up(t), 0);
	accepted = (uint32_t)device->negotiated.words[0];
	held = legacy_read(device, LEGACY_DRIVER_FEATURES);
	CHECK(t, PCI_LEG_TXT_4, (held & ~BIT(VIRTIO_F_BAD_FEATURE)) == accepted,
	      "driver_features reads %#x after %#x was written", held, accepted);
	CHECK(t, RESV_LEG_5, !(held & BIT(VIRTIO_F_BAD_FEATURE)),
	      "bit 30 was not accepted, and driver_features reads %#x", held);
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n])
			check_queue(t, device->queues[n]);
	}
	status = device->transport->get_status(device);
	CHECK(t, PCI_LEG_TXT_4, status == STATUS_DRIVEN,
	      "device_status reads %#x after %#x was written", status, STATUS_DRIVEN);
}

TEST(transport, legacy_offer_cannot_be_written,
     .about = "device_features reads the same after something else was written there",
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(PCI_LEG_TXT_4))
{
	struct virtio_device *device = t->device;
	uint32_t before, after;

	meet_device(device);
	before = legacy_read(device, LEGACY_DEVICE_FEATURES);
	legacy_write(device, LEGACY_DEVICE_FEATURES, ~before);
	after = legacy_read(device, LEGACY_DEVICE_FEATURES);
	CHECK(t, PCI_LEG_TXT_4, after == before,
	      "device_features read %#x, and %#x after %#x was written", before, after, ~before);
}
