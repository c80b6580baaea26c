/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each CPU by itself, for as long as vp.for says: how late its timer is, how long it was not there, and how long an
 * interrupt takes that another CPU sends (docs/latency.md). What cyclictest is run in a guest for.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/format.h"
#include "lib/string.h"
#include "tests/bench/lab.h"
#include "tests/bench/noise.h"
#include "tests/bench/options.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/report.h"

#define CPUS_MOST    16
#define SPIN_NS      400000000 /* of a round, in which gaps are looked for */
#define SLEEP_NS     400000000 /* of a round, in naps of */
#define NAP_NS       1000000
#define SENDS        50 /* interrupts of a round, of each kind */
#define APART_NS     20000
#define LEAST_GAP_NS 1000
#define PASSES       1000 /* to learn how long one without a gap is */
#define ROUND_MS     60000

enum kind { TIMER, GAP, WAKING, SENDING, KINDS };
static const char *const kind_names[KINDS] = {"timer overshoot, halted", "gap of a spin",
					      "IPI to halted", "IPI to spinning"};

/* The largest value of a kind so far. */
struct peak {
	uint64_t value, at; /* nanoseconds; since the begin */
	unsigned cpu;
};

/* What is known of one CPU, in nanoseconds but for its noise. */
static struct jitter {
	struct histogram kinds[KINDS];
	struct noise noise;           /* TSC ticks */
	uint64_t longest_gap, gap_at; /* of the last round, TSC */
	uint64_t longest_nap, nap_at;
	struct clock_offset offset;
	unsigned vector; /* 0: no interrupt is sent to it */
} * jitters;             /* of each CPU */

static uint64_t begun;
static struct peak peaks[KINDS];
static volatile bool spinning;

/* ---- on each CPU ---- */

/* Looks at the clock without a break: what is longer than a pass was somebody else's. */
static void look_for_gaps(void *context)
{
	struct jitter *jitter = context;
	uint64_t last = clock_now(), end = last + clock_from_ns(SPIN_NS);

	while (last < end) {
		uint64_t now = clock_now();
		uint64_t length = (int64_t)(now - last) > 0 ? now - last : 0;

		noise_pass(&jitter->noise, length);
		if (length > jitter->noise.limit && length > jitter->longest_gap) {
			jitter->longest_gap = length;
			jitter->gap_at = now;
		}
		last = now;
	}
}

static void learn_passes(void *context)
{
	struct jitter *jitter = context;
	struct histogram *passes = &jitter->kinds[GAP];
	uint64_t last = clock_now();

	for (unsigned n = 0; n < PASSES; n++) {
		uint64_t now = clock_now();

		histogram_record(passes, (int64_t)(now - last) > 0 ? now - last : 0);
		last = now;
	}
	noise_begin(&jitter->noise, passes, clock_from_ns(LEAST_GAP_NS));
	histogram_reset(passes);
}

/* Sleeps again and again: how late each waking is. */
static void nap(void *context)
{
	struct jitter *jitter = context;
	uint64_t end = clock_deadline(SLEEP_NS);

	while (!clock_passed(end)) {
		uint64_t due = clock_deadline(NAP_NS), late;

		while (!clock_passed(due)) {
			interrupts_close();
			cpu_halt_until(due);
		}
		late = clock_now() - due;
		lab_record(&jitter->kinds[TIMER], (int64_t)late);
		if (late > jitter->longest_nap) {
			jitter->longest_nap = late;
			jitter->nap_at = due;
		}
	}
}

static void spin_open(void *context)
{
	while (spinning)
		;
}

/* ---- on the boot CPU ---- */

static unsigned count_cpus(void)
{
	return MINIMUM(cpu_count(), (unsigned)CPUS_MOST);
}

/* The same on all CPUs at a time. */
static void on_all(struct test_run *t, void (*function)(void *context), uint64_t ns)
{
	for (unsigned cpu = 1; cpu < count_cpus(); cpu++) {
		if (!cpu_start(cpu, function, &jitters[cpu]))
			error_in_test(t, "CPU %u is busy", cpu);
	}
	function(&jitters[0]);
	for (unsigned cpu = 1; cpu < count_cpus(); cpu++) {
		if (!cpu_finish(cpu, clock_deadline(PATIENCE_NS + ns), NULL))
			error_in_test(t, "CPU %u does not come back", cpu);
	}
}

static void note_peak(enum kind kind, unsigned cpu, uint64_t value, uint64_t at)
{
	if (value <= peaks[kind].value)
		return;
	peaks[kind] = (struct peak){
		.value = value,
		.at = (int64_t)(at - begun) > 0 ? clock_to_ns(at - begun) : 0,
		.cpu = cpu,
	};
}

static void send_some(struct test_run *t, unsigned cpu, enum kind kind)
{
	struct jitter *jitter = &jitters[cpu];

	for (unsigned n = 0; n < SENDS; n++) {
		int64_t ticks = lab_send(t, cpu, jitter->vector, jitter->offset.ticks);

		lab_record(&jitter->kinds[kind], ticks);
		note_peak(kind, cpu, ticks > 0 ? clock_to_ns((uint64_t)ticks) : 0, clock_now());
		/* Back into its halt, or its loop. */
		clock_spin(APART_NS);
	}
}

