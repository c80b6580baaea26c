/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the time of one interrupt goes (docs/latency.md). Stamps: t0 before the buffer is published,
 * t1 when the kick's store has returned, t2 when a second CPU that spins on the used index has seen
 * it move, t3 at the first instruction of the handler, t4 behind its end-of-interrupt.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "tests/bench/interrupt_lab.h"
#include "tests/bench/lab.h"
#include "tests/bench/options.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"

#define OBSERVER 1 /* its CPU */
#define SPINS    2000u

/* What the target CPU does when the interrupt comes. */
enum state { SPINNING, HALTED, CLOSED, STATES };
static const char *const state_names[] = {"spinning", "halted", "closed"};

struct figures {
	struct histogram kick, used, device, injection, handler, opening, whole;
	uint64_t seen; /* end to end of the samples that the observer saw, nanoseconds in all */
	uint64_t overlapped; /* samples whose buffer was used before the kick's store returned */
	uint64_t missed;     /* samples that the observer saw after their handler had begun */
};

static struct figures figures;

static NORETURN void give_up(enum clause_id broken, const char *what)
{
	check_broken(lab.t, broken, "%s does not come in time", what);
	leave_test(lab.t);
}

/* Spins until *place is no longer `old`; leaves the benchmark when the device is silent. */
static void await_change(volatile uint64_t *place, uint64_t old, enum clause_id broken,
			 const char *what)
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
	await_change(&lab.tally->count, before, clause_of_notice(lab.queue),
		     "the interrupt of an opened CPU");
}

static void await_handler(enum state state, uint64_t before, struct stamps *stamps)
{
	switch (state) {
	case SPINNING:
		await_change(&lab.tally->count, before, clause_of_notice(lab.queue),
			     "the interrupt of a spinning CPU");
		break;
	case HALTED:
		await_handler_halted(before);
		break;
	default:
		await_handler_closed(before, stamps);
	}
}

static void sample(enum state state, uint64_t round, struct stamps *stamps)
{
	uint64_t before = lab.tally->count, seen = lab.seen;

	lab.steps->prepare();
	lab.wanted = round;
	if (state != SPINNING)
		interrupts_close();
	lab.steps->expose(stamps);
	await_handler(state, before, stamps);
	stamps->t3 = lab.tally->entry_tsc;
	stamps->t4 = lab.tally->eoi_tsc;
	if (lab.observed) {
		await_change(&lab.seen, seen, CLAUSE_SANE_1, "the used index");
		stamps->t2 = lab.seen_at - (uint64_t)lab.offset.ticks;
	}
	lab.steps->take();
}

