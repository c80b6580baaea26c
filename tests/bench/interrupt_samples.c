/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the time of one interrupt goes (docs/latency.md). Stamps: t0 before the buffer is published,
 * t1 when the kick's store has returned, t2 when a second CPU that spins on the used index has seen
 * it move, t3 at the first instruction of the handler, t4 behind its end-of-interrupt.
 */
#include "tests/bench/interrupt_lab.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "lib/format.h"
#include "lib/string.h"
#include "tests/bench/lab.h"
#include "tests/bench/options.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"

#define OBSERVER 1 /* its CPU */
#define SPINS    2000u
#define LATE_NS  100000 /* that a handler may begin after the last request was seen used */
#define PARTS    10     /* of the samples, one after the other */

static const char *const state_names[] = {"spinning", "halted", "closed"};

struct figures {
	struct histogram kick, used, device, injection, handler, opening, whole, intended;
	uint64_t seen; /* end to end of the samples that the observer saw, nanoseconds in all */
	uint64_t overlapped; /* samples whose buffer was used before the kick's store returned */
	uint64_t missed;     /* samples that the observer saw after their handler had begun */
	uint64_t begun;      /* TSC */
	uint64_t longest;    /* TSC ticks from t0 to t3 */
	struct stamps of_longest;
	uint64_t parts[PARTS]; /* end to end, TSC ticks in all */
};

static struct figures figures;

static NORETURN void give_up(enum clause_id broken, const char *what)
{
	check_broken(lab.t, broken, "%s does not come in time", what);
	leave_test(lab.t);
}

void lab_await(volatile uint64_t *place, uint64_t old, enum clause_id broken, const char *what)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	for (;;) {
		for (unsigned n = 0; n < SPINS; n++) {
			if (*place != old)
				return;
		}
		if (clock_passed(deadline))
			give_up(broken, what);
	}
}

static void await_handler_halted(uint64_t before)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	while (lab.tally->count == before) {
		if (clock_passed(deadline))
			give_up(clause_of_notice(lab.queue), "the interrupt of a halted CPU");
		cpu_halt_until(deadline);
		interrupts_close();
	}
	interrupts_open();
}

/* With interrupts closed: until the local APIC has accepted it; then they are opened. */
static void await_handler_closed(uint64_t before, struct stamps *stamps)
{
	uint64_t deadline = clock_deadline(PATIENCE_NS);

	while (!interrupt_requested(lab.queue->vector)) {
		if (clock_passed(deadline)) {
			interrupts_open();
			give_up(clause_of_notice(lab.queue), "the interrupt of a closed CPU");
		}
	}
	stamps->opened = clock_now();
	interrupts_open();
	lab_await(&lab.tally->count, before, clause_of_notice(lab.queue),
		  "the interrupt of an opened CPU");
}

/* Interrupts are closed, but of a CPU that spins. */
static void await_handler(enum lab_state state, uint64_t before, struct stamps *stamps)
{
	switch (state) {
	case LAB_SPINNING:
		lab_await(&lab.tally->count, before, clause_of_notice(lab.queue),
			  "the interrupt of a spinning CPU");
		break;
	case LAB_HALTED:
		await_handler_halted(before);
		break;
	default:
		await_handler_closed(before, stamps);
	}
}

/* The device may tell of the others one by one: until a handler has come and all are used. */
static void await_all(enum lab_state state, uint64_t before, struct stamps *stamps)
{
	await_handler(state, before, stamps);
	for (;;) {
		before = lab.tally->count;
		if (lab.steps->all_used())
			return;
		if (state != LAB_SPINNING)
			interrupts_close();
		await_handler(state, before, stamps);
	}
}

/* The handler that began before the last was used was for one in front of it: its own comes yet. */
static void await_last(const struct stamps *stamps)
{
	uint64_t before = lab.tally->count, deadline = clock_deadline(LATE_NS);

	if ((int64_t)(lab.tally->entry_tsc - stamps->t2 + lab.offset.uncertainty) >= 0)
		return;
	while (lab.tally->count == before && !clock_passed(deadline))
		;
}

