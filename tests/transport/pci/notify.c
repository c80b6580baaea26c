/* SPDX-License-Identifier: BSD-2-Clause */
/* The notification structure: where and how a queue is kicked (virtio 1.4, 4.1.4.4 and 4.1.5.2). */
#include "pci/bar.h"
#include "pci/config.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/registers.h"

/* The capability and what stands behind it. */
struct notification {
	struct virtio_pci_capability capability;
	uint32_t multiplier;
};

static bool find_notification(struct virtio_device *device, unsigned nth,
			      struct notification *found)
{
	if (!virtio_pci_capability(virtio_pci(device)->function, VIRTIO_PCI_CAP_NOTIFY_CFG, nth,
				   &found->capability))
		return false;
	found->multiplier = pci_read32(virtio_pci(device)->function,
				       found->capability.at + offsetof(struct virtio_pci_notify_cap,
								       notify_off_multiplier));
	return true;
}

static bool takes_data(const struct virtio_device *device)
{
	return features_have(&device->offered, VIRTIO_F_NOTIFICATION_DATA);
}

/* Offset, multiplier and length of each notification structure suit kicks of `width` bytes. */
static void check_structures(struct test_run *t, unsigned width, enum clause_id offset,
			     enum clause_id multiplier, enum clause_id length)
{
	struct notification found;

	for (unsigned n = 0; find_notification(t->device, n, &found); n++) {
		JUDGE(t, offset, found.capability.offset % width == 0, "the offset is %#lx",
		      found.capability.offset);
		JUDGE(t, multiplier,
		      found.multiplier == 0 ||
			      (IS_POWER_OF_TWO(found.multiplier) && found.multiplier >= width),
		      "notify_off_multiplier is %#x", found.multiplier);
		JUDGE(t, length, found.capability.length >= width, "the length is %lu",
		      found.capability.length);
	}
}

TEST(transport, notification_structure_suits_16_bit_kicks,
     .about = "offset, multiplier and length of the notification structure suit 16-bit kicks",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_NOTIFY_2, PCI_NOTIFY_3, PCI_NOTIFY_4))
{
	if (takes_data(t->device))
		skip_test(t, "VIRTIO_F_NOTIFICATION_DATA is offered");
	check_structures(t, 2, CLAUSE_PCI_NOTIFY_2, CLAUSE_PCI_NOTIFY_3, CLAUSE_PCI_NOTIFY_4);
}

TEST(transport, notification_structure_suits_32_bit_kicks,
     .about = "offset, multiplier and length of the notification structure suit 32-bit kicks",
     WITH_FEATURE(VIRTIO_F_NOTIFICATION_DATA), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_NOTIFY_7, PCI_NOTIFY_8, PCI_NOTIFY_9))
{
	check_structures(t, 4, CLAUSE_PCI_NOTIFY_8, CLAUSE_PCI_NOTIFY_7, CLAUSE_PCI_NOTIFY_9);
}

/* The end of the furthest queue's notification address under the features that are negotiated. */
static uint64_t furthest_end(struct virtio_device *device, uint32_t multiplier, unsigned width,
			     unsigned *queue)
{
	unsigned count = common_read(device, num_queues);
	uint64_t furthest = 0;

	for (unsigned n = 0; n < count; n++) {
		uint64_t end;

		device->transport->select_queue(device, n);
		end = common_read(device, queue_notify_off) * multiplier + width;
		if (end > furthest) {
			furthest = end;
			*queue = n;
		}
	}
	return furthest;
}

TEST(transport, every_queue_has_its_notification_address,
     .about = "the notification structure reaches every queue, whatever is negotiated",
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_NOTIFY_10, PCI_NOTIFY_11, PCI_NOTIFY_5, PCI_NOTIFY_6))
{
	struct virtio_device *device = t->device;
	struct features sets[] = {features_least(device), features_described(device)};
	struct notification found;

	for (unsigned set = 0; set < ARRAY_LENGTH(sets); set++) {
		start_over(t);
		agree_on(t, sets[set]);
		for (unsigned n = 0; find_notification(device, n, &found); n++) {
			uint64_t length = found.capability.length;
			unsigned queue = 0, width = takes_data(device) ? 4 : 2;
			uint64_t end = furthest_end(device, found.multiplier, width, &queue);

			if (takes_data(device)) {
				CHECK(t, PCI_NOTIFY_10, length >= end,
				      "queue %u is kicked at byte %lu of %lu", queue, end, length);
				CHECK(t, PCI_NOTIFY_11, length >= end,
				      "queue %u needs a length of %lu, and it is %lu", queue, end,
				      length);
			} else {
				CHECK(t, PCI_NOTIFY_5, length >= end,
				      "queue %u is kicked at byte %lu of %lu", queue, end, length);
				CHECK(t, PCI_NOTIFY_6, length >= end,
				      "queue %u needs a length of %lu, and it is %lu", queue, end,
				      length);
			}
		}
	}
}