/* To itself, which does not halt, and to each other CPU, halted and spinning. */
static void send(struct test_run *t)
{
	send_some(t, 0, SENDING);
	for (unsigned cpu = 1; cpu < count_cpus(); cpu++) {
		if (!jitters[cpu].vector)
			continue;
		send_some(t, cpu, WAKING);
		spinning = true;
		if (!cpu_start(cpu, spin_open, NULL))
			error_in_test(t, "CPU %u is busy", cpu);
		send_some(t, cpu, SENDING);
		spinning = false;
		if (!cpu_finish(cpu, clock_deadline(PATIENCE_NS), NULL))
			error_in_test(t, "CPU %u does not come back", cpu);
	}
}

static void measure_round(struct test_run *t)
{
	on_all(t, look_for_gaps, SPIN_NS);
	on_all(t, nap, SLEEP_NS);
	send(t);
	for (unsigned cpu = 0; cpu < count_cpus(); cpu++) {
		struct jitter *jitter = &jitters[cpu];
		int64_t offset = jitter->offset.ticks;

		note_peak(GAP, cpu, clock_to_ns(jitter->longest_gap),
			  jitter->gap_at - (uint64_t)offset);
		note_peak(TIMER, cpu, clock_to_ns(jitter->longest_nap),
			  jitter->nap_at - (uint64_t)offset);
		jitter->longest_gap = 0;
		jitter->longest_nap = 0;
	}
}

/* What there is to say while it goes on. */
static void describe(struct text *text)
{
	text_add(text, "%lu s",
		 (unsigned long)(clock_to_ns(clock_now() - begun) / NANOSECONDS_A_SECOND));
	for (unsigned kind = 0; kind < KINDS; kind++) {
		const struct peak *peak = &peaks[kind];

		if (peak->value)
			text_add(text, "; %s %lu us (CPU %u, at %lu.%lu s)", kind_names[kind],
				 (peak->value + 999) / 1000, peak->cpu,
				 (unsigned long)(peak->at / NANOSECONDS_A_SECOND),
				 peak->at / 100000000 % 10);
	}
}

/* Whether a host that listens has enough. One that does not know the question refuses it. */
static bool is_enough(void)
{
	struct ask ask = ask_for("enough", NULL);
	char sentence[320], answer[64];
	struct text text = TEXT_ON(sentence);

	if (!options.host)
		return false;
	describe(&text);
	ask_text(&ask, "so_far", sentence);
	return ask_host(&ask, answer, sizeof(answer)) == TOLD_OK;
}

static void begin(struct test_run *t)
{
	size_t bytes = count_cpus() * sizeof(*jitters);

	jitters = memory_take((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
	if (!jitters)
		skip_test(t, "there is no memory for the histograms of %u CPUs", count_cpus());
	memset(jitters, 0, bytes);
	for (unsigned cpu = 0; cpu < count_cpus(); cpu++) {
		struct jitter *jitter = &jitters[cpu];

		if (!cpu || lab_offset(cpu, &jitter->offset))
			jitter->vector = interrupt_allocate();
	}
	on_all(t, learn_passes, 0);
	begun = clock_now();
}

static void report(struct test_run *t)
{
	static struct histogram gaps;
	char sentence[320], name[64];
	struct text text = TEXT_ON(sentence);

	for (unsigned cpu = 0; cpu < count_cpus(); cpu++) {
		struct jitter *jitter = &jitters[cpu];

		histogram_convert(&gaps, &jitter->noise.gaps, clock_to_ns);
		format_text(name, sizeof(name), "CPU %u", cpu);
		for (unsigned kind = 0; kind < KINDS; kind++) {
			const struct histogram *histogram =
				kind == GAP ? &gaps : &jitter->kinds[kind];

			if (histogram->count)
				lab_report(t, kind_names[kind], name, histogram);
		}
		format_text(name, sizeof(name), "stolen time CPU %u", cpu);
		measured_value(t, name, "%", noise_stolen(&jitter->noise) * 100);
		if (jitter->vector)
			interrupt_free(jitter->vector);
	}
	describe(&text);
	report_note(sentence);
}

BENCH(jitter, cpus, .about = "how late timers and interrupts of each CPU are, for hours",
      .timeout_ms = ROUND_MS)
{
	static bool done;

	if (done)
		skip_test(t, "once a run is enough");
	if (!bench_options.duration)
		skip_test(t, "how long? vp.for=10s, 5m or 2h says it");
	done = true;
	begin(t);
	do {
		guard_extend(ROUND_MS * 1000000ull);
		measure_round(t);
	} while (clock_to_ns(clock_now() - begun) / NANOSECONDS_A_SECOND < bench_options.duration &&
		 !is_enough());
	report(t);
}
