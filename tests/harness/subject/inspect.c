/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/inspect.h"

#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/contact.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/leftover.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/subject/taker.h"
#include "virtio/ring/split.h"

#define FAR_AWAY 0x8000 /* a used_event that is not met for a long time */
#define LIMIT_NS (20 * NANOSECONDS_A_SECOND)
#define ROUNDS   2
#define LIVES    2
#define KICKS    4
#define SOON_NS  (100 * 1000000ull)

/* What the experiments have shown. */
static struct observations {
	unsigned pending; /* first entry whose pending bit is set, plus 1 */
	uint16_t
		first_index; /* that the first used element after a reset in use made; 1: as it has to */
	bool silent;         /* of no used buffer a message comes, there or elsewhere */
	bool feature_stays; /* used_event is heeded without EVENT_IDX */
	bool queues_stay; /* it serves with queues that a feature brought, and no more without them, … */
	bool refuses;    /* but needs a reset, … */
	bool comes_back; /* and serves with them again */
	uint32_t told;   /* used length of the request that was served last; 0 where none is told */
	bool needs_reset; /* DRIVER_OK was set, and device_status says so … */
	bool all_queues;  /* … unless all queues are enabled */
	bool queue_lives; /* a queue whose reset is complete is still enabled */
	bool chokes; /* what is cut into several descriptors is not served, and a plain request is */
	bool table_chokes; /* in an indirect table it is not served, where a plain one is */
	bool polled;       /* a plain request was made to a queue that no interrupt tells of, … */
	bool polls_in_vain; /* … and is not served, where others are */
	bool leaves;        /* of two requests behind one notification it serves one */
} seen;

static bool can_be_asked(const struct test_run *t)
{
	const struct subject *subject = t->subject;

	return !subject->lost && !subject->dead && !face_of(t->device)->unusable && t->workload &&
	       (!taker_is_needed(t->device) || subject->taker == TAKER_THERE);
}

bool giving_up_is_due(const struct test_run *t)
{
	const struct subject *subject = t->subject;

	return !subject->given_up && !subject->lost && !subject->dead &&
	       !face_of(t->device)->unusable;
}

bool inspection_is_due(const struct test_run *t)
{
	return !t->subject->inspected && can_be_asked(t);
}

/*
 * The tests of rings cut what they send; to the device that takes no cuts they would be the end. Where used indices lie,
 * nobody can tell what was served.
 */
bool chains_are_due(const struct test_run *t)
{
	return !t->subject->chains_inspected && takes_any_layout(t->device) && can_be_asked(t) &&
	       !(taken_by(t->faults) & (STATE_RESET | STATE_INDICES)) &&
	       strcmp(t->test->suite, "ring") == 0;
}

bool queue_reset_is_due(const struct test_run *t)
{
	return !t->subject->queue_reset_inspected && t->test->has_feature &&
	       t->test->feature == VIRTIO_F_RING_RESET && can_be_asked(t);
}

/* What a set-up of its own shows says nothing where features of another are in force, or used indices lie. */
static bool experiments_tell(const struct test_run *t)
{
	return !(taken_by(t->faults) & (STATE_RESET | STATE_FEATURES | STATE_INDICES)) &&
	       can_be_asked(t);
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

/* Nothing has been asked of the device yet. */
static void look_at_pending(struct test_run *t)
{
	struct virtio_device *device = t->device;
	const struct virtio_messages *messages = device->transport->messages;

	if (!device->vectors || contact_was_late(&face_of(device)->contact))
		return;
	approach(device);
	messages->enable(device);
	for (unsigned entry = 0; entry < device->vectors && !seen.pending; entry++) {
		if (messages->is_pending(device, entry))
			seen.pending = entry + 1;
	}
	messages->disable(device);
}

/* Brings the device up with these features and queues, and EVENT_IDX or not; NULL when that is not possible. */
static struct virtqueue *start_with(struct test_run *t, struct features features, unsigned queues,
				    bool event_idx)
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	arena_empty(t->arena);
	if (!make_fresh(device))
		return NULL;
	if (!set_up_unjudged(t, features, queues, t->variant.interrupts))
		return NULL;
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	note_live(device);
	seen.needs_reset = device->transport->get_status(device) & VIRTIO_STATUS_NEEDS_RESET;
	if (t->workload->start && !t->workload->start(device, t->arena))
		return NULL;
	queue = work_queue(t);
	/* Without EVENT_IDX the field means nothing. */
	if (!event_idx)
		write16(split_of(queue)->used_event, FAR_AWAY);
	return queue;
}

static unsigned queues_for(const struct test_run *t)
{
	return seen.all_queues ? ALL_QUEUES : t->workload->queues;
}

