/* SPDX-License-Identifier: BSD-2-Clause */
/* Many devices at once, on all CPUs and on one line. */
#include "arch/cpu.h"
#include "tests/harness/subject/helper.h"
#include "tests/harness/subject/subject.h"
#include "tests/interrupt/interrupt.h"

#define CREW_MOST   (HELPERS_MOST + 1)
#define QUEUES_MOST 32
#define ROUNDS      40
#define ROUNDS_MANY 1000

struct storm {
	struct virtqueue *queues[QUEUES_MOST];
	unsigned count;
	struct mark marks[QUEUES_MOST];
};

static struct storm storm;

/* Which queues of a device take the workload: all of a disk's are alike. */
static bool takes_work(const struct test_run *t, unsigned index)
{
	return index == t->workload->queue || t->device->type == VIRTIO_TYPE_BLK;
}

/* Brings one device up with each queue's messages going to another CPU, and enlists its queues. */
static void enlist(struct test_run *t, struct virtio_device *device)
{
	unsigned queues;

	drive_device(t, device);
	queues = device->type == VIRTIO_TYPE_BLK ? MINIMUM(offered_queues(device), 8u)
						 : t->workload->queues;
	bring_up_queues(t, queues);
	for (unsigned n = 0; n < queues && storm.count < QUEUES_MOST; n++) {
		struct virtqueue *queue = device->queues[n];

		if (!queue || !takes_work(t, n))
			continue;
		virtio_set_affinity(queue, storm.count % cpu_count());
		storm.queues[storm.count++] = queue;
	}
}

/* Messages of this device's queues that came to a CPU to which they were not sent. */
static uint64_t arrivals_astray(const struct test_run *t)
{
	uint64_t total, arrivals;

	/* Until nothing arrives while they are read: the counts must be of one moment. */
	do {
		total = interrupt_total();
		arrivals = 0;
		for (unsigned n = 0; n < storm.count; n++) {
			const struct virtqueue *queue = storm.queues[n];

			if (queue->device == t->device)
				arrivals += interrupt_count(queue->vector) -
					    interrupt_tally(queue->cpu, queue->vector)->count;
		}
	} while (interrupt_total() != total);
	return arrivals;
}

static void submit_to_all(struct test_run *t, struct request **requests)
{
	for (unsigned n = 0; n < storm.count; n++) {
		struct virtqueue *queue = storm.queues[n];

		virtqueue_arm(queue, 0);
		add_request(t, queue, requests[n]);
	}
	for (unsigned n = 0; n < storm.count; n++) {
		virtqueue_publish(storm.queues[n]);
		virtqueue_kick(storm.queues[n]);
	}
}

struct expected {
	const struct virtqueue *queue;
	uint64_t count; /* on its vector and CPU since boot */
};

static bool have_come(void *context)
{
	const struct expected *expected = context;
	const struct virtqueue *queue = expected->queue;

	return interrupt_tally(queue->cpu, queue->vector)->count >= expected->count;
}

static bool is_announced(struct test_run *t, unsigned n)
{
	struct expected expected = {storm.queues[n], storm.marks[n].own + 1};

	if (wait_until(have_come, &expected, clock_deadline(PATIENCE_NS)))
		return true;
	diagnose(t, storm.queues[n]);
	return false;
}

/*
 * One request in flight on every queue at once; each must be announced. A silent helper is not held
 * against the device that is tested: its own turn comes, and it may wait for somebody behind it.
 */
static bool round_of_all(struct test_run *t, struct request **requests, unsigned round)
{
	for (unsigned n = 0; n < storm.count; n++)
		storm.marks[n] = mark_arrivals(storm.queues[n]);
	submit_to_all(t, requests);
	for (unsigned n = 0; n < storm.count; n++) {
		struct virtqueue *queue = storm.queues[n];
		struct completion completion;

		bool announced = is_announced(t, n);

		if (!announced && queue->device != t->device)
			skip_test(t, "beside %u other queues %s queue %u falls silent in round %u",
				  storm.count - 1, queue->device->name, queue->index, round);
		if (!JUDGE(t, clause_of_notice(queue), announced,
			   "queue %u: %u queues at work on %u CPUs, and the message of "
			   "round %u does not come",
			   queue->index, storm.count, cpu_count(), round))
			return false;
		INSIST(t, SANE_1, await_completion(t, queue, &completion),
		       "%s queue %u: a request is not completed in time", queue->device->name,
		       queue->index);
	}
	return true;
}

static void enlist_everybody(struct test_run *t)
{
	struct virtio_device *own = t->device, *other;

	storm = (struct storm){0};
	enlist(t, own);
	for (unsigned n = 0; (other = other_device(t, ANY_TYPE, n)) && n < HELPERS_MOST; n++) {
		if (!workload_of(other->type) || !other->vectors)
			continue;
		if (!take_helper(t, other))
			continue;
		enlist(t, other);
		drive_device(t, own);
	}
}

TEST(interrupt, all_devices_at_once,
     .about = "requests on every device at once are each announced, on the CPU of their queue",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_EV_TXT_1, PACKED_EV_TXT_3, PCI_MSIX_TXT_1, SPLIT_NOTIF_3,
		       SPLIT_NOTIF_5))
{
	struct virtio_device *own = t->device;
	struct request **requests;
	uint64_t astray;

	enlist_everybody(t);
	requests = test_memory(t, "requests", storm.count * sizeof(*requests), 8);
	for (unsigned n = 0; n < storm.count; n++) {
		drive_device(t, storm.queues[n]->device);
		requests[n] = new_request(t, n);
	}
	drive_device(t, own);
	astray = arrivals_astray(t);
	for (unsigned round = 0; round < rounds_of(ROUNDS, ROUNDS_MANY); round++) {
		if (!round_of_all(t, requests, round))
			return;
	}
	settle_interrupts();
	astray = arrivals_astray(t) - astray;
	CHECK(t, PCI_MSIX_TXT_1, !astray,
	      "%u queues at work on %u CPUs: %lu messages came to CPUs that none was sent to",
	      storm.count, cpu_count(), astray);
}
