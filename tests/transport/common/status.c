/* SPDX-License-Identifier: BSD-2-Clause */
/* The device status field and what it holds back (virtio 1.4, 2.1 and 3.1). */
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/transport/common/transport.h"

/* How long a device is watched that must do nothing. It is no proof, so it need not be long. */
#define WATCH_NS 2000000

static void take_step(struct test_run *t, uint8_t status)
{
	uint8_t got;

	t->device->transport->set_status(t->device, status);
	got = t->device->transport->get_status(t->device);
	CHECK(t, INIT_TXT_1, (got & status) == status, "device_status reads %#x after %#x", got,
	      status);
	CHECK(t, INIT_TXT_2, (got & ~status & ~VIRTIO_STATUS_NEEDS_RESET) == 0,
	      "device_status reads %#x after %#x", got, status);
}

TEST(transport, status_shows_the_steps_taken,
     .about = "device_status reads back the bits that the driver set, and no others",
     .judges = CLAUSES(INIT_TXT_1, INIT_TXT_2))
{
	struct virtio_device *device = t->device;

	CHECK(t, INIT_TXT_2, device->transport->get_status(device) == 0,
	      "device_status reads %#x after reset", device->transport->get_status(device));
	take_step(t, STATUS_FOUND);
	take_step(t, STATUS_DRIVEN);
	start_over(t);
	advance_to(t, STATUS_NEGOTIATED);
	take_step(t, STATUS_NEGOTIATED);
	start_over(t);
	advance_to(t, STATUS_LIVE);
	take_step(t, STATUS_LIVE);
	take_step(t, STATUS_LIVE | VIRTIO_STATUS_FAILED);
}

TEST(transport, failed_device_comes_up_again,
     .about = "a device marked FAILED at any stage can be reset and brought up anew",
     .judges = CLAUSES(INIT_TXT_1, INIT_TXT_3))
{
	static const uint8_t stages[] = {STATUS_FOUND, STATUS_DRIVEN, STATUS_NEGOTIATED,
					 STATUS_LIVE};
	struct virtio_device *device = t->device;

	for (unsigned n = 0; n < ARRAY_LENGTH(stages); n++) {
		uint8_t status;

		advance_to(t, stages[n]);
		device->transport->set_status(device, stages[n] | VIRTIO_STATUS_FAILED);
		status = device->transport->get_status(device);
		CHECK(t, INIT_TXT_1, status & VIRTIO_STATUS_FAILED,
		      "device_status reads %#x after FAILED was set", status);
		start_over(t);
		CHECK(t, INIT_TXT_3, negotiate(t, features_for(t)),
		      "FEATURES_OK reads back clear after FAILED at status %#x and a reset",
		      stages[n]);
		start_over(t);
	}
}

TEST(transport, failed_device_serves_again,
     .about = "a live device marked FAILED serves requests after a reset", .needs = NEEDS_WORK,
     .judges = CLAUSES(INIT_TXT_3))
{
	struct virtio_device *device = t->device;
	struct completion completion;

	bring_up(t);
	device->transport->set_status(device, STATUS_LIVE | VIRTIO_STATUS_FAILED);
	start_over(t);
	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	CHECK(t, INIT_TXT_3, await_completion(t, work_queue(t), &completion),
	      "the first request after FAILED and a reset is not completed");
}

/* What tells that a queue was served. */
struct watched {
	uint8_t *copy;
	uint64_t arrivals;
	bool pending; /* before */
};

/* Whether a message of the queue waits for being unmasked. */
static bool is_pending(const struct virtio_device *device, const struct virtqueue *queue)
{
	return device->vectors && queue->vector &&
	       device->transport->messages->is_pending(device, queue->entry);
}

/* Shows the device a request in a queue that is empty, and what tells that it was served. */
static struct watched expose(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	struct watched watched = {
		.copy = test_memory(t, "copy of the reply", MAXIMUM(request->in_length, 1u), 1),
		.arrivals = queue->vector ? interrupt_count(queue->vector) : 0,
		.pending = is_pending(t->device, queue),
	};

	if (request->in_length)
		memcpy(watched.copy, request->in, request->in_length);
	add_request(t, queue, request);
	virtqueue_publish(queue);
	return watched;
}

static bool is_untouched(const struct watched *watched, struct virtqueue *queue,
			 const struct request *request)
{
	return !virtqueue_used_pending(queue) &&
	       (!request->in_length || memcmp(watched->copy, request->in, request->in_length) == 0);
}

static bool is_quiet(struct test_run *t, const struct watched *watched,
		     const struct virtqueue *queue)
{
	if (queue->vector)
		return interrupt_count(queue->vector) == watched->arrivals &&
		       (watched->pending || !is_pending(t->device, queue));
	return !(t->device->transport->take_interrupt_status(t->device) & VIRTIO_INTERRUPT_USED);
}

