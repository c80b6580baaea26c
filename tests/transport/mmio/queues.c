/* SPDX-License-Identifier: BSD-2-Clause */
/* QueueReady and QueueReset (virtio 1.4, 4.2.2). */
#include "lib/string.h"
#include "tests/transport/common/transport.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/registers.h"

#define WATCH_NS 2000000 /* within which a device would serve what it must not */

static unsigned queues_to_set_up(const struct test_run *t)
{
	return t->workload ? t->workload->queues : MINIMUM(queues_of(t->device), 8u);
}

TEST(transport, queue_ready_reads_as_it_was_written,
     .about = "QueueReady reads 1 of each queue that was made ready, and 0 of all others",
     .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_TXT_3))
{
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);

	/* Every second one is only prepared. */
	set_up_polled(t, count, 0xaaaaaaaaaaaaaaaa);
	for (unsigned n = 0; n < count; n++) {
		uint32_t ready;

		if (!device->queues[n])
			continue;
		device->transport->select_queue(device, n);
		ready = mmio_read(device, MMIO_QUEUE_READY);
		CHECK(t, MMIO_TXT_3, ready == (n % 2 ? 0 : 1),
		      "queue %u: QueueReady reads %#x, and was %s", n, ready,
		      n % 2 ? "never written" : "written 1");
	}
}

TEST(transport, reset_clears_queue_ready,
     .about = "QueueReady of all queues reads 0 after a reset, before and after DRIVER_OK",
     .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_7))
{
	static const uint8_t stages[] = {STATUS_NEGOTIATED, STATUS_LIVE};
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);

	for (unsigned stage = 0; stage < ARRAY_LENGTH(stages); stage++) {
		set_up_polled(t, count, 0);
		device->transport->set_status(device, stages[stage]);
		start_over(t);
		meet_device(device);
		for (unsigned n = 0; n < count; n++) {
			uint32_t ready;

			if (!queue_is_there(device, n))
				continue;
			ready = mmio_read(device, MMIO_QUEUE_READY);
			CHECK(t, MMIO_7, ready == 0,
			      "queue %u: QueueReady reads %#x after a reset at status %#x", n,
			      ready, stages[stage]);
		}
		start_over(t);
	}
}

TEST(transport, queue_that_was_stopped_is_left_alone,
     .about = "nothing of a queue is used from when its QueueReady has read 0", .needs = NEEDS_WORK,
     .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_9, MMIO_TXT_3),
     .breaks = RULES(DRIVER_NOTIFY_4))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct request *request;

	set_up_polled(t, t->workload->queues, 0);
	go_live(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < 3; n++)
		work_once(t, n);
	/* Nothing is in flight: there is nothing that the device would have to bring to an end. */
	device->transport->select_queue(device, queue->index);
	mmio_write(device, MMIO_QUEUE_READY, 0);
	INSIST(t, MMIO_TXT_3, mmio_read(device, MMIO_QUEUE_READY) == 0,
	       "queue %u: 0 was written to QueueReady on the live device, and it reads 1",
	       queue->index);
	request = new_request(t, 4);
	memset(request->in, 0x3c, request->in_length);
	add_request(t, queue, request);
	virtqueue_publish(queue);
	virtqueue_notify(queue);
	clock_spin(WATCH_NS);
	CHECK(t, MMIO_9, !virtqueue_used_pending(queue),
	      "queue %u: a buffer was used while QueueReady is 0", queue->index);
	CHECK(t, MMIO_9, all_bytes_are(request->in, 0x3c, request->in_length),
	      "queue %u: a buffer was written while QueueReady is 0", queue->index);
}

static struct features features_to_reset_queues(const struct test_run *t)
{
	struct features features = features_for(t);

	features_add(&features, VIRTIO_F_RING_RESET);
	return features;
}

/* Up to DRIVER_OK, with single queues to be reset. */
static void set_up_to_reset_queues(struct test_run *t, unsigned count)
{
	t->variant.interrupts = INTERRUPT_NONE;
	set_up(t, features_to_reset_queues(t), count);
	CAN_JUDGE(t, features_have(&t->device->offered, VIRTIO_F_RING_RESET),
		  "VIRTIO_F_RING_RESET is not offered");
}

TEST(transport, queue_reset_is_told_to_its_end,
     .about = "1 in QueueReset resets a queue: QueueReset and QueueReady come to read 0",
     WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(MMIO_11, MMIO_14, MMIO_15))
{
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);

	set_up_to_reset_queues(t, count);
	device->transport->set_status(device, STATUS_LIVE);
	for (unsigned n = 0; n < count; n++) {
		uint32_t reset, ready;

		if (!device->queues[n])
			continue;
		device->transport->select_queue(device, n);
		reset = mmio_read(device, MMIO_QUEUE_RESET);
		CHECK(t, MMIO_11, reset == 0,
		      "queue %u: QueueReset reads %#x after QueueReady was set", n, reset);
		CHECK(t, MMIO_14, virtio_reset_queue(device->queues[n]), "queue %u: %s", n,
		      device->problem);
		ready = mmio_read(device, MMIO_QUEUE_READY);
		CHECK(t, MMIO_15, ready == 0,
		      "queue %u: QueueReady reads %#x after the queue was reset", n, ready);
	}
}

TEST(transport, queue_serves_after_its_reset,
     .about = "a queue that was reset in use serves from the first entry of its new ring",
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(MMIO_11, MMIO_12, MMIO_14, SANE_5))
{
	struct virtio_device *device = t->device;
	struct virtqueue_request request = {0};
	unsigned index = t->workload->queue;
	struct completion completion;
	struct virtqueue *queue;

	set_up_to_reset_queues(t, t->workload->queues);
	go_live(t);
	for (unsigned n = 0; n < 5; n++)
		work_once(t, n);
	INSIST(t, MMIO_14, virtio_reset_queue(work_queue(t)), "queue %u: %s", index,
	       device->problem);
	INSIST(t, SANE_5, virtio_enable_queue(device, index, &request, t->arena), "queue %u: %s",
	       index, device->problem);
	CHECK(t, MMIO_11, mmio_read(device, MMIO_QUEUE_RESET) == 0,
	      "queue %u: QueueReset reads %#x after it was made ready again", index,
	      mmio_read(device, MMIO_QUEUE_RESET));
	queue = work_queue(t);
	submit(t, queue, new_request(t, 6));
	CHECK(t, MMIO_12, await_completion(t, queue, &completion),
	      "queue %u: nothing is used at the beginning of its new ring", index);
}

TEST(transport, device_reset_ends_queue_resets,
     .about = "QueueReset reads 0 on a device that was reset, also right after a queue reset",
     WITH_FEATURE(VIRTIO_F_RING_RESET), .traits = DEVICE_OVER_MMIO, .judges = CLAUSES(MMIO_10))
{
	struct virtio_device *device = t->device;
	unsigned count = queues_to_set_up(t);

	set_up_to_reset_queues(t, count);
	device->transport->set_status(device, STATUS_LIVE);
	device->transport->select_queue(device, 0);
	device->transport->start_queue_reset(device);
	start_over(t);
	agree_on(t, features_to_reset_queues(t));
	for (unsigned n = 0; n < count; n++) {
		device->transport->select_queue(device, n);
		CHECK(t, MMIO_10, mmio_read(device, MMIO_QUEUE_RESET) == 0,
		      "queue %u: QueueReset reads %#x after a device reset", n,
		      mmio_read(device, MMIO_QUEUE_RESET));
	}
}
