/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of queue reset and of administration queues (virtio 1.4, 4.1.4.3). */
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/registers.h"

static struct features features_with(const struct test_run *t, unsigned bit)
{
	struct features features = features_for(t);

	features_add(&features, bit);
	return features;
}

TEST(transport, queue_reset_completes_and_disables,
     .about = "1 in queue_reset resets an idle queue: queue_reset and queue_enable come to read 0",
     WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_12, PCI_COMMON_15, PCI_COMMON_16, PCI_COMMON_TXT_11))
{
	struct virtio_device *device = t->device;
	unsigned count = t->workload ? t->workload->queues : MINIMUM(queues_of(device), 8u);

	CHECK(t, PCI_COMMON_TXT_11, common_has(device, queue_reset),
	      "the common structure has %u bytes: no queue_reset",
	      virtio_pci(device)->common_length);
	t->variant.interrupts = INTERRUPT_NONE;
	set_up(t, features_with(t, VIRTIO_F_RING_RESET), count);
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		CHECK(t, PCI_COMMON_12, device->transport->queue_reset(device) == 0,
		      "queue %u: queue_reset reads %#x after queue_enable was set", n,
		      device->transport->queue_reset(device));
	}
	device->transport->set_status(device, STATUS_LIVE);
	for (unsigned n = 0; n < count; n++) {
		if (!device->queues[n])
			continue;
		CHECK(t, PCI_COMMON_15, virtio_reset_queue(device->queues[n]), "queue %u: %s", n,
		      device->problem);
		CHECK(t, PCI_COMMON_16, device->transport->queue_enabled(device) == 0,
		      "queue %u: queue_enable reads %#x after the queue was reset", n,
		      device->transport->queue_enabled(device));
	}
}

TEST(transport, device_reset_clears_queue_reset,
     .about = "queue_reset reads 0 on a device that was reset, also right after a queue reset",
     WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_COMMON_11))
{
	struct virtio_device *device = t->device;
	unsigned count = t->workload ? t->workload->queues : MINIMUM(queues_of(device), 8u);

	t->variant.interrupts = INTERRUPT_NONE;
	set_up(t, features_with(t, VIRTIO_F_RING_RESET), count);
	device->transport->set_status(device, STATUS_LIVE);
	device->transport->select_queue(device, 0);
	device->transport->start_queue_reset(device);
	start_over(t);
	agree_on(t, features_with(t, VIRTIO_F_RING_RESET));
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		CHECK(t, PCI_COMMON_11, device->transport->queue_reset(device) == 0,
		      "queue %u: queue_reset reads %#x after a device reset", n,
		      device->transport->queue_reset(device));
	}
}

TEST(transport, queue_works_again_after_its_reset,
     .about = "a queue that was reset in use serves from the first entry of its new ring",
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_12, PCI_COMMON_13, PCI_COMMON_15, SANE_5))
{
	struct virtio_device *device = t->device;
	unsigned index = t->workload->queue;
	const struct virtqueue_request request = {0};
	struct virtqueue *queue;
	struct completion completion;

	t->variant.interrupts = INTERRUPT_NONE;
	set_up(t, features_with(t, VIRTIO_F_RING_RESET), t->workload->queues);
	go_live(t);
	for (unsigned n = 0; n < 3; n++)
		work_once(t, n);
	INSIST(t, PCI_COMMON_15, virtio_reset_queue(work_queue(t)), "queue %u: %s", index,
	       device->problem);
	INSIST(t, SANE_5, virtio_enable_queue(device, index, &request, t->arena), "queue %u: %s",
	       index, device->problem);
	queue = work_queue(t);
	CHECK(t, PCI_COMMON_12, device->transport->queue_reset(device) == 0,
	      "queue %u: queue_reset reads %#x after the queue was enabled again", index,
	      device->transport->queue_reset(device));
	submit(t, queue, new_request(t, 4));
	CHECK(t, PCI_COMMON_13, await_completion(t, queue, &completion),
	      "queue %u: the first request after the queue was reset and enabled is not completed",
	      index);
}

TEST(transport, administration_queues_lie_beyond_the_others,
     .about = "admin_queue_index and admin_queue_num name existing queues beyond num_queues",
     WITH_FEATURE(VIRTIO_F_ADMIN_VQ), .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_19, PCI_COMMON_20, PCI_COMMON_TXT_12))
{
	struct virtio_device *device = t->device;
	unsigned queues, index, count;

	agree_on(t, features_with(t, VIRTIO_F_ADMIN_VQ));
	/* As it is now: a disguise may have been taken off. */
	if (!features_have(&device->offered, VIRTIO_F_ADMIN_VQ))
		skip_test(t, "VIRTIO_F_ADMIN_VQ is not offered");
	queues = device->transport->queue_count(device);
	index = common_read(device, admin_queue_index);
	count = common_read(device, admin_queue_num);
	CHECK(t, PCI_COMMON_19, index >= queues, "admin_queue_index is %u, num_queues %u", index,
	      queues);
	CHECK(t, PCI_COMMON_20, count <= 0x10000 - index,
	      "admin_queue_num is %u with admin_queue_index %u", count, index);
	for (unsigned n = index; n < index + count && n <= UINT16_MAX; n++) {
		device->transport->select_queue(device, n);
		CHECK(t, PCI_COMMON_TXT_12, device->transport->queue_size(device) > 0,
		      "queue_size of administration queue %u is 0", n);
	}
}
