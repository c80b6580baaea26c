/* SPDX-License-Identifier: BSD-2-Clause */
/* Suspending a device and resuming it (virtio 1.4, 3.4). */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/subject/contact.h"
#include "tests/interrupt/interrupt.h"
#include "tests/ring/traffic.h"
#include "virtio/device/blk.h"

#define BACKLOG 8u

static struct features with_suspend(struct test_run *t)
{
	struct features features = features_for(t);

	/* As it is now: a disguise may have been taken off. */
	approach(t->device);
	t->device->offered = virtio_read_offer(t->device);
	start_over(t);
	if (!features_have(&t->device->offered, VIRTIO_F_SUSPEND))
		skip_test(t, "VIRTIO_F_SUSPEND is not offered");

	features_add(&features, VIRTIO_F_SUSPEND);
	return features;
}

static void bring_up_suspendable(struct test_run *t)
{
	set_up(t, with_suspend(t), t->workload->queues);
	go_live(t);
}

static uint8_t status_of(const struct test_run *t)
{
	return t->device->transport->get_status(t->device);
}

static void add_to_status(const struct test_run *t, uint8_t bits)
{
	t->device->transport->set_status(t->device, status_of(t) | bits);
}

static bool suspended_or_broken(void *context)
{
	uint8_t status = status_of(context);

	return (status & VIRTIO_STATUS_NEEDS_RESET) ||
	       ((status & VIRTIO_STATUS_SUSPEND) && !(status & VIRTIO_STATUS_DRIVER_OK));
}

static bool running_or_broken(void *context)
{
	uint8_t status = status_of(context);

	return (status & VIRTIO_STATUS_NEEDS_RESET) ||
	       (!(status & VIRTIO_STATUS_SUSPEND) && (status & VIRTIO_STATUS_DRIVER_OK));
}

static bool await_suspension(struct test_run *t)
{
	add_to_status(t, VIRTIO_STATUS_SUSPEND);
	return wait_until(suspended_or_broken, t, clock_deadline(PATIENCE_NS));
}

static bool await_resumption(struct test_run *t)
{
	add_to_status(t, VIRTIO_STATUS_DRIVER_OK);
	return wait_until(running_or_broken, t, clock_deadline(PATIENCE_NS));
}

/* Leaves the test where suspending failed in the way that a device is free to fail. */
static void suspend_or_skip(struct test_run *t)
{
	INSIST(t, SUSPEND_8, await_suspension(t), "the device does not suspend: status %#x",
	       status_of(t));
	if (status_of(t) & VIRTIO_STATUS_NEEDS_RESET)
		skip_test(t, "the device set DEVICE_NEEDS_RESET instead of suspending");
}

TEST(ring, suspend_is_ignored_before_driver_ok,
     .about = "SUSPEND has no effect before initialisation is complete", .needs = NEEDS_WORK,
     WITH_FEATURE(VIRTIO_F_SUSPEND), .judges = CLAUSES(SUSPEND_1),
     .breaks = RULES(DRIVER_SUSPEND_1))
{
	const struct virtio_transport *transport = t->device->transport;
	struct features features = with_suspend(t);
	uint8_t status;

	transport->set_status(t->device, VIRTIO_STATUS_ACKNOWLEDGE);
	transport->set_status(t->device, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
						 VIRTIO_STATUS_SUSPEND);
	status = status_of(t);
	CHECK(t, SUSPEND_1, !(status & VIRTIO_STATUS_SUSPEND),
	      "SUSPEND was set before FEATURES_OK, status reads %#x", status);
	start_over(t);
	set_up(t, features, t->workload->queues);
	transport->set_status(t->device, status_of(t) | VIRTIO_STATUS_SUSPEND);
	status = status_of(t);
	CHECK(t, SUSPEND_1, !(status & VIRTIO_STATUS_SUSPEND),
	      "SUSPEND was set before DRIVER_OK, status reads %#x", status);
	go_live(t);
	status = status_of(t);
	if (!CHECK(t, SUSPEND_1, status & VIRTIO_STATUS_DRIVER_OK,
		   "after SUSPEND was tried too early DRIVER_OK is refused: status %#x", status))
		return;
	work_once(t, 1);
}

TEST(ring, suspend_and_resume_show_in_the_status,
     .about = "a live device suspends when told so, resumes when told so, and works again",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INTERRUPT,
     WITH_FEATURE(VIRTIO_F_SUSPEND),
     .judges = CLAUSES(SUSPEND_8, SUSPEND_9, SUSPEND_TXT_1, SUSPEND_TXT_2))
{
	bring_up_suspendable(t);
	for (unsigned n = 0; n < 5; n++) {
		bool done;
		uint8_t status;

		work_once(t, n);
		done = await_suspension(t);
		status = status_of(t);
		if (!CHECK(t, SUSPEND_8, done || (status & VIRTIO_STATUS_SUSPEND),
			   "SUSPEND was set on a live device, status reads %#x", status) ||
		    !CHECK(t, SUSPEND_TXT_1, done, "SUSPEND is set, DRIVER_OK stays: status %#x",
			   status) ||
		    (status & VIRTIO_STATUS_NEEDS_RESET))
			return;
		done = await_resumption(t);
		status = status_of(t);
		if (!CHECK(t, SUSPEND_9, done || (status & VIRTIO_STATUS_DRIVER_OK),
			   "DRIVER_OK was set on a suspended device, status reads %#x", status) ||
		    !CHECK(t, SUSPEND_TXT_2, done,
			   "the device was told to resume, SUSPEND stays: status %#x", status) ||
		    (status & VIRTIO_STATUS_NEEDS_RESET))
			return;
	}
	work_once(t, 9);
}