/* With its usual features. */
static struct virtqueue *start(struct test_run *t, bool event_idx)
{
	t->variant.event_idx = event_idx;
	return start_with(t, features_for(t), queues_for(t), event_idx);
}

static void stop(struct test_run *t)
{
	if (virtio_reset(t->device))
		virtio_give_back_queues(t->device);
}

static bool is_used(void *queue)
{
	return virtqueue_used_pending(queue);
}

/* Notifies of it as often: a device that overhears one is found out elsewhere, and would hide what is sought here. */
static bool await_used(struct virtqueue *queue)
{
	for (unsigned n = 0; n < KICKS; n++) {
		virtqueue_notify(queue);
		if (wait_until(is_used, queue, clock_deadline(PATIENCE_NS / KICKS)))
			return true;
	}
	return false;
}

/* Whether what was added is served. */
static bool serve_added(struct virtqueue *queue)
{
	struct completion completion;

	virtqueue_publish(queue);
	if (!await_used(queue) || !virtqueue_take(queue, &completion))
		return false;
	seen.told = completion.has_length ? completion.length : 0;
	return true;
}

/* Whether one request is served. */
static bool serve(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = arena_allocate(t->arena, "request", sizeof(*request), 8);

	return request && t->workload->prepare(t->device, t->arena, 1, request) &&
	       request_add(queue, request) && serve_added(queue);
}

/* Whether a message comes for the next few requests, which are served one by one. */
static bool sends(struct test_run *t, struct virtqueue *queue)
{
	uint64_t before = interrupt_count(queue->vector);

	for (unsigned n = 0; n < ROUNDS; n++) {
		if (!serve(t, queue))
			return true; /* nothing is shown */
	}
	return await_interrupts(queue->vector, before + 1);
}

/* The first request tells where the ring begins, and may be announced in any case. */
static bool begin(struct test_run *t, struct virtqueue *queue)
{
	uint16_t index;

	if (!queue || !serve(t, queue))
		return false;
	index = from_le16(split_of(queue)->used->idx);
	if (index != 1 && seen.first_index == 1)
		seen.first_index = index;
	settle_interrupts();
	return true;
}

/* EVENT_IDX is negotiated, then declined: used_event means nothing any more (2.7.7.2). */
static void try_feature(struct test_run *t)
{
	struct virtqueue *queue;
	uint64_t before;

	if (!begin(t, start(t, true)))
		return;
	stop(t);
	queue = start(t, false);
	if (!begin(t, queue) || !queue->vector || sends(t, queue))
		return;
	/* No message, though flags are 0. Does used_event bring it? */
	before = interrupt_count(queue->vector);
	write16(split_of(queue)->used_event, split_of(queue)->used_index);
	seen.feature_stays = serve(t, queue) && await_interrupts(queue->vector, before + 1);
}

/* A driver enables the queues that it uses (4.1.4.3): where it has to enable all of them, all set-ups are to do so. */
static bool begin_with_all_queues(struct test_run *t)
{
	if (!seen.needs_reset || offered_queues(t->device) <= t->workload->queues)
		return false;
	stop(t);
	seen.all_queues = true;
	seen.all_queues = begin(t, start(t, false));
	return seen.all_queues;
}

/*
 * Whether no message comes at all, in another life either: one that goes astray is for the tests to find. A line is not
 * asked, for the tables of the firmware may route it wrongly.
 */
static bool is_silent(struct test_run *t)
{
	uint64_t total = interrupt_total();

	for (unsigned n = 0; n < LIVES; n++) {
		struct virtqueue *queue = start(t, false);
		bool shows = begin(t, queue) && queue->vector && !sends(t, queue);

		stop(t);
		if (!shows || interrupt_total() != total)
			return false;
	}
	return true;
}

static void experiment(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue;
	bool works, heard;

	look_at_pending(t);
	/* Without it first: does the device send at all, and then with no more than one request before? */
	works = begin(t, start(t, false)) || begin_with_all_queues(t);
	queue = works ? work_queue(t) : NULL;
	heard = works && (!queue->vector || sends(t, queue));
	stop(t);
	if (!heard) {
		seen.silent = works && t->device->vectors && is_silent(t);
		return;
	}
	if (features_have(&t->device->offered, VIRTIO_F_EVENT_IDX) &&
	    !told_by_earlier_boot(t->device, CLAUSE_FEAT_TXT_2))
		try_feature(t);
	else
		begin(t, start(t, false));
	stop(t);
}

