/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/experiment.h"

#include "arch/guard.h"
#include "arch/io.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/subject/taker.h"
#include "virtio/ring/split.h"

#define FAR_AWAY 0x8000 /* a used_event that is not met for a long time */
#define LIMIT_NS (20 * NANOSECONDS_A_SECOND)
#define KICKS    4

struct life life;

bool experiment_is_possible(const struct test_run *t)
{
	const struct subject *subject = t->subject;

	return !subject->lost && !subject->dead && !face_of(t->device)->unusable && t->workload &&
	       (!taker_is_needed(t->device) || subject->taker == TAKER_THERE);
}

bool experiments_tell(const struct test_run *t)
{
	return !(taken_by(t->faults) & (STATE_RESET | STATE_FEATURES | STATE_INDICES)) &&
	       experiment_is_possible(t);
}

struct virtqueue *experiment_start_with(struct test_run *t, struct features features,
					unsigned queues, bool event_idx)
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
	life.needs_reset = device->transport->get_status(device) & VIRTIO_STATUS_NEEDS_RESET;
	if (t->workload->start && !t->workload->start(device, t->arena))
		return NULL;
	queue = work_queue(t);
	/* Without EVENT_IDX the field means nothing. */
	if (!event_idx)
		write16(split_of(queue)->used_event, FAR_AWAY);
	return queue;
}

unsigned experiment_queues(const struct test_run *t)
{
	return life.all_queues ? ALL_QUEUES : t->workload->queues;
}

struct virtqueue *experiment_start(struct test_run *t, bool event_idx)
{
	t->variant.event_idx = event_idx;
	return experiment_start_with(t, features_for(t), experiment_queues(t), event_idx);
}

void experiment_stop(struct test_run *t)
{
	if (virtio_reset(t->device))
		virtio_give_back_queues(t->device);
}

/* Notifies of it as often: a device that overhears one is found out elsewhere, and would hide what is sought here. */
static bool await_used(struct virtqueue *queue)
{
	for (unsigned n = 0; n < KICKS; n++) {
		virtqueue_notify(queue);
		if (await_use(queue, clock_deadline(PATIENCE_NS / KICKS)))
			return true;
	}
	return false;
}

bool experiment_serve_added(struct virtqueue *queue)
{
	struct completion completion;

	virtqueue_publish(queue);
	if (!await_used(queue) || !virtqueue_take(queue, &completion))
		return false;
	life.told = completion.has_length ? completion.length : 0;
	return true;
}

bool experiment_serve(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = arena_allocate(t->arena, "request", sizeof(*request), 8);

	return request && t->workload->prepare(t->device, t->arena, 1, request) &&
	       request_add(queue, request) && experiment_serve_added(queue);
}

void experiment_carry_out(void (*trial)(void *context), struct test_run *t)
{
	struct variant variant = t->variant;
	struct guard_report report;

	life = (struct life){0};
	t->variant = (struct variant){.interrupts = usual_interrupts(t->device)};
	guard_call(trial, t, LIMIT_NS, &report);
	if (report.end != GUARD_RETURNED)
		experiment_stop(t);
	t->variant = variant;
	t->up = false;
}

void experiment_dare(void (*trial)(void *context), struct test_run *t, enum clause_id id,
		     uint32_t state)
{
	const struct clause *clause = &clauses[id];

	REPORT("trial", TEXT("device", t->device->name), TEXT("clause", clause_name(clause)),
	       TEXT("level", clause_level_name(clause->level)),
	       TEXT("statement", clause_statement(clause)), TEXT("section", clause_section(clause)),
	       TEXT("about", state_name(state)));
	experiment_carry_out(trial, t);
	let_host_hear(t->device);
	REPORT("trial", TEXT("device", t->device->name), TEXT("clause", ""));
}
