/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffers that are exposed just as a device falls asleep (virtio 1.4, 2.7.10, 2.8.10, 2.9). A kick may last until the
 * device has done all that there is to do: so one CPU kicks, and another one exposes the next buffer meanwhile.
 */
#include "arch/cpu.h"
#include "arch/io.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

#define ROUNDS      400
#define ROUNDS_MANY 8000
#define LOOKS       20000 /* for a word of the device behind a kick */
#define MISSES      8     /* in a row: it says no such word */

/* The second CPU, which exposes in each round a buffer that was added before. */
struct intruder {
	struct virtqueue *queue;
	uint32_t word; /* what the device said of kicks before that of this round */
	unsigned
		turns; /* of an empty loop behind its next word: looks at the clock would take too long */
	unsigned missed; /* that word, so many times in a row */
	volatile unsigned wanted, done;
	volatile bool stop, notified;
	volatile bool late; /* it had to notify a device that had used the other buffer */
};

/* What the device says of kicks, one way or the other. */
static uint32_t word_on_kicks(const struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		return read16(&packed_of(queue)->device->flags) |
		       (uint32_t)read16(&packed_of(queue)->device->desc) << 16;
	return queue->event_idx ? read16(split_of(queue)->avail_event)
				: read16(&split_of(queue)->used->flags);
}

/* Returns behind the word with which a device wakes up, where it says one. */
static void linger(struct intruder *intruder)
{
	const struct virtqueue *queue = intruder->queue;
	unsigned looks = intruder->missed < MISSES ? LOOKS : 0;

	while (looks && word_on_kicks(queue) == intruder->word)
		looks--;
	intruder->missed = looks ? 0 : intruder->missed + 1;
	for (volatile unsigned turns = intruder->turns; turns; turns--)
		;
}

static void intrude(void *argument)
{
	struct intruder *intruder = argument;
	bool used;

	while (!intruder->stop) {
		if (intruder->wanted == intruder->done)
			continue;
		observe();
		linger(intruder);
		virtqueue_publish(intruder->queue);
		used = virtqueue_shows_used(intruder->queue);
		intruder->notified = virtqueue_kick(intruder->queue);
		intruder->late = used && intruder->notified;
		publish();
		intruder->done++;
	}
}

static bool is_done(void *context)
{
	const struct intruder *intruder = context;

	return intruder->done == intruder->wanted;
}

/* One buffer is kicked for, and the other exposed in the same breath. False when they are not both used. */
static bool serve_both(struct test_run *t, struct intruder *intruder,
		       struct request *const requests[2])
{
	struct virtqueue *queue = intruder->queue;
	struct completion completion;
	bool wanted, came;

	add_request(t, queue, requests[0]);
	virtqueue_publish(queue);
	wanted = virtqueue_kick_wanted(queue);
	add_request(t, queue, requests[1]);
	intruder->word = word_on_kicks(queue);
	publish();
	intruder->wanted++;
	if (wanted)
		virtqueue_notify(queue);
	came = wait_until(is_done, intruder, clock_deadline(2 * PATIENCE_NS));
	CAN_JUDGE(t, came, "the second CPU has not come to expose a buffer");
	return await_completion(t, queue, &completion) && await_completion(t, queue, &completion);
}

/*
 * A device that had to be told although it had used the first buffer was asleep again: the second one comes ever nearer to
 * the moment in which it falls asleep, now and then before or behind it.
 */
static void aim(struct test_run *t, struct intruder *intruder, unsigned *edge, unsigned round)
{
	unsigned step = *edge / 16 + 1;

	if (round % 8 == 0)
		intruder->turns = (unsigned)random_below(&t->random, 4ul * *edge + 64);
	else
		intruder->turns =
			*edge - *edge / 8 + (unsigned)random_below(&t->random, *edge / 4 + 2);
	if (round % 8 != 1)
		*edge = intruder->late ? *edge - MINIMUM(step, *edge) : *edge + step;
}

static void judge(struct test_run *t, const struct intruder *intruder, bool served, unsigned round)
{
	struct virtqueue *queue = intruder->queue;
	struct completion completion;
	const char *how = "";

	/* One that was kicked for is for any request to judge. */
	if (!served && intruder->notified) {
		CHECK(t, SANE_1, served,
		      "round %u: a buffer was exposed as another was used, with a kick, and is not "
		      "used in time",
		      round);
		return;
	}
	if (!served) {
		virtqueue_notify(queue);
		how = await_completion(t, queue, &completion) ? ", but for one more kick" : "";
	}
	if (!ring_is_packed(queue))
		JUDGE(t, queue->event_idx ? CLAUSE_EVIDX_TXT_6 : CLAUSE_KICK_TXT_5, served,
		      "round %u: a buffer was exposed as another was used, %s, and is not used%s",
		      round,
		      queue->event_idx ? "without passing avail_event"
				       : "while the used flags were 1",
		      how);
	else
		JUDGE(t, queue->event_idx ? CLAUSE_PACKED_EV_TXT_11 : CLAUSE_PACKED_EV_TXT_10,
		      served,
		      "round %u: a buffer was exposed as another was used, %s, and is not used%s",
		      round,
		      queue->event_idx ? "without passing the device's event"
				       : "while the device's event flags were at disable",
		      how);
}

TEST(ring, buffer_exposed_as_the_device_falls_asleep_is_served,
     .about = "a buffer is served that another CPU exposes just when the device goes to sleep",
     .needs = NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(EVIDX_TXT_6, KICK_TXT_5, PACKED_EV_TXT_10, PACKED_EV_TXT_11, SANE_1),
     .timeout_ms = 60000)
{
	struct intruder *intruder = test_memory(t, "intruder", sizeof(*intruder), 8);
	unsigned round = 0, edge = 64;
	struct request *requests[2];
	struct effort effort;
	bool served = true;

	want_batches(t);
	bring_up(t);
	requests[0] = new_request(t, 1);
	requests[1] = new_request(t, 2);
	*intruder = (struct intruder){.queue = work_queue(t)};
	/* By avail_event a device says nothing as it wakes up. */
	if (!ring_is_packed(intruder->queue) && intruder->queue->event_idx)
		intruder->missed = MISSES;
	CAN_JUDGE(t, cpu_start(1, intrude, intruder), "the second CPU is busy");
	effort = effort_of(ROUNDS, ROUNDS_MANY);
	while (served && effort_lasts(&effort, round)) {
		aim(t, intruder, &edge, round);
		served = serve_both(t, intruder, requests);
		round += served;
	}
	intruder->stop = true;
	CAN_JUDGE(t, cpu_finish(1, clock_deadline(PATIENCE_NS), NULL),
		  "the second CPU does not come to an end");
	judge(t, intruder, served, round);
}