static void judge(struct test_run *t)
{
	judge_leftovers(t);
	/* What else was seen is of a device that was never reset. */
	if (taken_by(t->faults) & STATE_RESET)
		return;
	if (seen.all_queues) {
		enter_fault(t, CLAUSE_SANE_5, STATE_FEW_QUEUES);
		check_broken(
			t, CLAUSE_SANE_5,
			"DRIVER_OK was set with %u of %u queues enabled, and the device needs a "
			"reset; with all of them it serves",
			t->workload->queues, offered_queues(t->device));
	}
	if (seen.silent)
		enter_fault(t, CLAUSE_SPLIT_NOTIF_3, STATE_NOTICES);
	if (seen.silent && !told_by_earlier_boot(t->device, CLAUSE_SPLIT_NOTIF_3))
		check_broken(
			t, CLAUSE_SPLIT_NOTIF_3,
			"%u buffers were used one by one, and again after a reset, and no message "
			"came of any",
			ROUNDS + 1);
	if (seen.pending)
		check_broken(
			t, CLAUSE_MSIX_PCI_14,
			"entry %u: the pending bit is set, and nothing was asked of the device",
			seen.pending - 1);
	if (seen.first_index != 1)
		check_broken(
			t, CLAUSE_SPLIT_TXT_12,
			"the first buffer after a reset in use made the used index %u, of a ring "
			"that was all 0",
			seen.first_index);
	if (seen.feature_stays) {
		check_broken(t, CLAUSE_FEAT_TXT_2,
			     "VIRTIO_F_EVENT_IDX was negotiated, then after a reset it was not: "
			     "used_event is heeded all the same");
	}
}

/* Makes an experiment in the plainest variant; the device is reset then. */
static void carry_out(void (*trial)(void *context), struct test_run *t)
{
	struct variant variant = t->variant;
	struct guard_report report;

	seen = (struct observations){.first_index = 1};
	t->variant = (struct variant){.interrupts = usual_interrupts(t->device)};
	guard_call(trial, t, LIMIT_NS, &report);
	if (report.end != GUARD_RETURNED)
		stop(t);
	t->variant = variant;
	t->up = false;
}

static void give_up(void *context)
{
	struct test_run *t = context;

	arena_empty(t->arena);
	/* A device that refuses is left to the tests. */
	if (make_fresh(t->device))
		set_up_unjudged(t, features_for(t), usual_queues(t), usual_interrupts(t->device));
	stop(t);
}

void inspect_giving_up(struct test_run *t)
{
	t->subject->given_up = true;
	carry_out(give_up, t);
	judge_leftovers(t);
}

/* Makes one that whatever stands behind the device may not outlive: its death has a name then. */
static void dare(void (*trial)(void *context), struct test_run *t, enum clause_id id,
		 uint32_t state)
{
	const struct clause *clause = &clauses[id];

	REPORT("trial", TEXT("device", t->device->name), TEXT("clause", clause_name(clause)),
	       TEXT("level", clause_level_name(clause->level)),
	       TEXT("statement", clause_statement(clause)), TEXT("section", clause_section(clause)),
	       TEXT("about", state_name(state)));
	carry_out(trial, t);
	let_host_hear(t->device);
	REPORT("trial", TEXT("device", t->device->name), TEXT("clause", ""));
}

void inspect_subject(struct test_run *t)
{
	t->subject->inspected = true;
	carry_out(experiment, t);
	judge(t);
	/* It comes again with the next set-up that asks for more, and not before. */
	if (told_by_earlier_boot(t->device, CLAUSE_FEAT_TXT_2))
		enter_earlier_fault(t->device, t->faults, CLAUSE_FEAT_TXT_2, STATE_FEATURES);
}

/* What a device may do by a bit of its type that nobody here knows is not to be guessed (2.2: bits 0 to 23, 50 on). */
static bool knows_own_bits(const struct virtio_device *device)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		if ((bit < 24 || bit >= 50) && features_have(&device->offered, bit) &&
		    !feature_name(device->type, bit))
			return false;
	}
	return true;
}

static uint64_t queue_bits(const struct virtio_device *device)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);

	return type ? device->offered.words[0] & type->queue_bits : 0;
}

bool queue_bits_are_due(const struct test_run *t)
{
	return !t->subject->queue_bits_inspected && t->test->type && queue_bits(t->device) &&
	       knows_own_bits(t->device) && experiments_tell(t) &&
	       !told_by_earlier_boot(t->device, CLAUSE_FEAT_TXT_2);
}

/*
 * Features that bring queues are negotiated, twice, and then declined: a device in which they stay in force looks for
 * their queues.
 */