/* Suspends a device with a backlog that it was told of. */
static unsigned suspend_in_use(struct test_run *t, struct virtqueue *queue)
{
	unsigned count = MINIMUM(queue->size / 3u, BACKLOG);

	for (unsigned n = 0; n < count; n++) {
		struct request *request = new_request(t, n);

		memset(request->in, 0x3c, request->in_length);
		add_request(t, queue, request);
	}
	virtqueue_publish(queue);
	virtqueue_notify(queue);
	suspend_or_skip(t);
	return count;
}

/* Takes what is used; how many buffers that were. */
static unsigned take_used(struct virtqueue *queue)
{
	struct completion completion;
	unsigned taken = 0;

	while (virtqueue_take(queue, &completion))
		taken++;
	return taken;
}

TEST(ring, suspended_device_is_at_rest,
     .about = "a suspended device has finished what it had begun and leaves its queues alone",
     .needs = NEEDS_WORK | NEEDS_MSIX, .axes = AXIS_RING | AXIS_EVENT_IDX,
     WITH_FEATURE(VIRTIO_F_SUSPEND),
     .judges = CLAUSES(SUSPEND_10, SUSPEND_11, SUSPEND_12, SUSPEND_3, SUSPEND_4, SUSPEND_8,
		       SUSPEND_9))
{
	struct virtqueue *queue;
	struct mark mark, rest;
	unsigned count, used, later = 0, begun = 0;

	bring_up_suspendable(t);
	queue = work_queue(t);
	virtqueue_arm(queue, 0);
	mark = mark_arrivals(queue);
	count = suspend_in_use(t, queue);
	used = take_used(queue);
	/* What was sent before arrives when the host comes to it, and is none of what is sent from now on. */
	if (used)
		await_messages(t, queue, &mark, 1);
	settle_interrupts();
	rest = mark_arrivals(queue);
	/* Chains are used in any order: what was begun is found among those that are not used. */
	for (unsigned id = 0; id < queue->size; id++) {
		const struct request *request = queue->chains[id].token;

		if (request && !all_bytes_are(request->in, 0x3c, request->in_length))
			begun++;
	}
	clock_spin(4000000);
	later = take_used(queue);
	CHECK(t, SUSPEND_10, later == 0,
	      "%u buffers were used after the device showed as suspended", later);
	CHECK(t, SUSPEND_11, begun == 0,
	      "%u buffers are written and not used in a suspended device", begun);
	CHECK(t, SUSPEND_12, used == 0 || arrivals_own(queue, &mark) > 0,
	      "%u buffers were used before the suspension, and no message came", used);
	CHECK(t, SUSPEND_4, later == 0, "the queue was used while the device was suspended");
	CHECK(t, SUSPEND_3, arrivals_own(queue, &rest) == 0,
	      "%lu messages came while the device was suspended", arrivals_own(queue, &rest));
	if (!await_resumption(t) || (status_of(t) & VIRTIO_STATUS_NEEDS_RESET))
		return;
	virtqueue_notify(queue);
	for (unsigned n = used + later; n < count; n++) {
		struct completion completion;

		if (!CHECK(t, SUSPEND_9, await_completion(t, queue, &completion),
			   "after resuming %u buffers are not used", count - n))
			return;
	}
}

TEST(ring, suspended_device_keeps_its_configuration,
     .about = "a write to the configuration of a suspended device is ignored",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_SUSPEND),
     .judges = CLAUSES(SUSPEND_2, SUSPEND_8), .breaks = RULES(DRIVER_SUSPEND_4))
{
	const uint32_t field = offsetof(struct virtio_blk_config, writeback);
	struct features features = with_suspend(t);
	uint8_t before, other, after;

	if (!features_have(&t->device->offered, VIRTIO_BLK_F_CONFIG_WCE))
		skip_test(t, "the device has no field that a driver may write");
	features_add(&features, VIRTIO_BLK_F_CONFIG_WCE);
	set_up(t, features, t->workload->queues);
	go_live(t);
	config_get(t->device, field, &before, 1);
	suspend_or_skip(t);
	other = !before;
	config_set(t->device, field, &other, 1);
	config_get(t->device, field, &after, 1);
	CHECK(t, SUSPEND_2, after == before,
	      "writeback was %u, %u was written to the suspended device, and it reads %u", before,
	      other, after);
	if (!await_resumption(t) || (status_of(t) & VIRTIO_STATUS_NEEDS_RESET))
		return;
	config_get(t->device, field, &after, 1);
	CHECK(t, SUSPEND_2, after == before,
	      "writeback was %u, %u was written to the suspended device, and after it resumed it "
	      "reads %u",
	      before, other, after);
}
