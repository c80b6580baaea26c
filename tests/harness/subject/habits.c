/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device serves besides a plain request: found out once, before a test asks for it. */
#include "lib/string.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/subject/experiment.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/inspect.h"
#include "tests/harness/subject/subject.h"

#define ROUNDS 2

/* What an experiment has shown. */
static struct {
	bool queue_lives; /* a queue whose reset is complete is still enabled */
	bool chokes; /* what is cut into several descriptors is not served, and a plain request is */
	bool table_chokes; /* in an indirect table it is not served, where a plain one is */
	bool polled;       /* a plain request was made to a queue that no interrupt tells of, … */
	bool polls_in_vain; /* … and is not served, where others are */
	bool leaves;        /* of two requests behind one notification it serves one */
} seen;

static void look(void (*trial)(void *context), struct test_run *t)
{
	memset(&seen, 0, sizeof(seen));
	experiment_carry_out(trial, t);
}

static void dare(void (*trial)(void *context), struct test_run *t, enum clause_id id,
		 uint32_t state)
{
	memset(&seen, 0, sizeof(seen));
	experiment_dare(trial, t, id, state);
}

/*
 * The tests of rings cut what they send; to the device that takes no cuts they would be the end. Where used indices lie,
 * nobody can tell what was served.
 */
bool chains_are_due(const struct test_run *t)
{
	return !t->subject->chains_inspected && takes_any_layout(t->device) &&
	       experiment_is_possible(t) &&
	       !(taken_by(t->faults) & (STATE_RESET | STATE_INDICES)) &&
	       strcmp(t->test->suite, "ring") == 0;
}

bool queue_reset_is_due(const struct test_run *t)
{
	return !t->subject->queue_reset_inspected && t->test->has_feature &&
	       t->test->feature == VIRTIO_F_RING_RESET && experiment_is_possible(t);
}

bool tables_are_due(const struct test_run *t)
{
	return !t->subject->tables_inspected && (assumed_by(t) & STATE_TABLES) &&
	       features_have(&t->device->offered, VIRTIO_F_INDIRECT_DESC) && experiments_tell(t);
}

/* Those of networks and of consoles do so for both ends, where nothing is said of interrupts. */
static bool test_polls(const struct test_run *t)
{
	return (assumed_by(t) & STATE_POLLING) || (t->test->type && t->workload->needs_taker);
}

bool polling_is_due(const struct test_run *t)
{
	return !t->subject->polling_inspected && experiments_tell(t) && test_polls(t) &&
	       usual_interrupts(t->device) != INTERRUPT_NONE;
}

bool batches_are_due(const struct test_run *t)
{
	return !t->subject->batches_inspected && experiments_tell(t) &&
	       ((t->test->needs & NEEDS_WORK) || t->test->type);
}

/* Whether one request in two descriptors a direction is served as it should. */
static bool serve_cut(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = arena_allocate(t->arena, "request", sizeof(*request), 8);
	struct segment segments[REQUEST_SEGMENTS_MOST];
	uint32_t told = life.told; /* of the same, uncut */
	unsigned count;

	if (!request || !t->workload->prepare(t->device, t->arena, 2, request))
		return true;
	count = request_cut(request, 2, 2, segments);
	/* A plain request of several descriptors is a chain itself, and was served. */
	if (request_least(request) > 1 || count == 1 || count > queue->size)
		return true;
	/* It may have died of the experiment then. */
	if (told_by_earlier_boot(t->device, CLAUSE_SPLIT_FRAME_1))
		return false;
	if (!virtqueue_add(queue, segments, count, request))
		return true;
	/* A length may be an underestimate (2.7.8.2), but not of cut requests alone. */
	return experiment_serve_added(queue) &&
	       (life.told >= request->written_least || told < request->written_least);
}

static void try_chains(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue = experiment_start(t, false);

	seen.chokes = queue && experiment_serve(t, queue) && !serve_cut(t, queue);
	experiment_stop(t);
}

/* A reset that never ends, or leaves something behind, is for the tests of it to tell. */
static void try_queue_reset(void *context)
{
	struct test_run *t = context;
	struct virtio_device *device = t->device;
	struct features features = features_for(t);
	struct virtqueue *queue;

	features_add(&features, VIRTIO_F_RING_RESET);
	queue = experiment_start_with(t, features, experiment_queues(t), false);
	seen.queue_lives = queue && experiment_serve(t, queue) && virtio_reset_queue(queue) &&
			   device->transport->queue_enabled(device);
	experiment_stop(t);
}

void inspect_queue_reset(struct test_run *t)
{
	t->subject->queue_reset_inspected = true;
	look(try_queue_reset, t);
	if (seen.queue_lives)
		check_broken(
			t, CLAUSE_PCI_COMMON_16,
			"1 was written to the queue reset register, which reads 0 then, and the queue "
			"is still enabled");
}

void inspect_chains(struct test_run *t)
{
	bool told = told_by_earlier_boot(t->device, CLAUSE_SPLIT_FRAME_1);

	t->subject->chains_inspected = true;
	dare(try_chains, t, CLAUSE_SPLIT_FRAME_1, STATE_CHAINS);
	if (!seen.chokes)
		return;
	if (!told)
		check_broken(t, CLAUSE_SPLIT_FRAME_1,
			     "%s is served in one descriptor, and not in two a direction",
			     t->workload->about);
	enter_fault(t, CLAUSE_SPLIT_FRAME_1, STATE_CHAINS);
}

