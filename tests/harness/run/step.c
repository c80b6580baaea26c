/* SPDX-License-Identifier: BSD-2-Clause */
/* One test on one device in one variant: made fresh, run under a guard, and what is left afterwards judged. */
#include "tests/harness/run/step.h"

#include "arch/cpu.h"
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/run/aftermath.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/evidence.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/judge/judge.h"
#include "tests/harness/judge/outcome.h"
#include "tests/harness/judge/tally.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/experiment.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/helper.h"
#include "tests/harness/subject/inspect.h"
#include "tests/harness/subject/leftover.h"
#include "tests/harness/subject/subject.h"
#include "virtio/ring/queue.h"

#define ARENA_MOST    (16 * MIB)
#define TIMEOUT_NS    (15 * NANOSECONDS_A_SECOND)
#define TIMEOUT_WAITS 5       /* that a test may need as long as patience lasts */
#define USUAL_PACE_NS 5000000 /* the slowest plain request that is nothing unusual */
#define SLOWER_MOST   4u
#define BEAT_NS       (5 * NANOSECONDS_A_SECOND)
#define NEWS_BYTES    2048 /* for ids of clauses */
#define MACHINE_CHECK 18   /* the exception (SDM 3A, table 6-1) */

/* A test while it runs, and what will be told of it. */
struct step {
	struct test_run run;
	struct result result;
	struct findings findings;
	char variant_name[VARIANT_TEXT];
};

static struct step planned, asked; /* a question may be asked before the step is told */
static struct step *running = &planned;
static struct arena arena;

const struct test_run *step_running(void)
{
	return &running->run;
}

void take_arena(void)
{
	size_t pages = MINIMUM(memory_available() / 2, (size_t)(ARENA_MOST / PAGE_SIZE));

	arena_start(&arena, memory_take(pages), pages * PAGE_SIZE);
}

/* Makes ready for one test on one device in one variant. */
static void set_step(const struct test *test, struct virtio_device *device,
		     const struct variant *variant, unsigned number, unsigned of)
{
	variant_text(variant, running->variant_name);
	findings_clear(&running->findings);
	running->result = (struct result){.test = test,
					  .device = device,
					  .variant = running->variant_name,
					  .number = number,
					  .of = of};
	running->run = (struct test_run){
		.test = test,
		.variant_name = running->variant_name,
		.also = mode_chosen()->repeat,
		.result = &running->result,
		.subject = subject_of(device),
		.device = device,
		.variant = *variant,
		.workload = workload_of(device->type),
		.arena = &arena,
		.findings = &running->findings,
		.faults = &subject_of(device)->faults,
	};
	random_seed(&running->run.random, options.seed + number);
	set_pace(running->run.subject->pace_ns);
}

/* The device fresh, nothing left of an earlier test. */
static bool prepare(struct test_run *t)
{
	if (face_of(t->device)->unusable)
		return true;
	if (!make_fresh(t->device)) {
		check_broken(t, CLAUSE_RESET_1, "before the test: %s", t->device->problem);
		t->subject->lost = true;
		return false;
	}
	restore_sizes(t);
	arena_empty(t->arena);
	evidence_clear();
	t->device->access = t->variant.access;
	return true;
}

static uint64_t next_beat, began;

/* Says that a test still runs: whoever reads along need not take silence for a hang. */
static void beat(void)
{
	bool hushed;

	if (!clock_passed(next_beat))
		return;
	next_beat = clock_deadline(BEAT_NS);
	hushed = report_hush(false);
	REPORT("alive", PLACE_FIELDS(&running->result),
	       NUMBER("us", clock_to_ns(clock_now() - began) / 1000));
	report_hush(hushed);
}

static void watch_time(void)
{
	began = clock_now();
	next_beat = clock_deadline(BEAT_NS);
	waits_watch(beat);
}

/*
 * Whether a plain request is served behind a test of what the device type has of its own: whatever was refused, failed or odd in it, it is in
 * order again. Not asked where the driver broke a rule, nobody takes it, or the test has left no queue for it.
 */
