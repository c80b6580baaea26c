/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/lab.h"

#include "arch/clock.h"
#include "arch/interrupt.h"
#include "lib/format.h"
#include "tests/bench/noise.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/report/report.h"

#define NAME_SIZE       96
#define NOISE_NS        50000000ull
#define LEAST_GAP_NS    1000 /* nothing takes a CPU away for less */
#define PASSES          1000 /* to learn what is usual */
#define DISTURBED_PARTS 50   /* thousandths of the time that may be stolen */

void lab_record(struct histogram *histogram, int64_t ticks)
{
	histogram_record(histogram, ticks > 0 ? clock_to_ns((uint64_t)ticks) : 0);
}

static void whole_name(char whole[NAME_SIZE], const char *name, const char *state)
{
	format_text(whole, NAME_SIZE, "%s%s%s", name, *state ? " " : "", state);
}

void lab_report(struct test_run *t, const char *name, const char *state,
		const struct histogram *histogram)
{
	char whole[NAME_SIZE];

	whole_name(whole, name, state);
	measured_histogram(t, whole, "ns", histogram);
}

void lab_report_drawn(struct test_run *t, const char *name, const char *state,
		      const struct histogram *histogram)
{
	char whole[NAME_SIZE];

	whole_name(whole, name, state);
	measured_and_drawn(t, whole, "ns", histogram);
}

/* How long it is since *last, which becomes now. */
static uint64_t pass(uint64_t *last)
{
	uint64_t now = clock_now(), length = now - *last;

	*last = now;
	return (int64_t)length > 0 ? length : 0;
}

void lab_noise(struct test_run *t)
{
	static struct noise noise;
	static struct histogram histogram;
	uint64_t last = clock_now(), whole = clock_from_ns(NOISE_NS);
	char sentence[128];
	unsigned parts;

	histogram_reset(&histogram);
	for (unsigned n = 0; n < PASSES; n++)
		histogram_record(&histogram, pass(&last));
	noise_begin(&noise, &histogram, clock_from_ns(LEAST_GAP_NS));
	while (noise.whole < whole)
		noise_pass(&noise, pass(&last));
	parts = noise_stolen(&noise);
	if (noise.gaps.count) {
		histogram_convert(&histogram, &noise.gaps, clock_to_ns);
		lab_report(t, "noise gaps", "", &histogram);
	}
	measured_value(t, "noise stolen time", "%", parts * 100);
	if (parts <= DISTURBED_PARTS)
		return;
	format_text(sentence, sizeof(sentence),
		    "disturbed: %u.%u %% of a spinning CPU's time was stolen, the figures of %s "
		    "say little",
		    parts / 10, parts % 10, t->device->name);
	report_note(sentence);
}

bool lab_offset(unsigned cpu, struct clock_offset *offset)
{
	char sentence[128];

	if (!clock_offset_measure(cpu, offset)) {
		report_note("disturbed: the clocks of two CPUs could not be compared, so no time "
			    "between them is measured");
		return false;
	}
	if (offset->uncertainty > clock_from_ns(OFFSET_GOOD_NS)) {
		format_text(sentence, sizeof(sentence),
			    "disturbed: a time between two CPUs may be wrong by %lu ns, which is "
			    "how well their clocks could be compared",
			    clock_to_ns(offset->uncertainty));
		report_note(sentence);
	}
	return true;
}

int64_t lab_send(struct test_run *t, unsigned cpu, unsigned vector, int64_t offset)
{
	struct interrupt_tally *tally = interrupt_tally(cpu, vector);
	uint64_t before = tally->count, deadline = clock_deadline(PATIENCE_NS);
	uint64_t sent = clock_now();

	interrupt_send(cpu, vector);
	while (tally->count == before) {
		if (clock_passed(deadline))
			error_in_test(t, "an interrupt from CPU to CPU does not come in time");
	}
	return (int64_t)(tally->entry_tsc - sent) - offset;
}
