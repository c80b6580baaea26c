/* SPDX-License-Identifier: BSD-2-Clause */
/* What a socket device shows before a packet is sent (virtio 1.4, 5.10.2 to 5.10.5). */
#include "tests/device/vsock/vsock.h"
#include "tests/harness/subject/subject.h"

TEST(vsock, has_three_queues, .about = "queues 0 to 2 exist and can be enabled",
     .type = VIRTIO_TYPE_VSOCK, .judges = CLAUSES(VSOCK_VQ_1))
{
	for (unsigned n = 0; n < VSOCK_QUEUES; n++) {
		uint64_t size;

		t->device->transport->select_queue(t->device, n);
		size = t->device->transport->queue_size(t->device);
		CHECK(t, VSOCK_VQ_1, n < offered_queues(t->device) && size > 0,
		      "queue %u of %u has size %lu", n, offered_queues(t->device), size);
	}
	bring_up(t);
	for (unsigned n = 0; n < VSOCK_QUEUES; n++) {
		t->device->transport->select_queue(t->device, n);
		CHECK(t, VSOCK_VQ_1, t->device->transport->queue_enabled(t->device) == 1,
		      "queue %u does not read enabled", n);
	}
}

TEST(vsock, guest_has_a_cid_of_its_own, .about = "guest_cid has 32 bits and is not reserved",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_CONFIG, .judges = CLAUSES(VSOCK_CFG_1, VSOCK_RXTX_1))
{
	uint64_t cid = config_read(t->device, struct virtio_vsock_config, guest_cid);

	CHECK(t, VSOCK_CFG_1, cid >> 32 == 0, "guest_cid reads %#lx", cid);
	CHECK(t, VSOCK_RXTX_1, cid > VSOCK_HOST_CID && cid != UINT32_MAX && cid != UINT64_MAX,
	      "guest_cid reads %#lx, which is reserved", cid);
	bring_up(t);
	CHECK(t, VSOCK_RXTX_1, config_read(t->device, struct virtio_vsock_config, guest_cid) == cid,
	      "guest_cid reads %#lx, and %#lx with DRIVER_OK", cid,
	      config_read(t->device, struct virtio_vsock_config, guest_cid));
}

TEST(vsock, streams_are_not_implied, .about = "VIRTIO_VSOCK_F_NO_IMPLIED_STREAM is offered",
     .type = VIRTIO_TYPE_VSOCK, .judges = CLAUSES(VSOCK_FEAT_1))
{
	CHECK(t, VSOCK_FEAT_1, features_have(&t->device->offered, VIRTIO_VSOCK_F_NO_IMPLIED_STREAM),
	      "of the bits 0 to 2 %#lx are offered", t->device->offered.words[0] & 7);
}

TEST(vsock, no_event_without_cause,
     .about = "buffers of the event queue stay there while nothing interrupts communication",
     .type = VIRTIO_TYPE_VSOCK, .needs = NEEDS_WORK, .judges = CLAUSES(VSOCK_EV_1))
{
	struct vsock *vsock = vsock_start(t, 0, 4);
	struct virtqueue *events = t->device->queues[VSOCK_EVENT_QUEUE];

	CHECK(t, VSOCK_EV_1, !await_use(events, clock_deadline(VSOCK_QUIET_NS)),
	      "an event is told before anything happens");
	for (uint32_t n = 0; n < 8; n++)
		vsock_send(vsock, &(struct vsock_out){.src_port = n,
						      .dst_port = 0x52000000,
						      .op = VIRTIO_VSOCK_OP_RST});
	CHECK(t, VSOCK_EV_1, !await_use(events, clock_deadline(VSOCK_QUIET_NS)),
	      "an event is told after packets that nobody answers");
}