static void try_a_good_one(struct test_run *t)
{
	struct virtio_device *device = t->device;
	unsigned index = t->workload ? t->workload->queue : 0;
	struct virtqueue *queue = index < device->queue_count ? device->queues[index] : NULL;
	uint8_t live = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		       VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK;
	struct completion completion;

	if (strcmp(t->test->suite, virtio_type_name(device->type)) != 0 ||
	    !experiment_is_possible(t) || !t->up || !queue || queue->in_flight || t->test->breaks ||
	    t->faults->count || outcome_of(t->findings).verdict == VERDICT_FAIL ||
	    (device->transport->get_status(device) | VIRTIO_STATUS_FEATURES_OK) != live)
		return;
	submit(t, queue, new_request(t, 1));
	CHECK(t, SANE_1, await_completion(t, queue, &completion),
	      "queue %u: at the end of the test %s is not completed in time", queue->index,
	      t->workload->about);
}

static void call_test(void *context)
{
	struct test_run *t = context;

	t->test->run(t);
	try_a_good_one(t);
}

/* A device that is slower than those at hand when budgets were written gets more, within reason. */
static uint64_t timeout_of(const struct test *test)
{
	uint64_t slower = MAXIMUM(MINIMUM(pace_ns() / USUAL_PACE_NS, SLOWER_MOST), 1u);

	if (options.timeout_ms)
		return options.timeout_ms * 1000000;
	return slower * (test->timeout_ms ? test->timeout_ms * 1000000ul
					  : MAXIMUM(TIMEOUT_NS, TIMEOUT_WAITS * PATIENCE_NS));
}

/*
 * Whether the device owes an answer: it was given something, and has used nothing for as long as patience
 * lasts. A test that was cut off while requests came back says that time was short, and nothing else.
 */
static bool device_owes_answer(uint64_t start)
{
	struct ring_progress progress = ring_progress();
	uint64_t now = clock_now(), shown = progress.taken > start ? progress.taken : start;

	return progress.published > start && progress.published >= progress.taken &&
	       clock_to_ns(now - shown) >= PATIENCE_NS;
}

static void note_cut(struct test_run *t, const struct guard_report *report, uint64_t start)
{
	unsigned long milliseconds = running->result.microseconds / 1000;

	if (device_owes_answer(start))
		check_broken(t, CLAUSE_SANE_8,
			     "cut off after %lu ms at %#lx, and the device had gone silent",
			     milliseconds, report->rip);
	else
		not_judged(t, NO_CLAUSE, "cut off after %lu ms at %#lx, while the device went on",
			   milliseconds, report->rip);
}

/* An exception is ours, but for the one by which a machine says that its hardware failed. */
static void note_exception(struct test_run *t, const struct guard_report *report)
{
	char words[FINDING_WORDS];
	struct text text = TEXT_ON(words);

	guard_describe(report, &text);
	if (report->end == GUARD_FAULT && report->exception == MACHINE_CHECK)
		check_broken(t, CLAUSE_SANE_9, "%s", words);
	else
		suite_fault(t, "%s", words);
}

static void note_end(struct test_run *t, const struct guard_report *report, uint64_t start)
{
	tell_interrupted(t);
	switch (report->end) {
	case GUARD_RETURNED:
	case GUARD_LEFT:
		break;
	case GUARD_TIMEOUT:
		note_cut(t, report, start);
		return;
	case GUARD_FAULT:
	case GUARD_STOPPED:
		note_exception(t, report);
		return;
	}
	check_held(t, CLAUSE_SANE_8);
	check_held(t, CLAUSE_SANE_9);
}

/* A test may have been left while another CPU works for it. */
static void stop_other_cpus(void)
{
	for (unsigned cpu = 1; cpu < cpu_count(); cpu++)
		cpu_stop(cpu);
}

/* The test itself, between a device that is fresh and its aftermath. True when it had to be cut off. */
static bool call(struct test_run *t)
{
	struct guard_report report;
	uint64_t run_out = waits_run_out(), start = clock_now();

	watch_time();
	guard_call(call_test, t, timeout_of(t->test), &report);
	stop_other_cpus();
	running->result.microseconds = clock_to_ns(clock_now() - start) / 1000;
	note_end(t, &report, start);
	t->subject->served = t->subject->served || ring_progress().taken > start;
	if (outcome_of(t->findings).verdict == VERDICT_FAIL && waits_run_out() != run_out &&
	    running->result.microseconds >= PATIENCE_NS / 1000)
		t->subject->let_down++;
	if (judged_nothing(t))
		not_judged(t, NO_CLAUSE, "nothing that it judges applies to this device");
	return report.end == GUARD_TIMEOUT;
}