TEST(transport, buffers_wait_for_driver_ok,
     .about = "what is in a queue before DRIVER_OK is left alone until then, and served afterwards",
     .needs = NEEDS_WORK, .judges = CLAUSES(INIT_TXT_4, STATUS_1, STATUS_2))
{
	struct virtqueue *queue;
	struct request *request;
	struct completion completion;
	struct watched watched;

	set_up(t, features_for(t), t->workload->queues);
	queue = work_queue(t);
	request = new_request(t, 1);
	watched = expose(t, queue, request);
	clock_spin(WATCH_NS);
	CHECK(t, STATUS_1, is_untouched(&watched, queue, request),
	      "queue %u: a buffer was used before DRIVER_OK was set", queue->index);
	CHECK(t, STATUS_2, is_quiet(t, &watched, queue),
	      "queue %u: a notification was sent before DRIVER_OK was set", queue->index);
	go_live(t);
	virtqueue_kick(queue);
	CHECK(t, INIT_TXT_4, await_completion(t, queue, &completion),
	      "queue %u: a buffer made available before DRIVER_OK was not used after it",
	      queue->index);
}

TEST(transport, queue_that_is_not_enabled_is_not_served,
     .about = "a configured queue with queue_enable 0 is left alone on a live device",
     .needs = NEEDS_WORK, .judges = CLAUSES(PCI_COMMON_TXT_8), .breaks = RULES(DRIVER_NOTIFY_4))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct request *request;
	struct watched watched;

	set_up_polled(t, t->workload->queues, BIT64(t->workload->queue));
	device->transport->set_status(device, STATUS_LIVE);
	queue = work_queue(t);
	request = new_request(t, 1);
	watched = expose(t, queue, request);
	virtqueue_notify(queue);
	clock_spin(WATCH_NS);
	CHECK(t, PCI_COMMON_TXT_8, is_untouched(&watched, queue, request),
	      "queue %u: a buffer was used while queue_enable is 0", queue->index);
}

#define TIMES 4

/*
 * A driver that sets a bit writes those that are set with it, and DRIVER_OK may be among them at any time: nothing
 * begins anew by that.
 */
TEST(transport, live_device_goes_on_when_its_status_is_written_again,
     .about =
	     "requests are served once each while the status that a live device has is written again",
     .needs = NEEDS_WORK, .axes = AXIS_RING, .judges = CLAUSES(INIT_TXT_1, SANE_1))
{
	struct virtqueue *queue;
	struct completion completion;
	uint8_t before, after;

	bring_up(t);
	queue = work_queue(t);
	work_once(t, 0);
	for (unsigned n = 1; n <= TIMES; n++) {
		before = t->device->transport->get_status(t->device);
		if (n % 2)
			submit(t, queue, new_request(t, n));
		virtio_add_status(t->device, VIRTIO_STATUS_DRIVER_OK);
		if (n % 2 == 0)
			submit(t, queue, new_request(t, n));
		INSIST(t, SANE_1, await_completion(t, queue, &completion),
		       "queue %u: device_status was written %#x once more, and a request that was sent "
		       "%s that is not completed",
		       queue->index, before, n % 2 ? "before" : "after");
		after = t->device->transport->get_status(t->device);
		CHECK(t, INIT_TXT_1, after == before,
		      "device_status read %#x, was written so again, and reads %#x", before, after);
	}
	for (unsigned n = 0; n < TIMES; n++)
		work_once(t, n);
	CHECK(t, SANE_1, !virtqueue_used_pending(queue),
	      "queue %u: a buffer is used that nobody waits for", queue->index);
}

/* Whether a request is served by a driver that sets this bit of the status, too; 0: none. */
static bool serves_with(struct test_run *t, uint8_t bit)
{
	struct completion completion;

	set_up(t, features_for(t), t->workload->queues);
	if (bit)
		virtio_add_status(t->device, bit);
	go_live(t);
	submit(t, work_queue(t), new_request(t, 1));
	return await_completion(t, work_queue(t), &completion);
}

/* Drivers by the legacy interface leave out the steps of FEATURES_OK (3.1.2). */
TEST(transport, legacy_device_waits_for_no_features_ok,
     .about = "a request is served though FEATURES_OK was never set", .needs = NEEDS_WORK,
     .traits = DEVICE_LEGACY, .judges = CLAUSES(FEAT_LEG_3))
{
	bool served = serves_with(t, 0);

	if (!served) {
		start_over(t);
		CAN_JUDGE(t, serves_with(t, VIRTIO_STATUS_FEATURES_OK),
			  "%s is not completed with FEATURES_OK either", t->workload->about);
		start_over(t);
		served = serves_with(t, 0);
	}
	CHECK(t, FEAT_LEG_3, served, "%s is completed with FEATURES_OK set, and not without",
	      t->workload->about);
}
