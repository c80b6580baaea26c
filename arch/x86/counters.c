/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI PM timer (ACPI 6.5, 4.8.3.3: 24 bits at 3.579545 MHz) and the PIT's channel 2 (Intel
 * 8254 data sheet; its gate and output are in port 0x61). Both are read at the ends of one and the
 * same window, each reading between two TSC stamps, so nothing hangs on how long a poll takes.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/x86/counters.h"

#define PM_TIMER_HZ         3579545ull
#define PM_TIMER_MASK       0xffffffu
#define PIT_HZ              1193182ull
#define PIT_MASK            0xffffu

#define PIT_CHANNEL_2       0x42
#define PIT_COMMAND         0x43
#define PIT_MODE_0_WORD     0xb0 /* channel 2, low byte then high byte, interrupt on count 0 */
#define PIT_LATCH_2         0x80
#define SYSTEM_CONTROL_B    0x61
#define CONTROL_GATE_2      BIT(0)
#define CONTROL_SPEAKER     BIT(1)
#define CONTROL_OUTPUT_2    BIT(5)

#define WINDOW_MICROSECONDS 5000
#define READINGS            3         /* the one with the narrowest bracket is used */
#define MOST_TICKS          100000000 /* when no counter counts: 20 … 100 ms of any CPU */

enum counter { PM_TIMER, PIT };

struct reading {
	uint32_t value;
	uint64_t tsc;
};

static uint32_t read_counter(enum counter counter, uint16_t port)
{
	uint8_t low;

	if (counter == PM_TIMER)
		return port_read32(port) & PM_TIMER_MASK;
	port_write8(PIT_COMMAND, PIT_LATCH_2);
	low = port_read8(PIT_CHANNEL_2);
	/* Counts down. */
	return PIT_MASK - (port_read8(PIT_CHANNEL_2) << 8 | low);
}

static struct reading take_reading(enum counter counter, uint16_t port)
{
	struct reading best = {0, 0};
	uint64_t narrowest = UINT64_MAX;

	for (unsigned i = 0; i < READINGS; i++) {
		uint64_t before = clock_now();
		uint32_t value = read_counter(counter, port);
		uint64_t width = clock_now() - before;

		if (width < narrowest) {
			narrowest = width;
			best = (struct reading){value, before + width / 2};
		}
	}
	return best;
}

static void start_pit(void)
{
	uint8_t control = port_read8(SYSTEM_CONTROL_B) & ~CONTROL_SPEAKER;

	port_write8(SYSTEM_CONTROL_B, control & ~CONTROL_GATE_2);
	port_write8(PIT_COMMAND, PIT_MODE_0_WORD);
	port_write8(PIT_CHANNEL_2, 0xff);
	port_write8(PIT_CHANNEL_2, 0xff);
	port_write8(SYSTEM_CONTROL_B, control | CONTROL_GATE_2);
}

/* Its output rises when it is through, after 55 ms: then it may have wrapped more than once. */
static bool pit_is_through(void)
{
	return port_read8(SYSTEM_CONTROL_B) & CONTROL_OUTPUT_2;
}

/* True when either counter says that the window is over. */
static bool window_over(uint16_t pm_timer, const struct reading *pm, const struct reading *pit)
{
	if (pm_timer != 0 && ((read_counter(PM_TIMER, pm_timer) - pm->value) & PM_TIMER_MASK) >=
				     PM_TIMER_HZ * WINDOW_MICROSECONDS / 1000000)
		return true;
	if (pm_timer != 0)
		return false;
	return ((read_counter(PIT, 0) - pit->value) & PIT_MASK) >=
	       PIT_HZ * WINDOW_MICROSECONDS / 1000000;
}

static uint32_t rate(const struct reading *begin, const struct reading *end, uint32_t mask,
		     uint64_t hz)
{
	uint32_t counted = (end->value - begin->value) & mask;

	/* Fewer than a tenth of the window: no counter, a port that reads as anything. */
	if (counted < hz * WINDOW_MICROSECONDS / 10000000)
		return 0;
	return (end->tsc - begin->tsc) * hz / counted / 1000;
}

struct counter_rates counters_measure(uint16_t pm_timer)
{
	struct counter_rates rates = {0, 0};
	struct reading pm = {0, 0}, pit, end;
	uint64_t deadline;

	start_pit();
	pit = take_reading(PIT, 0);
	if (pm_timer != 0)
		pm = take_reading(PM_TIMER, pm_timer);
	deadline = clock_now() + MOST_TICKS;
	while (!window_over(pm_timer, &pm, &pit) && !clock_passed(deadline))
		cpu_relax();
	if (pm_timer != 0) {
		end = take_reading(PM_TIMER, pm_timer);
		rates.pm_timer_khz = rate(&pm, &end, PM_TIMER_MASK, PM_TIMER_HZ);
	}
	end = take_reading(PIT, 0);
	if (!pit_is_through())
		rates.pit_khz = rate(&pit, &end, PIT_MASK, PIT_HZ);
	return rates;
}