static void sample(enum lab_state state, uint64_t round, struct stamps *stamps)
{
	uint64_t before = lab.tally->count, seen = lab.seen;

	lab.steps->prepare();
	lab.wanted = round;
	while (lab.interval && !clock_passed(stamps->due))
		;
	if (state != LAB_SPINNING)
		interrupts_close();
	lab.steps->expose(stamps);
	await_all(state, before, stamps);
	if (lab.observed) {
		lab_await(&lab.seen, seen, CLAUSE_SANE_1, "the used index");
		stamps->t2 = lab.seen_at - (uint64_t)lab.offset.ticks;
		if (lab.others)
			await_last(stamps);
	}
	stamps->t3 = lab.tally->entry_tsc;
	stamps->t4 = lab.tally->eoi_tsc;
	lab.steps->take();
}

static void record_whole(const struct stamps *stamps, unsigned part)
{
	uint64_t whole = stamps->t3 - stamps->t0;

	lab_record(&figures.whole, (int64_t)whole);
	if (lab.interval)
		lab_record(&figures.intended, (int64_t)(stamps->t3 - stamps->due));
	figures.parts[part] += whole;
	if (whole > figures.longest) {
		figures.longest = whole;
		figures.of_longest = *stamps;
	}
}

static void record(enum lab_state state, const struct stamps *stamps, unsigned part)
{
	lab_record(&figures.kick, (int64_t)(stamps->t1 - stamps->t0));
	lab_record(&figures.handler, (int64_t)(stamps->t4 - stamps->t3));
	if (state == LAB_CLOSED) {
		lab_record(&figures.opening, (int64_t)(stamps->t3 - stamps->opened));
		return;
	}
	record_whole(stamps, part);
	if (!lab.observed) {
		lab_record(&figures.device, (int64_t)(stamps->t3 - stamps->t1));
		return;
	}
	/* Seen later than it can have been: the observer was not there. */
	if ((int64_t)(stamps->t3 - stamps->t2 + lab.offset.uncertainty) < 0) {
		figures.missed++;
		return;
	}
	figures.seen += clock_to_ns(stamps->t3 - stamps->t0);
	lab_record(&figures.used, (int64_t)(stamps->t2 - stamps->t0));
	lab_record(&figures.injection, (int64_t)(stamps->t3 - stamps->t2));
	/* Where the buffer was used within the kick there is nothing in between. */
	if ((int64_t)(stamps->t2 - stamps->t1) < 0)
		figures.overlapped++;
	else
		lab_record(&figures.device, (int64_t)(stamps->t2 - stamps->t1));
}

static void value(const char *what, const char *state, const char *unit, uint64_t thousandths)
{
	char name[96];

	format_text(name, sizeof(name), "%s, %s", what, state);
	measured_value(lab.t, name, unit, thousandths);
}

/* The parts of a sample make up its end to end, but for rounding. */
static void report_rest(const char *state)
{
	uint64_t parts = figures.used.sum + figures.injection.sum, count = figures.used.count;
	uint64_t rest = figures.seen > parts ? figures.seen - parts : parts - figures.seen;

	value("end to end less its parts, mean", state, "ns", count ? rest * 1000 / count : 0);
	value("used before the kick returned", state, "samples", figures.overlapped * 1000);
	value("handler before the observer", state, "samples", figures.missed * 1000);
}

/* What happened when: the longest sample, and the mean as time went by. */
static void report_course(const char *state)
{
	const struct stamps *at = &figures.of_longest;
	uint64_t each = MAXIMUM(figures.whole.count / PARTS, (uint64_t)1);
	char sentence[256];
	struct text text = TEXT_ON(sentence);

	text_add(&text, "%s: longest end to end %lu ns, %lu us after the first: kick %lu", state,
		 clock_to_ns(figures.longest), clock_to_ns(at->t0 - figures.begun) / 1000,
		 clock_to_ns(at->t1 - at->t0));
	if (lab.observed && (int64_t)(at->t3 - at->t2) >= 0)
		text_add(&text, ", to used %lu, injection %lu", clock_to_ns(at->t2 - at->t0),
			 clock_to_ns(at->t3 - at->t2));
	text_add(&text, "; mean by tenths of the samples:");
	for (unsigned part = 0; part < PARTS; part++)
		text_add(&text, " %lu", clock_to_ns(figures.parts[part] / each));
	report_note(sentence);
}