static void record(enum state state, const struct stamps *stamps)
{
	lab_record(&figures.kick, (int64_t)(stamps->t1 - stamps->t0));
	lab_record(&figures.handler, (int64_t)(stamps->t4 - stamps->t3));
	if (state == CLOSED) {
		lab_record(&figures.opening, (int64_t)(stamps->t3 - stamps->opened));
		return;
	}
	lab_record(&figures.whole, (int64_t)(stamps->t3 - stamps->t0));
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

static void reset_figures(void)
{
	histogram_reset(&figures.kick);
	histogram_reset(&figures.used);
	histogram_reset(&figures.device);
	histogram_reset(&figures.injection);
	histogram_reset(&figures.handler);
	histogram_reset(&figures.opening);
	histogram_reset(&figures.whole);
	figures.seen = 0;
	figures.overlapped = 0;
	figures.missed = 0;
}

/* The parts of a sample make up its end to end, but for rounding. */
static void report_rest(const char *state)
{
	uint64_t parts = figures.used.sum + figures.injection.sum, count = figures.used.count;
	uint64_t rest = figures.seen > parts ? figures.seen - parts : parts - figures.seen;
	char name[64];

	format_text(name, sizeof(name), "end to end less its parts, mean, %s", state);
	measured_value(lab.t, name, "ns", count ? rest * 1000 / count : 0);
	format_text(name, sizeof(name), "used before the kick returned, %s", state);
	measured_value(lab.t, name, "samples", figures.overlapped * 1000);
	format_text(name, sizeof(name), "handler before the observer, %s", state);
	measured_value(lab.t, name, "samples", figures.missed * 1000);
}

static void report(enum state state)
{
	struct test_run *t = lab.t;
	const char *name = state_names[state];

	lab_report(t, "kick t1-t0", name, &figures.kick);
	if (state == CLOSED) {
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
	if (state != CLOSED)
		lab_report_drawn(t, "end to end t3-t0", name, &figures.whole);
}

static void measure_state(enum state state, uint64_t *round)
{
	struct stamps stamps;

	reset_figures();
	for (unsigned n = lab_warm_up(bench_options.samples); n > 0; n--)
		sample(state, ++*round, &stamps);
	for (uint64_t n = 0; n < bench_options.samples; n++) {
		sample(state, ++*round, &stamps);
		record(state, &stamps);
	}
	report(state);
}

/* From unmasking a vector that is pending to its handler. */
static void measure_unmasking(void)
{
	struct virtio_device *device = lab.t->device;
	const struct virtio_messages *messages = device->transport->messages;
	static struct histogram store, arrival;
	struct stamps stamps;

	histogram_reset(&store);
	histogram_reset(&arrival);
	for (uint64_t n = 0; n < bench_options.samples / 10 + 1; n++) {
		uint64_t before = lab.tally->count, deadline, t0, t1;

		messages->mask(device, lab.queue->entry, true);
		lab.steps->prepare();
		lab.steps->expose(&stamps);
		deadline = clock_deadline(PATIENCE_NS);
		while (!messages->is_pending(device, lab.queue->entry) && !clock_passed(deadline))
			;
		INSIST(lab.t, MSIX_PCI_6, messages->is_pending(device, lab.queue->entry),
		       "the pending bit is not set in time");
		t0 = clock_now();
		messages->mask(device, lab.queue->entry, false);
		t1 = clock_now();
		await_change(&lab.tally->count, before, CLAUSE_MSIX_PCI_7,
			     "the interrupt of an unmasked vector");
		lab_record(&store, (int64_t)(t1 - t0));
		lab_record(&arrival, (int64_t)(lab.tally->entry_tsc - t0));
		lab.steps->take();
	}
	lab_report(lab.t, "unmasking", "read and write", &store);
	lab_report(lab.t, "unmasking to handler", "pending", &arrival);
}

static void prepare(struct test_run *t)
{
	struct request *request = new_request(t, 0);

	lab = (struct lab){.t = t, .queue = work_queue(t)};
	lab.steps = ring_is_packed(lab.queue) ? &packed_lab_steps : &split_lab_steps;
	lab.tally = interrupt_tally(lab.queue->cpu, lab.queue->vector);
	if (!request_slots(&lab.slots, lab.queue, request, 1, lab.queue->shape.indirect, t->arena))
		error_in_test(t, "the DMA arena has no room for the request");
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

static void end_observation(struct test_run *t)
{
	lab.over = true;
	if (lab.observed && !cpu_finish(OBSERVER, clock_deadline(PATIENCE_NS), NULL))
		error_in_test(t, "the observer does not end");
	lab.observed = false;
}

BENCH(interrupt, latency,
      .about = "from the kick to the handler: where the time of an interrupt goes",
      .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX, .timeout_ms = 120000,
      .judges = CLAUSES(MSIX_PCI_6, MSIX_PCI_7, PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3,
			SPLIT_NOTIF_5))
{
	uint64_t round = 0;

	bring_up(t);
	prepare(t);
	interrupt_stamp_eoi(true);
	for (unsigned state = 0; state < STATES; state++)
		measure_state(state, &round);
	end_observation(t);
	measure_unmasking();
	lab_noise(t);
	interrupt_stamp_eoi(false);
}
