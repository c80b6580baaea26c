/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/offset.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#define EXCHANGES 400u /* at least */
#define SOON_NS   NANOSECONDS_A_SECOND
#define LATE_NS   (5 * NANOSECONDS_A_SECOND)
#define SPINS     1000u

static volatile unsigned asked, answered;
static volatile bool over;
static volatile uint64_t stamp;

static void answer(void *context)
{
	while (!over) {
		unsigned n = asked;

		if (n == answered)
			continue;
		stamp = clock_now();
		answered = n;
	}
}

/* Whether the answer comes before the deadline. The clock is looked at rarely: reading it takes time. */
static bool is_answered(unsigned n, uint64_t deadline)
{
	do {
		for (unsigned spins = SPINS; spins > 0; spins--) {
			if (answered == n)
				return true;
		}
	} while (!clock_passed(deadline));
	return false;
}

/* One exchange; false when there is no answer before the deadline. */
static bool exchange(unsigned n, uint64_t deadline, struct clock_offset *offset)
{
	uint64_t before = clock_now(), half;

	asked = n;
	if (!is_answered(n, deadline))
		return false;
	half = (clock_now() - before) / 2;
	if (half < offset->uncertainty) {
		offset->uncertainty = half;
		offset->ticks = (int64_t)(stamp - before - half);
	}
	return true;
}

/* Exchanges tell nothing while the host runs both CPUs in turns on one of its own: that passes. */
static bool worth_another(const struct clock_offset *offset, unsigned n, uint64_t soon,
			  uint64_t late)
{
	if (clock_passed(late))
		return false;
	if (offset->uncertainty > clock_from_ns(OFFSET_POOR_NS))
		return true;
	return !clock_passed(soon) &&
	       (n < EXCHANGES || offset->uncertainty > clock_from_ns(OFFSET_GOOD_NS));
}

bool clock_offset_measure(unsigned cpu, struct clock_offset *offset)
{
	uint64_t soon, late;
	unsigned n = 0;

	*offset = (struct clock_offset){.uncertainty = UINT64_MAX};
	asked = 0;
	answered = 0;
	over = false;
	if (!cpu_start(cpu, answer, NULL))
		return false;
	soon = clock_deadline(SOON_NS);
	late = clock_deadline(LATE_NS);
	while (worth_another(offset, n, soon, late) && exchange(n + 1, late, offset))
		n++;
	over = true;
	return cpu_finish(cpu, clock_deadline(SOON_NS), NULL) &&
	       offset->uncertainty <= clock_from_ns(OFFSET_POOR_NS);
}
