/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue that is filled by one CPU and emptied by another, at the same time. */
#include "arch/cpu.h"
#include "arch/io.h"
#include "tests/harness/judge/finding.h"
#include "tests/ring/traffic.h"

#define DEPTH      8u
#define ADDED      400
#define ADDED_MANY 20000

struct exchange {
	struct virtqueue *queue;
	bool lock; /* of the driver's side of the queue: the device has none */
	struct request *requests[DEPTH];
	volatile bool away[DEPTH]; /* with the device */
	unsigned depth;
	volatile unsigned collected;
	volatile bool stop, astray;
};

static void lock(struct exchange *exchange)
{
	while (__atomic_test_and_set(&exchange->lock, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void unlock(struct exchange *exchange)
{
	__atomic_clear(&exchange->lock, __ATOMIC_RELEASE);
}

/* Which request it is, DEPTH: none that is with the device. */
static unsigned find(const struct exchange *exchange, const void *token)
{
	unsigned n = 0;

	while (n < exchange->depth && (exchange->requests[n] != token || !exchange->away[n]))
		n++;
	return n < exchange->depth ? n : DEPTH;
}

static void collect(void *argument)
{
	struct exchange *exchange = argument;
	struct completion completion;

	while (!exchange->stop && !exchange->astray) {
		unsigned n;
		bool taken;

		lock(exchange);
		taken = virtqueue_take(exchange->queue, &completion);
		unlock(exchange);
		if (!taken) {
			cpu_relax();
			continue;
		}
		n = find(exchange, completion.token);
		exchange->astray = n == DEPTH;
		if (n < DEPTH)
			exchange->away[n] = false;
		exchange->collected++;
	}
}

struct slot {
	struct exchange *exchange;
	unsigned n;
};

static bool is_back(void *context)
{
	struct slot *slot = context;

	return slot->exchange->astray || !slot->exchange->away[slot->n];
}

/* Sends the n-th request once it is back, if it was sent before. False when it does not come. */
static bool send_again(struct test_run *t, struct exchange *exchange, unsigned n, bool first)
{
	struct slot slot = {exchange, n};
	char why[FINDING_WORDS / 2];
	struct text text = TEXT_ON(why);
	bool added, wanted;

	if (!wait_until(is_back, &slot, clock_deadline(PATIENCE_NS)))
		return false;
	if (!first && !exchange->astray && t->workload->verify)
		INSIST(t, SANE_2, t->workload->verify(t->device, exchange->requests[n], &text),
		       "queue %u: %s completed, but %s", exchange->queue->index, t->workload->about,
		       why);
	lock(exchange);
	exchange->away[n] = true;
	added = request_add(exchange->queue, exchange->requests[n]);
	virtqueue_publish(exchange->queue);
	wanted = virtqueue_kick_wanted(exchange->queue);
	unlock(exchange);
	CAN_JUDGE(t, added, "queue %u has no room for %u requests", exchange->queue->index,
		  exchange->depth);
	if (wanted)
		virtqueue_notify(exchange->queue);
	return true;
}

TEST(ring, buffers_are_collected_while_others_are_added,
     .about = "each buffer comes back once, right, to a CPU that takes them while another one adds",
     .needs = NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_TXT_7, SANE_1, SANE_2, SPLIT_TXT_11), .timeout_ms = 60000)
{
	struct exchange *exchange = test_memory(t, "exchange", sizeof(*exchange), 8);
	struct effort effort;
	struct slot slot = {exchange, 0};
	unsigned added = 0;
	bool back = true, all;

	want_batches(t);
	bring_up(t);
	*exchange = (struct exchange){.queue = work_queue(t)};
	exchange->requests[0] = new_request(t, 0);
	exchange->depth =
		MINIMUM(exchange->queue->size / request_least(exchange->requests[0]), DEPTH);
	for (unsigned n = 1; n < exchange->depth; n++)
		exchange->requests[n] = new_request(t, n);
	CAN_JUDGE(t, cpu_start(1, collect, exchange), "the second CPU is busy");
	effort = effort_of(ADDED, ADDED_MANY);
	for (; back && !exchange->astray && effort_lasts(&effort, added); added += back)
		back = send_again(t, exchange, added % exchange->depth, added < exchange->depth);
	for (slot.n = 0; back && slot.n < exchange->depth; slot.n++)
		back = wait_until(is_back, &slot, clock_deadline(PATIENCE_NS));
	exchange->stop = true;
	CAN_JUDGE(t, cpu_finish(1, clock_deadline(PATIENCE_NS), NULL),
		  "the second CPU does not come to an end");
	if (!JUDGE(t, clause_of_identity(exchange->queue), !exchange->astray,
		   "queue %u: of %u buffers that one CPU added and another one took the last is of no "
		   "chain in flight",
		   exchange->queue->index, exchange->collected))
		return;
	all = exchange->collected == added;
	CAN_JUDGE(t, all || !virtqueue_used_pending(exchange->queue),
		  "the second CPU has not come to take what is used");
	CHECK(t, SANE_1, all,
	      "queue %u: %u buffers were added by one CPU, and of those %u came back to another one in "
	      "time",
	      exchange->queue->index, added, exchange->collected);
}
