/* SPDX-License-Identifier: BSD-2-Clause */
/* Suppression that is lifted while the device is at work (virtio 1.4, 2.7.7; packed rings: 2.8.10). */
#include "arch/cpu.h"
#include "arch/io.h"
#include "tests/interrupt/interrupt.h"

#define REARMINGS     120
#define AIMED         60
#define AIMED_MANY    4000
#define MOST_DELAY_NS 20000

/* The clause by which arming again loses nothing, whatever the device was just doing. */
static enum clause_id clause_of_arming(const struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		return CLAUSE_PACKED_EV_TXT_7;
	return queue->event_idx ? CLAUSE_EVIDX_TXT_3 : CLAUSE_NOTIF_TXT_2;
}

/*
 * A request under suppression, armed again at some moment while the device is at it: what does not show as used
 * by then has to be announced. True when nothing was lost.
 */
static bool rearm_under_way(struct test_run *t, struct virtqueue *queue)
{
	struct completion completion;
	struct mark mark;
	bool kept = true;

	virtqueue_suppress(queue);
	submit(t, queue, new_request(t, random_next(&t->random)));
	clock_spin(random_below(&t->random, MOST_DELAY_NS));
	mark = mark_arrivals(queue);
	virtqueue_arm(queue, 0);
	if (!virtqueue_used_pending(queue))
		kept = await_messages(t, queue, &mark, 1);
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
	return kept;
}

TEST(interrupt, arming_again_loses_nothing,
     .about =
	     "a buffer used after suppression was lifted is announced, at whatever moment that was",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(EVIDX_TXT_3, NOTIF_TXT_2, PACKED_EV_TXT_7, SANE_1))
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	complete_with_message(t, queue);
	for (unsigned n = 0; n < REARMINGS; n++) {
		if (!JUDGE(t, clause_of_arming(queue), rearm_under_way(t, queue),
			   "queue %u, round %u: armed again before the buffer showed as used, and no "
			   "message came",
			   queue->index, n) ||
		    !JUDGE(t, clause_of_arming(queue), complete_with_message(t, queue),
			   "queue %u, round %u: armed again, a buffer used, and no message came",
			   queue->index, n))
			return;
	}
}

/* The second CPU, which kicks: a kick may last until the device has used what there is. */
struct kicker {
	struct virtqueue *queue;
	volatile unsigned wanted, done;
	volatile bool stop;
};

static void keep_kicking(void *argument)
{
	struct kicker *kicker = argument;

	while (!kicker->stop) {
		if (kicker->wanted == kicker->done) {
			cpu_relax();
			continue;
		}
		observe();
		virtqueue_notify(kicker->queue);
		kicker->done++;
	}
}

static bool has_kicked(void *context)
{
	const struct kicker *kicker = context;

	return kicker->done == kicker->wanted;
}

/*
 * The same, armed so many ticks after the kick, give or take an eighth; that is brought nearer to the moment in which the
 * buffer shows as used.
 */
static bool rearm_at_use(struct test_run *t, struct kicker *kicker, struct request *request,
			 uint64_t *wait)
{
	struct virtqueue *queue = kicker->queue;
	uint64_t start, spin = *wait - *wait / 8 + random_below(&t->random, *wait / 4 + 1);
	struct completion completion;
	bool late, kept = true;
	struct mark mark;

	virtqueue_suppress(queue);
	add_request(t, queue, request);
	virtqueue_publish(queue);
	kicker->wanted += virtqueue_kick_wanted(queue);
	start = clock_now();
	while (clock_now() - start < spin)
		;
	mark = mark_arrivals(queue);
	late = virtqueue_arm(queue, 0);
	if (late)
		*wait -= *wait / 16;
	else
		*wait += *wait / 16 + 16;
	CAN_JUDGE(t, wait_until(has_kicked, kicker, clock_deadline(PATIENCE_NS)),
		  "the second CPU has not come to kick");
	if (!late)
		kept = await_messages(t, queue, &mark, 1);
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
	return kept;
}

TEST(interrupt, arming_as_a_buffer_is_used_loses_nothing,
     .about = "a buffer is announced that is used just behind the lifting of suppression",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(EVIDX_TXT_3, NOTIF_TXT_2, PACKED_EV_TXT_7, SANE_1), .timeout_ms = 60000)
{
	struct kicker *kicker = test_memory(t, "kicker", sizeof(*kicker), 8);
	struct effort effort;
	unsigned n;
	uint64_t wait = clock_from_ns(1000);
	struct request *request;
	bool kept = true;

	bring_up(t);
	*kicker = (struct kicker){.queue = work_queue(t)};
	request = new_request(t, 1);
	complete_with_message(t, kicker->queue);
	CAN_JUDGE(t, cpu_start(1, keep_kicking, kicker), "the second CPU is busy");
	effort = effort_of(AIMED, AIMED_MANY);
	for (n = 0; kept && effort_lasts(&effort, n); n++)
		kept = rearm_at_use(t, kicker, request, &wait);
	kicker->stop = true;
	JUDGE(t, clause_of_arming(kicker->queue), kept,
	      "queue %u, round %u: armed %lu ns after the kick, before the buffer showed as used, and no "
	      "message came",
	      kicker->queue->index, n, clock_to_ns(wait));
}
