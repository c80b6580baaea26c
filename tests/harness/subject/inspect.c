/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/inspect.h"

#include "arch/interrupt.h"
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/subject/contact.h"
#include "tests/harness/subject/experiment.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/leftover.h"
#include "tests/harness/subject/subject.h"
#include "virtio/ring/split.h"

#define ROUNDS 2
#define LIVES  2

/* What the experiments have shown. */
static struct {
	unsigned pending; /* first entry whose pending bit is set, plus 1 */
	uint16_t
		first_index; /* that the first used element after a reset in use made; 1: as it has to */
	bool silent;         /* of no used buffer a message comes, there or elsewhere */
	bool feature_stays; /* used_event is heeded without EVENT_IDX */
	bool queues_stay; /* it serves with queues that a feature brought, and no more without them, … */
	bool refuses;    /* but needs a reset, … */
	bool comes_back; /* and serves with them again */
	bool all_queues; /* it needs a reset unless all queues are enabled, and serves then */
} seen;

bool giving_up_is_due(const struct test_run *t)
{
	const struct subject *subject = t->subject;

	return !subject->given_up && !subject->lost && !subject->dead &&
	       !face_of(t->device)->unusable;
}

bool inspection_is_due(const struct test_run *t)
{
	return !t->subject->inspected && experiment_is_possible(t);
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

/* Whether a message comes for the next few requests, which are served one by one. */
static bool sends(struct test_run *t, struct virtqueue *queue)
{
	uint64_t before = interrupt_count(queue->vector);

	for (unsigned n = 0; n < ROUNDS; n++) {
		if (!experiment_serve(t, queue))
			return true; /* nothing is shown */
	}
	return await_interrupts(queue->vector, before + 1);
}

/* The first request tells where the ring begins, and may be announced in any case. */
static bool begin(struct test_run *t, struct virtqueue *queue)
{
	uint16_t index;

	if (!queue || !experiment_serve(t, queue))
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

	if (!begin(t, experiment_start(t, true)))
		return;
	experiment_stop(t);
	queue = experiment_start(t, false);
	if (!begin(t, queue) || !queue->vector || sends(t, queue))
		return;
	/* No message, though flags are 0. Does used_event bring it? */
	before = interrupt_count(queue->vector);
	write16(split_of(queue)->used_event, split_of(queue)->used_index);
	seen.feature_stays =
		experiment_serve(t, queue) && await_interrupts(queue->vector, before + 1);
}

/* A driver enables the queues that it uses (4.1.4.3): where it has to enable all of them, all set-ups are to do so. */
static bool begin_with_all_queues(struct test_run *t)
{
	if (!life.needs_reset || offered_queues(t->device) <= t->workload->queues)
		return false;
	experiment_stop(t);
	life.all_queues = true;
	seen.all_queues = begin(t, experiment_start(t, false));
	life.all_queues = seen.all_queues;
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
		struct virtqueue *queue = experiment_start(t, false);
		bool shows = begin(t, queue) && queue->vector && !sends(t, queue);

		experiment_stop(t);
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
	works = begin(t, experiment_start(t, false)) || begin_with_all_queues(t);
	queue = works ? work_queue(t) : NULL;
	heard = works && (!queue->vector || sends(t, queue));
	experiment_stop(t);
	if (!heard) {
		seen.silent = works && t->device->vectors && is_silent(t);
		return;
	}
	if (features_have(&t->device->offered, VIRTIO_F_EVENT_IDX) &&
	    !told_by_earlier_boot(t->device, CLAUSE_FEAT_TXT_2))
		try_feature(t);
	else
		begin(t, experiment_start(t, false));
	experiment_stop(t);
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

static void give_up(void *context)
{
	struct test_run *t = context;

	arena_empty(t->arena);
	/* A device that refuses is left to the tests. */
	if (make_fresh(t->device))
		set_up_unjudged(t, features_for(t), usual_queues(t), usual_interrupts(t->device));
	experiment_stop(t);
}

void inspect_giving_up(struct test_run *t)
{
	t->subject->given_up = true;
	experiment_carry_out(give_up, t);
	judge_leftovers(t);
}

void inspect_subject(struct test_run *t)
{
	t->subject->inspected = true;
	memset(&seen, 0, sizeof(seen));
	seen.first_index = 1;
	experiment_carry_out(experiment, t);
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
	bool serves = begin(t, experiment_start(t, false));

	experiment_stop(t);
	wide.words[0] |= queue_bits(t->device);
	wide = features_close(t->device->type, wide);
	for (unsigned n = 0; n < ROUNDS && serves; n++) {
		serves = begin(t, experiment_start_with(t, wide, ALL_QUEUES, false));
		experiment_stop(t);
	}
	seen.queues_stay = serves && !begin(t, experiment_start(t, false));
	seen.refuses = life.needs_reset;
	experiment_stop(t);
	seen.comes_back =
		seen.queues_stay && begin(t, experiment_start_with(t, wide, ALL_QUEUES, false));
	experiment_stop(t);
}

void inspect_queue_bits(struct test_run *t)
{
	t->subject->queue_bits_inspected = true;
	memset(&seen, 0, sizeof(seen));
	experiment_carry_out(try_queue_bits, t);
	if (!seen.queues_stay)
		return;
	/* One that is stuck then is lost to this boot. */
	enter_fault(t, CLAUSE_FEAT_TXT_2, STATE_FEATURES | (seen.comes_back ? 0 : STATE_RESET));
	check_broken(t, CLAUSE_FEAT_TXT_2,
		     "features that bring queues were negotiated, then after a reset they were "
		     "not: %s, which it did before without them",
		     seen.refuses ? "it needs a reset instead of serving" : "it does not serve");
}