/* True when the test had to be cut off. */
static bool carry_out(struct test_run *t, const struct interference *interference)
{
	struct virtio_device *device = t->device;
	uint64_t strays = interrupt_strays(NULL);
	bool cut_off;

	lose_patience(subject_tires(t->subject));
	if (!prepare(t))
		return false;
	if (interference)
		interference->begin(device);
	cut_off = call(t);
	drive_device(t, device);
	if (t->up)
		note_live(device);
	release_helpers(t);
	if (!interference)
		t->subject->pace_ns = pace_ns();
	if (!face_of(t->device)->unusable) {
		t->subject->lost = !judge_aftermath(t, strays);
		if (!t->subject->lost)
			judge_leftovers(t);
	}
	if (interference)
		interference->end(device);
	return cut_off;
}

/* The same; what held counts from now on. */
static bool execute(struct test_run *t, const struct interference *interference)
{
	bool cut_off = carry_out(t, interference);

	if (!t->asks)
		tally_settle(t);
	return cut_off;
}

bool run_once(const struct test *test, struct virtio_device *device, const struct variant *variant,
	      const struct interference *interference)
{
	struct subject *subject = subject_of(device);
	static struct subject before;
	bool cut_off;

	before = *subject;
	set_step(test, device, variant, 1, 1);
	cut_off = execute(&planned.run, interference);
	settle_checks(&planned.run, false);
	/* Whoever interfered may have kept it from coming back, or offered what it does not. */
	subject->lost = before.lost;
	subject->faults = before.faults;
	memcpy(subject->faces, before.faces, sizeof(before.faces));
	return cut_off;
}

const struct findings *run_once_findings(void)
{
	return &planned.findings;
}

enum verdict ask_device(const struct test *question, struct virtio_device *device,
			enum interrupt_mode interrupts)
{
	struct variant plain = {.interrupts = interrupts};
	bool before = report_hush(true);
	struct subject *subject = subject_of(device);
	bool lost = subject->lost;
	enum verdict verdict;

	running = &asked;
	set_step(question, device, &plain, 1, 1);
	asked.run.asks = true;
	execute(&asked.run, NULL);
	verdict = outcome_of(&asked.findings).verdict;
	running = &planned;
	subject->lost = lost;
	report_hush(before);
	return verdict;
}

/* The clause that broke earlier and keeps a test from being run. */
static enum clause_id cause_of(const struct subject *subject)
{
	if (subject->lost)
		return CLAUSE_RESET_1;
	return subject->dead ? CLAUSE_SANE_1 : NO_CLAUSE;
}

/* Ends the step without the test. */
static void skip(struct test_run *t, const char *why)
{
	bool lacks_feature = starts_with(why, "VIRTIO_");

	not_judged(t, cause_of(t->subject), "%s%s", lacks_feature ? "not offered: " : "", why);
}

/* Whether a test judges what is said of set-ups without EVENT_IDX. */
static bool wants_no_event_idx(const struct test *test)
{
	for_each_judged (id, test) {
		if (clause_is_without(&clauses[*id], VIRTIO_F_EVENT_IDX))
			return true;
	}
	return false;
}

/*
 * Where features are known to survive a reset EVENT_IDX is asked for in every set-up from then on, unless the test or
 * its variant is to be without, and what brings queues: driver and device agree again.
 */
static struct features features_that_stay(const struct test_run *t)
{
	const struct virtio_type *type = virtio_type_by_id(t->device->type);
	struct features stay = NO_FEATURES;

	if (!fault_of(t->faults, CLAUSE_FEAT_TXT_2))
		return stay;
	if (!(t->test->axes & AXIS_EVENT_IDX) && !wants_no_event_idx(t->test))
		features_add(&stay, VIRTIO_F_EVENT_IDX);
	if (type)
		stay.words[0] |= type->queue_bits;
	return features_and(stay, subject_accepted(t->subject));
}

/* Those features that change what a device does, whether or not a driver makes use of them. */
static struct features active(const struct virtio_device *device, struct features features)
{
	const struct virtio_type *type = virtio_type_by_id(device->type);

	features_remove(&features, VIRTIO_F_RING_RESET);
	features_remove(&features, VIRTIO_F_INDIRECT_DESC);
	if (type)
		features.words[0] &= ~type->additions;
	return features;
}

/* Features that stay in force do no harm to a set-up that asks for all of them, or need not know of them. */
static bool does_no_harm(const struct test_run *t, const struct fault *fault)
{
	struct features stay = features_without(subject_accepted(t->subject), features_for(t));

	stay = active(t->device, stay);
	return fault->takes == STATE_FEATURES && !t->test->assumes &&
	       !test_judges(t->test, fault->clause) && features_empty(stay);
}

