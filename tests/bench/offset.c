/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/offset.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#define EXCHANGES 400u /* at least */
#define TIME_NS   NANOSECONDS_A_SECOND
#define GOOD_NS   1000u

static volatile unsigned asked, answered;
static volatile bool over;
static volatile uint64_t stamp;

static void answer(void *context)
{
	(void)context;
	while (!over) {
		unsigned n = asked;

		if (n == answered)
			continue;
		stamp = clock_now();
		answered = n;
	}
}

/* One exchange; false when there is no answer before the deadline. */
static bool exchange(unsigned n, uint64_t deadline, struct clock_offset *offset)
{
	uint64_t before = clock_now(), after;

	asked = n;
	while (answered != n) {
		if (clock_passed(deadline))
			return false;
	}
	after = clock_now();
	if ((after - before) / 2 < offset->uncertainty) {
		offset->uncertainty = (after - before) / 2;
		offset->ticks = (int64_t)(stamp - before - offset->uncertainty);
	}
	return true;
}

bool clock_offset_measure(unsigned cpu, struct clock_offset *offset)
{
	uint64_t deadline;
	unsigned n = 0;
	bool good = false;

	*offset = (struct clock_offset){.uncertainty = UINT64_MAX};
	asked = 0;
	answered = 0;
	over = false;
	if (!cpu_start(cpu, answer, NULL))
		return false;
	deadline = clock_deadline(TIME_NS);
	while ((n < EXCHANGES || !good) && exchange(n + 1, deadline, offset)) {
		good = offset->uncertainty < clock_from_ns(GOOD_NS);
		n++;
	}
	over = true;
	return cpu_finish(cpu, clock_deadline(TIME_NS), NULL) && good;
}