static void try_queue_bits(void *context)
{
	struct test_run *t = context;
	struct features wide = features_for(t);
	bool serves = begin(t, start(t, false));

	stop(t);
	wide.words[0] |= queue_bits(t->device);
	wide = features_close(t->device->type, wide);
	for (unsigned n = 0; n < ROUNDS && serves; n++) {
		serves = begin(t, start_with(t, wide, ALL_QUEUES, false));
		stop(t);
	}
	seen.queues_stay = serves && !begin(t, start(t, false));
	seen.refuses = seen.needs_reset;
	stop(t);
	seen.comes_back = seen.queues_stay && begin(t, start_with(t, wide, ALL_QUEUES, false));
	stop(t);
}

void inspect_queue_bits(struct test_run *t)
{
	t->subject->queue_bits_inspected = true;
	carry_out(try_queue_bits, t);
	if (!seen.queues_stay)
		return;
	/* One that is stuck then is lost to this boot. */
	enter_fault(t, CLAUSE_FEAT_TXT_2, STATE_FEATURES | (seen.comes_back ? 0 : STATE_RESET));
	check_broken(t, CLAUSE_FEAT_TXT_2,
		     "features that bring queues were negotiated, then after a reset they were "
		     "not: %s, which it did before without them",
		     seen.refuses ? "it needs a reset instead of serving" : "it does not serve");
}

/* Whether one request in two descriptors a direction is served as it should. */
static bool serve_cut(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = arena_allocate(t->arena, "request", sizeof(*request), 8);
	struct segment segments[REQUEST_SEGMENTS_MOST];
	uint32_t told = seen.told; /* of the same, uncut */
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
	return serve_added(queue) &&
	       (seen.told >= request->written_least || told < request->written_least);
}

static void try_chains(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue = start(t, false);

	seen.chokes = queue && serve(t, queue) && !serve_cut(t, queue);
	stop(t);
}

/* A reset that never ends, or leaves something behind, is for the tests of it to tell. */
static void try_queue_reset(void *context)
{
	struct test_run *t = context;
	struct virtio_device *device = t->device;
	struct features features = features_for(t);
	struct virtqueue *queue;

	features_add(&features, VIRTIO_F_RING_RESET);
	queue = start_with(t, features, queues_for(t), false);
	seen.queue_lives = queue && serve(t, queue) && virtio_reset_queue(queue) &&
			   device->transport->queue_enabled(device);
	stop(t);
}

void inspect_queue_reset(struct test_run *t)
{
	t->subject->queue_reset_inspected = true;
	carry_out(try_queue_reset, t);
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
	queue = start(t, false);
	lives = queue && serve(t, queue);
	stop(t);
	return lives;
}

/* The table is negotiated before, and used then: only that differs. */
static void try_table(void *context)
{
	struct test_run *t = context;
	struct variant plain = t->variant;
	struct virtqueue *queue;

	t->variant.indirect = true;
	queue = start(t, false);
	if (queue && serve(t, queue)) {
		queue->shape.indirect = true;
		for (unsigned n = 0; n < ROUNDS && !seen.table_chokes; n++)
			seen.table_chokes = !serve(t, queue);
	}
	stop(t);
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
	queue = start(t, false);
	seen.polled = true;
	/* The first may be served for free: a device may look at its queues when it goes live. */
	for (unsigned n = 0; n <= ROUNDS && !seen.polls_in_vain; n++)
		seen.polls_in_vain = !queue || !serve(t, queue);
	stop(t);
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
	if (!wait_until(is_used, queue, clock_deadline(PATIENCE_NS)) ||
	    !virtqueue_take(queue, &completion) ||
	    wait_until(is_used, queue, clock_deadline(PATIENCE_NS)))
		return false;
	virtqueue_notify(queue);
	return wait_until(is_used, queue, clock_deadline(MAXIMUM(SOON_NS, pace_ns()))) &&
	       virtqueue_take(queue, &completion);
}

static void try_batch(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue = start(t, false);

	/* The first may be served for free: a device may look at its queues when it goes live. */
	seen.leaves = queue && serve(t, queue);
	for (unsigned n = 0; n < ROUNDS && seen.leaves; n++)
		seen.leaves = leaves_one(t, queue);
	stop(t);
}

void inspect_batches(struct test_run *t)
{
	bool told = told_by_earlier_boot(t->device, CLAUSE_SANE_18);

	t->subject->batches_inspected = true;
	if (!told)
		carry_out(try_batch, t);
	if (!told && !seen.leaves)
		return;
	if (!told)
		check_broken(
			t, CLAUSE_SANE_18,
			"of two requests behind one notification the first is served, the other behind "
			"a second notification");
	enter_fault(t, CLAUSE_SANE_18, STATE_BATCHES);
}