/*
 * A boot that was begun because features stay is for the set-ups without them: those that ask for such were judged
 * before, and would end that.
 */
static bool would_come_to_stay(const struct test_run *t, const struct fault *fault)
{
	const struct variant *variant = &t->variant;
	struct features asked = NO_FEATURES;

	if (t->test->has_feature)
		features_add(&asked, (unsigned)t->test->feature);
	asked = active(t->device, asked);
	return fault->clause == CLAUSE_FEAT_TXT_2 &&
	       told_before_this_boot(t->device, fault->clause) &&
	       (variant->event_idx || variant->packed || variant->in_order ||
		!features_empty(asked));
}

/* The first fault that keeps the test from being judged; NULL: there is none. */
static const struct fault *fault_that_keeps(const struct test_run *t)
{
	for (unsigned n = 0; n < t->faults->count; n++) {
		const struct fault *fault = &t->faults->list[n];

		if (would_come_to_stay(t, fault) ||
		    (fault_is_in_the_way(t, fault) && !does_no_harm(t, fault)))
			return fault;
	}
	return NULL;
}

/* Ends the step without the test, when something that it takes for granted is known to be broken. */
static bool skip_for_fault(struct test_run *t)
{
	const struct fault *fault;

	t->stays = features_that_stay(t);
	fault = fault_that_keeps(t);
	if (fault)
		not_judged(t, clause_on(t->device, fault->clause), "not judged since %s broke %s",
			   fault->since, clause_name_on(t->device, fault->clause));
	return fault;
}

/* Whether the step has done anything to its device yet. */
static bool stirred;

enum verdict end_step(bool died)
{
	const struct result *result = &planned.result;
	struct outcome outcome;
	char reason[FINDING_WORDS];
	static char news[NEWS_BYTES];

	/* Before the test is told, and before the next begins. */
	if (stirred)
		let_host_hear(planned.run.device);
	stirred = false;
	settle_checks(&planned.run, died);
	outcome = outcome_of(&planned.findings);
	outcome_reason(&outcome, reason, sizeof(reason));
	tally_news(news, sizeof(news));
	REPORT("test", PLACE_FIELDS(result), NUMBER("n", result->number, FOR_PEOPLE),
	       TEXT("verdict", verdict_name(outcome.verdict)), TEXT("reason", reason),
	       TEXT("because", outcome_because(&outcome)), NUMBER("us", result->microseconds),
	       TEXT("held", news));
	return outcome.verdict;
}

/* What the device is found out to break first is the test's to tell, even where it cannot be run then. */
static void inspect_and_execute(struct test_run *t)
{
	static const struct {
		bool (*is_due)(const struct test_run *t);
		void (*inspect)(struct test_run *t);
	} inspections[] = {
		{giving_up_is_due, inspect_giving_up},     {inspection_is_due, inspect_subject},
		{queue_bits_are_due, inspect_queue_bits},  {chains_are_due, inspect_chains},
		{queue_reset_is_due, inspect_queue_reset}, {tables_are_due, inspect_tables},
		{polling_is_due, inspect_polling},         {batches_are_due, inspect_batches},
	};

	if (skip_for_fault(t))
		return;
	stirred = true;
	for (unsigned n = 0; n < ARRAY_LENGTH(inspections); n++) {
		if (!inspections[n].is_due(t))
			continue;
		inspections[n].inspect(t);
		if (skip_for_fault(t))
			return;
	}
	execute(t, NULL);
}

enum verdict run_step(const struct test *test, struct virtio_device *device,
		      const struct variant *variant, unsigned number, unsigned of,
		      const char *obstacle)
{
	set_step(test, device, variant, number, of);
	REPORT("start", PLACE_FIELDS(&running->result), NUMBER("n", number), NUMBER("of", of),
	       NUMBER("limit", timeout_of(test) / 1000000), TEXT("file", test->file),
	       NUMBER("line", test->line));
	if (!obstacle)
		obstacle = reason_to_skip(test, device);
	if (!obstacle)
		obstacle = variant_in_the_way(variant, device);
	if (obstacle)
		skip(&planned.run, obstacle);
	else
		inspect_and_execute(&planned.run);
	return outcome_of(&planned.findings).verdict;
}