/* Whether a plain request is served, after a reset and in this variant: a device that is dead dies of nothing here. */
static bool lives_on(struct test_run *t, struct variant variant)
{
	struct virtqueue *queue;
	bool lives;

	t->variant = variant;
	queue = experiment_start(t, false);
	lives = queue && experiment_serve(t, queue);
	experiment_stop(t);
	return lives;
}

/* The table is negotiated before, and used then: only that differs. */
static void try_table(void *context)
{
	struct test_run *t = context;
	struct variant plain = t->variant;
	struct virtqueue *queue;

	t->variant.indirect = true;
	queue = experiment_start(t, false);
	if (queue && experiment_serve(t, queue)) {
		queue->shape.indirect = true;
		for (unsigned n = 0; n < ROUNDS && !seen.table_chokes; n++)
			seen.table_chokes = !experiment_serve(t, queue);
	}
	experiment_stop(t);
	seen.table_chokes = seen.table_chokes && lives_on(t, plain);
}

void inspect_tables(struct test_run *t)
{
	bool told = told_by_earlier_boot(t->device, CLAUSE_SPLIT_IND_TXT_1);

	t->subject->tables_inspected = true;
	if (!told)
		dare(try_table, t, CLAUSE_SPLIT_IND_TXT_1, STATE_TABLES);
	if (!told && !seen.table_chokes)
		return;
	if (!told)
		check_broken(t, CLAUSE_SPLIT_IND_TXT_1,
			     "%s is served in the ring's own descriptors, and not in a table",
			     t->workload->about);
	enter_fault(t, CLAUSE_SPLIT_IND_TXT_1, STATE_TABLES);
}

static void try_polling(void *context)
{
	struct test_run *t = context;
	struct variant told = t->variant; /* of what is used, by interrupts */
	struct virtqueue *queue;

	if (!lives_on(t, told))
		return;
	t->variant.interrupts = INTERRUPT_NONE;
	queue = experiment_start(t, false);
	seen.polled = true;
	/* The first may be served for free: a device may look at its queues when it goes live. */
	for (unsigned n = 0; n <= ROUNDS && !seen.polls_in_vain; n++)
		seen.polls_in_vain = !queue || !experiment_serve(t, queue);
	experiment_stop(t);
	if (seen.polls_in_vain)
		seen.polled = seen.polls_in_vain = lives_on(t, told);
}

void inspect_polling(struct test_run *t)
{
	bool told = told_by_earlier_boot(t->device, CLAUSE_SANE_14);

	t->subject->polling_inspected = true;
	if (!told)
		dare(try_polling, t, CLAUSE_SANE_14, STATE_POLLING);
	if (!told && seen.polled && !seen.polls_in_vain)
		check_held(t, CLAUSE_SANE_14);
	if (!told && !seen.polls_in_vain)
		return;
	if (!told)
		check_broken(t, CLAUSE_SANE_14,
			     "%s is served where an interrupt tells of it, and not in a queue that "
			     "is polled",
			     t->workload->about);
	enter_fault(t, CLAUSE_SANE_14, STATE_POLLING);
}

/*
 * Whether the second of two requests behind one notification waits for another one, and is served then as soon as any: a
 * device that limits its rate lets it wait as well.
 */
static bool leaves_one(struct test_run *t, struct virtqueue *queue)
{
	struct request *requests = arena_allocate(t->arena, "requests", 2 * sizeof(*requests), 8);
	struct completion completion;

	for (unsigned n = 0; n < 2; n++) {
		if (!requests || !t->workload->prepare(t->device, t->arena, n, &requests[n]) ||
		    !request_add(queue, &requests[n]))
			return false;
	}
	virtqueue_publish(queue);
	virtqueue_notify(queue);
	if (!await_use(queue, clock_deadline(PATIENCE_NS)) || !virtqueue_take(queue, &completion) ||
	    await_use(queue, clock_deadline(PATIENCE_NS)))
		return false;
	virtqueue_notify(queue);
	return await_use(queue, clock_deadline(MAXIMUM(SOON_NS, pace_ns()))) &&
	       virtqueue_take(queue, &completion);
}

static void try_batch(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue = experiment_start(t, false);

	/* The first may be served for free: a device may look at its queues when it goes live. */
	seen.leaves = queue && experiment_serve(t, queue);
	for (unsigned n = 0; n < ROUNDS && seen.leaves; n++)
		seen.leaves = leaves_one(t, queue);
	experiment_stop(t);
}

void inspect_batches(struct test_run *t)
{
	bool told = told_by_earlier_boot(t->device, CLAUSE_SANE_18);

	t->subject->batches_inspected = true;
	if (!told)
		look(try_batch, t);
	if (!told && !seen.leaves)
		return;
	if (!told)
		check_broken(
			t, CLAUSE_SANE_18,
			"of two requests behind one notification the first is served, the other behind "
			"a second notification");
	enter_fault(t, CLAUSE_SANE_18, STATE_BATCHES);
}
