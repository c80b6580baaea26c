/* SPDX-License-Identifier: BSD-2-Clause */
/* What drivers of before virtio 1.0 may do, and count upon (virtio 1.4, 3.1.2, 6.3). */
#include "tests/transport/pci/legacy/legacy.h"
#include "virtio/ring/queue.h"

TEST(transport, legacy_device_serves_before_driver_ok,
     .about = "a request is served though DRIVER_OK was never set", .needs = NEEDS_WORK,
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(INIT_LEG_2))
{
	struct virtqueue *queue;
	struct completion completion;

	CAN_JUDGE(t, !t->workload->start, "it has to be told more before it serves");
	set_up(t, features_for(t), t->workload->queues);
	queue = work_queue(t);
	submit(t, queue, new_request(t, 1));
	CHECK(t, INIT_LEG_2, await_completion(t, queue, &completion),
	      "queue %u: %s is not completed at device_status %#x", queue->index,
	      t->workload->about, t->device->transport->get_status(t->device));
}

/* A device of before virtio 1.0, which has no other interface, owes nothing of the kind. */
TEST(transport, transitional_device_takes_any_layout,
     .about = "VIRTIO_F_ANY_LAYOUT is offered by the legacy interface of a transitional device",
     .traits = LEGACY_OVER_PCI, .judges = CLAUSES(RESV_LEG_4))
{
	uint32_t offered;

	modern_face(t);
	meet_device(t->device);
	offered = legacy_read(t->device, LEGACY_DEVICE_FEATURES);
	CHECK(t, RESV_LEG_4, offered & BIT(VIRTIO_F_ANY_LAYOUT), "device_features reads %#x",
	      offered);
}
