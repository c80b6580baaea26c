/* SPDX-License-Identifier: BSD-2-Clause */
/* When nothing may come: before DRIVER_OK, at it, and after resets. */
#include "tests/interrupt/interrupt.h"

#define WATCH_NS   2000000ull
#define REQUESTS   4
#define LIVES      2
#define LIVES_MANY 20

/* Gives the device time for what it must not do. */
static void watch(void)
{
	uint64_t deadline = clock_deadline(WATCH_NS);

	while (!clock_passed(deadline))
		settle_interrupts();
}

TEST(interrupt, nothing_comes_before_driver_ok,
     .about = "buffers that wait for DRIVER_OK are not announced before it", .needs = NEEDS_WORK,
     .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INTERRUPT, .judges = CLAUSES(STATUS_2))
{
	struct virtqueue *queue;
	uint64_t arrivals;

	set_up(t, features_for(t), t->workload->queues);
	queue = work_queue(t);
	virtqueue_arm(queue, 0);
	arrivals = arrivals_of_queues(t->device);
	add_request(t, queue, new_request(t, 0));
	virtqueue_publish(queue);
	watch();
	CHECK(t, STATUS_2, arrivals_of_queues(t->device) == arrivals,
	      "%lu interrupts came before DRIVER_OK was set",
	      arrivals_of_queues(t->device) - arrivals);
}

TEST(interrupt, polled_queue_is_served,
     .about = "a queue without an interrupt uses buffers, also where it was asked to tell of them",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX, .judges = CLAUSES(SANE_14))
{
	struct completion completion;

	t->variant.interrupts = INTERRUPT_NONE;
	bring_up(t);
	for (unsigned n = 0; n < REQUESTS; n++) {
		virtqueue_arm(work_queue(t), 0);
		submit(t, work_queue(t), new_request(t, n));
		INSIST(t, SANE_14, await_completion(t, work_queue(t), &completion),
		       "queue %u is polled, and request %u is not completed in time",
		       work_queue(t)->index, n);
	}
}

TEST(interrupt, no_configuration_message_without_a_change,
     .about = "setting DRIVER_OK and completing requests makes no configuration message",
     .needs = NEEDS_MSIX | NEEDS_WORK, .judges = CLAUSES(NOTIF_TXT_5))
{
	struct virtio_device *device = t->device;
	struct configuration before, after;
	uint64_t arrivals;

	set_up(t, features_for(t), t->workload->queues);
	if (work_queue(t)->vector == device->config_vector)
		skip_test(t, "the table has one entry only");
	read_configuration(device, &before);
	arrivals = interrupt_count(device->config_vector);
	go_live(t);
	for (unsigned n = 0; n < REQUESTS; n++)
		complete_with_message(t, work_queue(t));
	settle_interrupts();
	arrivals = interrupt_count(device->config_vector) - arrivals;
	read_configuration(device, &after);
	if (!configurations_equal(&before, &after) ||
	    device->transport->get_status(device) & VIRTIO_STATUS_NEEDS_RESET)
		skip_test(t, "the configuration has changed meanwhile");
	CHECK(t, NOTIF_TXT_5, !arrivals,
	      "%lu configuration messages came, and nothing in the configuration has changed",
	      arrivals);
}

/* Requests that are under way when it happens. */
static void get_busy(struct test_run *t, struct virtqueue *queue)
{
	for (unsigned n = 0; n < REQUESTS; n++) {
		keep_to_one(t, queue);
		if (!request_add(queue, new_request(t, n)))
			break;
	}
	virtqueue_publish(queue);
	virtqueue_notify(queue);
}

TEST(interrupt, reset_silences_requests_under_way,
     .about = "once device_status reads 0 no interrupt comes, whatever was under way",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_INTERRUPT, .judges = CLAUSES(RESET_2))
{
	for (unsigned n = 0; n < rounds_of(LIVES, LIVES_MANY); n++) {
		uint64_t arrivals;

		bring_up(t);
		virtqueue_arm(work_queue(t), 0);
		get_busy(t, work_queue(t));
		fence_by_reset(t);
		arrivals = interrupt_total();
		watch();
		CHECK(t, RESET_2,
		      interrupt_total() <= arrivals + interrupts_on_their_way(t->device),
		      "%lu interrupts came after device_status read 0",
		      interrupt_total() - arrivals);
		virtio_give_back_queues(t->device);
	}
}

static bool queue_reset_done(void *context)
{
	struct virtio_device *device = context;

	return device->transport->queue_reset(device) == 0;
}

TEST(interrupt, queue_reset_silences_the_queue,
     .about = "once queue_reset reads 0 the queue is announced no more",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_RESET),
     .judges = CLAUSES(PCI_COMMON_15, VQRESET_2))
{
	struct features features = features_for(t);
	struct virtio_device *device = t->device;
	struct virtqueue *queue;
	struct mark mark;

	features_add(&features, VIRTIO_F_RING_RESET);
	set_up(t, features, t->workload->queues);
	go_live(t);
	queue = work_queue(t);
	virtqueue_arm(queue, 0);
	get_busy(t, queue);
	device->transport->select_queue(device, queue->index);
	device->transport->start_queue_reset(device);
	INSIST(t, PCI_COMMON_15, wait_until(queue_reset_done, device, clock_deadline(PATIENCE_NS)),
	       "queue %u: queue_reset keeps reading 1", queue->index);
	settle_interrupts();
	mark = mark_arrivals(queue);
	watch();
	CHECK(t, VQRESET_2, !arrivals_own(queue, &mark) && !arrivals_elsewhere(queue, &mark),
	      "queue %u: %lu messages after its reset was complete", queue->index,
	      arrivals_own(queue, &mark));
}