static void report(enum lab_state state)
{
	struct test_run *t = lab.t;
	char name[64];

	format_text(name, sizeof(name), "%s%s", state_names[state], lab.load);
	lab_report(t, "kick t1-t0", name, &figures.kick);
	if (state == LAB_CLOSED) {
		lab_report(t, "opening to handler", name, &figures.opening);
	} else if (lab.observed) {
		report_rest(name);
		if (figures.used.count) {
			lab_report(t, "to used t2-t0", name, &figures.used);
			lab_report(t, "injection t3-t2", name, &figures.injection);
		}
		if (figures.device.count)
			lab_report(t, "device t2-t1", name, &figures.device);
	} else {
		lab_report(t, "device and injection t3-t1", name, &figures.device);
	}
	lab_report(t, "handler and EOI t4-t3", name, &figures.handler);
	if (state != LAB_CLOSED)
		lab_report_drawn(t, "end to end t3-t0", name, &figures.whole);
	if (lab.interval)
		lab_report(t, "intended start to handler", name, &figures.intended);
	if (*lab.load)
		report_course(name);
}

void lab_measure(enum lab_state state)
{
	static uint64_t round;
	uint64_t limit = clock_from_ns(bench_options.longest * 1000);
	struct stamps stamps = {.due = clock_now()};

	memset(&figures, 0, sizeof(figures));
	for (unsigned n = lab_warm_up(bench_options.samples); n > 0; n--) {
		stamps.due += lab.interval;
		sample(state, ++round, &stamps);
	}
	figures.begun = clock_now();
	stamps.due = figures.begun;
	for (uint64_t n = 0; n < bench_options.samples; n++) {
		stamps.due += lab.interval;
		sample(state, ++round, &stamps);
		record(state, &stamps, (unsigned)(n * PARTS / bench_options.samples));
		if (limit && figures.longest > limit)
			break;
	}
	check_held(lab.t, clause_of_notice(lab.queue));
	report(state);
}

void lab_begin(struct test_run *t, unsigned others)
{
	unsigned count = others + 1;
	struct request *requests = test_memory(t, "requests", count * sizeof(*requests), 8);

	for (unsigned n = 0; n < count; n++)
		requests[n] = *new_request(t, n);
	lab = (struct lab){.t = t, .queue = work_queue(t), .others = others, .load = ""};
	lab.steps = ring_is_packed(lab.queue) ? &packed_lab_steps : &split_lab_steps;
	lab.tally = interrupt_tally(lab.queue->cpu, lab.queue->vector);
	if (!request_slots(&lab.slots, lab.queue, requests, count, lab.queue->shape.indirect,
			   t->arena))
		skip_test(t, "the ring or the DMA arena has no room for %u requests", count);
	if (cpu_count() < 2) {
		report_note("one CPU only: there is nobody to see the used index move (t2)");
		return;
	}
	if (!lab_offset(OBSERVER, &lab.offset))
		return;
	measured_value(t, "TSC offset of the observer, at most", "ns",
		       clock_to_ns((uint64_t)(lab.offset.ticks < 0 ? -lab.offset.ticks
								   : lab.offset.ticks)) *
			       1000);
	measured_value(t, "TSC offset, uncertainty", "ns",
		       clock_to_ns(lab.offset.uncertainty) * 1000);
	lab.observed = cpu_start(OBSERVER, lab.steps->observe, NULL);
}

void lab_end(void)
{
	lab.over = true;
	if (lab.observed && !cpu_finish(OBSERVER, clock_deadline(PATIENCE_NS), NULL))
		error_in_test(lab.t, "the observer does not end");
	lab.observed = false;
}

uint64_t lab_typical(void)
{
	return histogram_quantile(&figures.whole, 50, 100);
}
