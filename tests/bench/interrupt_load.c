/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of a device that has more to do, beside others that are busy (docs/latency.md). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "lib/format.h"
#include "tests/bench/interrupt_lab.h"
#include "tests/bench/lab.h"
#include "tests/bench/neighbour.h"
#include "tests/bench/options.h"
#include "tests/bench/throughput.h"
#include "tests/harness/drive/drive.h"

#define NEIGHBOUR_CPU 2
#define PAIRS         1000

/* What the stamps cost a sample, in thousandths of its end to end: they are what reading the clock twice takes. */
static void report_instrument(struct test_run *t)
{
	static struct histogram pairs;
	uint64_t whole = lab_typical();

	histogram_reset(&pairs);
	for (unsigned n = 0; n < PAIRS; n++) {
		uint64_t before = clock_now();

		histogram_record(&pairs, clock_now() - before);
	}
	measured_value(t, "instrument's part of end to end", "%",
		       whole ? clock_to_ns(histogram_quantile(&pairs, 50, 100)) * 100000 / whole
			     : 0);
}

/* One number of others in flight, the device fresh. */
static void measure(struct test_run *t, unsigned others)
{
	const char *beside = bench_options.neighbour;
	char load[64];

	start_over(t);
	arena_empty(t->arena);
	bring_up(t);
	lab_begin(t, others);
	if (!lab.observed)
		skip_test(t, "latency under load wants a second CPU, whose clock can be compared");
	lab.interval = bench_options.rate ? interval_of(bench_options.rate) : 0;
	format_text(load, sizeof(load), ", others=%u%s%s", others, beside ? " beside=" : "",
		    beside ? beside : "");
	lab.load = load;
	if (beside)
		neighbour_begin(t, beside, NEIGHBOUR_CPU, bench_options.beside_rate);
	lab_measure(LAB_SPINNING);
	lab_measure(LAB_HALTED);
	if (beside) {
		uint64_t served = neighbour_end(t);

		format_text(load, sizeof(load), "neighbour's requests, others=%u beside=%s", others,
			    beside);
		measured_value(t, load, "1/s", served);
	}
	report_instrument(t);
	lab_end();
}

BENCH(interrupt, under_load, .about = "the same while other requests and other devices are served",
      .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_SECOND_CPU, .axes = AXIS_RING | AXIS_EVENT_IDX,
      .timeout_ms = 600000,
      .judges = CLAUSES(PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	uint64_t others;

	if (!bench_options.load && !bench_options.neighbour)
		skip_test(t, "no load is asked for (vp.load, vp.neighbour)");
	interrupt_stamp_eoi(true);
	if (!bench_options.load)
		measure(t, 0);
	for (unsigned n = 0; bench_options.load && list_number(t, bench_options.load, n, &others);
	     n++) {
		if (others > LAB_OTHERS_MOST)
			error_in_test(t, "vp.load is %lu, at most %u others are in flight", others,
				      LAB_OTHERS_MOST);
		measure(t, (unsigned)others);
	}
	lab_noise(t);
	interrupt_stamp_eoi(false);
}
