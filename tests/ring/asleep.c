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

#define ROUNDS      160
#define ROUNDS_MANY 4000
#define DOZE_NS     3000 /* between the last use of a buffer and sleep, most likely */

/* What the second CPU takes for the sign to expose its buffer. */
enum cue { CUE_KICK, CUE_WORD, CUE_USE, CUES };

/* The second CPU, which adds a buffer in each round. */
struct intruder {
	struct virtqueue *queue;
	struct request *request;
	enum cue cue;
	uint64_t linger;   /* ticks from the sign on */
	uint32_t word;     /* what the device said of kicks before that of this round */
	uint64_t kicked;   /* when that was */
	uint64_t patience; /* ticks */
	uint64_t use;      /* ticks from the kick until a buffer showed as used, 0: not seen yet */
	volatile unsigned wanted, done;
	volatile bool stop, full, notified;
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

/* A device that gives no sign is not waited for. */
static void await_cue(struct intruder *intruder)
{
	const struct virtqueue *queue = intruder->queue;
	uint64_t start = intruder->kicked;

	if (intruder->cue == CUE_USE) {
		while (!virtqueue_shows_used(queue) && clock_now() - start < intruder->patience)
			;
		intruder->use = clock_now() - start;
	} else if (intruder->cue == CUE_WORD) {
		while (word_on_kicks(queue) == intruder->word &&
		       clock_now() - start < intruder->use)
			;
	}
	if (intruder->cue != CUE_KICK)
		start = clock_now();
	while (clock_now() - start < intruder->linger)
		;
}

static void intrude(void *argument)
{
	struct intruder *intruder = argument;
	struct virtqueue *queue = intruder->queue;

	while (!intruder->stop) {
		if (intruder->wanted == intruder->done) {
			cpu_relax();
			continue;
		}
		observe();
		await_cue(intruder);
		intruder->full = !request_add(queue, intruder->request);
		virtqueue_publish(queue);
		intruder->notified = virtqueue_kick(queue);
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
static bool serve_both(struct test_run *t, struct intruder *intruder, struct request *request)
{
	struct virtqueue *queue = intruder->queue;
	struct completion completion;
	bool wanted, came;

	CAN_JUDGE(t, request_add(queue, request), "queue %u has no room for two requests",
		  queue->index);
	virtqueue_publish(queue);
	intruder->word = word_on_kicks(queue);
	wanted = virtqueue_kick_wanted(queue);
	intruder->kicked = clock_now();
	publish();
	intruder->wanted++;
	if (wanted)
		virtqueue_notify(queue);
	came = wait_until(is_done, intruder, clock_deadline(2 * PATIENCE_NS));
	CAN_JUDGE(t, came, "the second CPU has not come to expose a buffer");
	CAN_JUDGE(t, !intruder->full, "queue %u has no room for two requests", queue->index);
	return await_completion(t, queue, &completion) && await_completion(t, queue, &completion);
}

/* Where in the first one's service the second is exposed: anywhere, or where the device is likely to go to sleep. */
static void aim(struct test_run *t, struct intruder *intruder, unsigned round)
{
	uint64_t doze = clock_from_ns(DOZE_NS);

	intruder->cue = round % 4 < CUES ? (enum cue)(round % 4) : CUE_USE;
	if (!intruder->use)
		intruder->cue = CUE_USE;
	intruder->linger = random_below(&t->random, intruder->cue == CUE_KICK
							    ? intruder->use + intruder->use / 4 + 1
							    : doze);
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
	struct effort effort;
	unsigned round = 0;
	struct request *request;
	bool served = true;

	bring_up(t);
	request = new_request(t, 1);
	*intruder = (struct intruder){.queue = work_queue(t),
				      .request = new_request(t, 2),
				      .patience = clock_from_ns(PATIENCE_NS)};
	CAN_JUDGE(t, cpu_start(1, intrude, intruder), "the second CPU is busy");
	effort = effort_of(ROUNDS, ROUNDS_MANY);
	while (served && effort_lasts(&effort, round)) {
		aim(t, intruder, round);
		served = serve_both(t, intruder, request);
		round += served;
	}
	intruder->stop = true;
	CAN_JUDGE(t, cpu_finish(1, clock_deadline(PATIENCE_NS), NULL),
		  "the second CPU does not come to an end");
	judge(t, intruder, served, round);
}