/* Writes a notification as if the device had this one of its notification capabilities alone. */
static bool kick_by(struct virtio_device *device, const struct notification *notification,
		    const struct virtqueue *queue)
{
	struct virtio_pci_device *pci = virtio_pci(device);
	const struct virtio_pci_capability *capability = &notification->capability;
	struct pci_bar *bar = &pci->function->bars[capability->cap.bar];
	struct virtio_region *region = &pci->regions[STRUCTURE_NOTIFY];
	const struct virtio_region usual = *region;

	if (!bar->address || (!bar->io && !pci_bar_map(pci->function, capability->cap.bar)))
		return false;
	region->bar = capability->cap.bar;
	region->offset = (uint32_t)capability->offset;
	region->mapping =
		bar->io ? NULL
			: (volatile uint8_t *)pci_bar_map(pci->function, capability->cap.bar) +
				  capability->offset;
	region->port = (uint16_t)(bar->address + capability->offset);
	virtio_write(device, STRUCTURE_NOTIFY, queue->notify_off * notification->multiplier, 2,
		     queue->index);
	*region = usual;
	return true;
}

/* The first may be heard for free: a device may look at its queues when it goes live. */
#define KICKS 3u

/* Requests that are each kicked once; false when one is not served. */
static bool kicks_are_heard(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);
	struct completion completion;

	for (unsigned n = 0; n < KICKS; n++) {
		submit(t, queue, new_request(t, n));
		if (!await_completion(t, queue, &completion))
			return false;
	}
	return true;
}

TEST(transport, a_kick_at_the_queues_address_is_heard,
     .about = "one write of the queue's index at its notification address gets a request served",
     .needs = NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_NOTIFY_TXT_2))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	CHECK(t, PCI_NOTIFY_TXT_2, kicks_are_heard(t),
	      "queue %u is not served after a kick at %u times %u", queue->index, queue->notify_off,
	      virtio_pci(device)->notify_off_multiplier);
}

TEST(transport, every_notification_capability_works,
     .about = "a 16-bit kick through each of the notification capabilities is heard",
     .needs = NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_KICK_TXT_1))
{
	struct virtio_device *device = t->device;
	struct notification found;
	struct virtqueue *queue;
	struct completion completion;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; find_notification(device, n / KICKS, &found); n++) {
		if (!virtio_pci_region_valid(virtio_pci(device)->function, &found.capability))
			continue;
		add_request(t, queue, new_request(t, n));
		virtqueue_publish(queue);
		if (!kick_by(device, &found, queue))
			continue;
		CHECK(t, PCI_KICK_TXT_1, await_completion(t, queue, &completion),
		      "queue %u is not served after a 16-bit write of its index by way of the "
		      "capability at %#x",
		      queue->index, found.capability.at);
	}
}

TEST(transport, a_kick_with_data_is_heard,
     .about = "with NOTIFICATION_DATA one 32-bit kick with index and place gets a request served",
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_NOTIFICATION_DATA), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_KICK_TXT_2))
{
	struct virtqueue *queue;

	t->variant.kick_data = true;
	bring_up(t);
	queue = work_queue(t);
	CHECK(t, PCI_KICK_TXT_2, kicks_are_heard(t), "queue %u is not served after a 32-bit kick",
	      queue->index);
}

TEST(transport, a_kick_with_the_devices_own_data_is_heard,
     .about = "with NOTIF_CONFIG_DATA a kick with the device's value for the queue is heard",
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_NOTIF_CONFIG_DATA), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_TXT_10, PCI_KICK_TXT_3))
{
	struct virtqueue *queue;

	CHECK(t, PCI_COMMON_TXT_10, common_has(t->device, queue_notif_config_data),
	      "the common structure has %u bytes: no queue_notif_config_data",
	      virtio_pci(t->device)->common_length);
	t->variant.kick_config = true;
	bring_up(t);
	queue = work_queue(t);
	CHECK(t, PCI_KICK_TXT_3, kicks_are_heard(t),
	      "queue %u is not served after a kick with queue_notif_config_data %#x", queue->index,
	      queue->notify_value);
}
