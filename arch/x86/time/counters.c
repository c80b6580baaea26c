/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI PM timer (ACPI 6.5, 4.8.3.3: 24 bits at 3.579545 MHz), the HPET (IA-PC HPET 1.0a, 2.3), the
 * PIT's channel 0 (Intel 8254 data sheet) and the LAPIC timer. All are read at the ends of one and the same window, each
 * reading between two TSC stamps, so nothing hangs on how long a poll takes. Upward: a rate from
 * each that counts, in some 3 ms.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/time/counters.h"
#include "arch/x86/time/timer.h"

#define PM_TIMER_HZ         3579545ull
#define PM_TIMER_MASK       0xffffffu
#define PIT_HZ              1193182ull
#define PIT_MASK            0xffffu
#define LAPIC_TIMER_HZ      1000000000ull /* what KVM and QEMU run it at, whatever the CPU */

#define PIT_CHANNEL_0       0x40
#define PIT_COMMAND         0x43
#define PIT_MODE_0_WORD     0x30 /* channel 0, low byte then high byte, interrupt on count 0 */
#define PIT_LATCH           0x00
#define PIT_READ_STATUS     0xe2
#define PIT_STATUS_MODE     0x3f
#define PIT_STATUS_OUT      0x80

#define HPET_PERIOD         0x004 /* femtoseconds */
#define HPET_PERIOD_MOST    100000000u
#define HPET_CONFIGURATION  0x010
#define HPET_COUNTS         BIT(0)
#define HPET_COUNTER        0x0f0
#define FEMTOSECONDS        1000000000000000ull

#define WINDOW_MICROSECONDS 3000
#define READINGS            3         /* the one with the narrowest bracket is used */
#define MOST_TICKS          100000000 /* when no counter counts: 20 … 100 ms of any CPU */

struct counter {
	uint32_t (*read)(const struct counter *counter);
	uint64_t hz;
	uint32_t mask;
	uint16_t port;
	volatile uint8_t *registers;
	uint32_t begin;
	uint64_t begin_tsc;
};

static uint32_t read_pm_timer(const struct counter *counter)
{
	return port_read32(counter->port);
}

/* The PIT and the LAPIC timer count down. */
static uint32_t read_pit(const struct counter *counter)
{
	uint8_t low;

	port_write8(PIT_COMMAND, PIT_LATCH);
	low = port_read8(counter->port);
	return ~(uint32_t)(port_read8(counter->port) << 8 | low);
}

static uint32_t read_hpet(const struct counter *counter)
{
	return read32(counter->registers + HPET_COUNTER);
}

static uint32_t read_lapic_timer(const struct counter *counter)
{
	return ~lapic_read(LAPIC_TIMER_CURRENT);
}

static uint32_t take_reading(const struct counter *counter, uint64_t *tsc)
{
	uint64_t narrowest = UINT64_MAX;
	uint32_t best = 0;

	for (unsigned i = 0; i < READINGS; i++) {
		uint64_t before = clock_now();
		uint32_t value = counter->read(counter);
		uint64_t width = clock_now() - before;

		if (width < narrowest) {
			narrowest = width;
			best = value;
			*tsc = before + width / 2;
		}
	}
	return best;
}

static void begin(struct counter *counter)
{
	counter->begin = take_reading(counter, &counter->begin_tsc);
}

static uint32_t counted(const struct counter *counter, uint32_t value)
{
	return (value - counter->begin) & counter->mask;
}

static bool window_over(const struct counter *counter)
{
	return counted(counter, counter->read(counter)) >=
	       counter->hz * WINDOW_MICROSECONDS / 1000000;
}

static uint32_t rate(const struct counter *counter)
{
	uint64_t tsc = 0;
	uint32_t count = counted(counter, take_reading(counter, &tsc));

	/* Less than a tenth of the window: no counter, but a port that reads as anything. */
	if (count < counter->hz * WINDOW_MICROSECONDS / 10000000)
		return 0;
	return (tsc - counter->begin_tsc) * counter->hz / count / 1000;
}

/* Loads channel 0, whose interrupt is masked. It needs no gate, which not every PIT has. */
static void start_pit(void)
{
	port_write8(PIT_COMMAND, PIT_MODE_0_WORD);
	port_write8(PIT_CHANNEL_0, 0xff);
	port_write8(PIT_CHANNEL_0, 0xff);
}

/* Lets it count, if it is one. */
static bool start_hpet(struct counter *hpet)
{
	uint32_t period;

	if (hpet->registers == NULL)
		return false;
	period = read32(hpet->registers + HPET_PERIOD);
	if (period == 0 || period > HPET_PERIOD_MOST)
		return false;
	hpet->hz = FEMTOSECONDS / period;
	write32(hpet->registers + HPET_CONFIGURATION,
		read32(hpet->registers + HPET_CONFIGURATION) | HPET_COUNTS);
	return true;
}

/* Its output rises when it is through, after 55 ms: then it may have wrapped more than once. */
static bool pit_still_counts(void)
{
	uint8_t status;

	port_write8(PIT_COMMAND, PIT_READ_STATUS);
	status = port_read8(PIT_CHANNEL_0);
	return (status & PIT_STATUS_MODE) == PIT_MODE_0_WORD && !(status & PIT_STATUS_OUT);
}

struct counter_rates counters_measure(uint16_t pm_timer, volatile uint8_t *hpet_registers)
{
	struct counter pm = {read_pm_timer, PM_TIMER_HZ, PM_TIMER_MASK, pm_timer};
	struct counter hpet = {read_hpet, 0, UINT32_MAX, .registers = hpet_registers};
	struct counter pit = {read_pit, PIT_HZ, PIT_MASK, PIT_CHANNEL_0};
	struct counter lapic = {read_lapic_timer, LAPIC_TIMER_HZ, UINT32_MAX};
	struct counter *watched = pm_timer != 0 ? &pm : start_hpet(&hpet) ? &hpet : NULL;
	struct counter_rates rates = {0};
	uint64_t deadline = clock_now() + MOST_TICKS;

	start_pit();
	timer_count_freely();
	begin(&pit);
	begin(&lapic);
	if (watched != NULL)
		begin(watched);
	while (!window_over(watched != NULL ? watched : &pit) && !window_over(&lapic) &&
	       !clock_passed(deadline))
		cpu_relax();
	if (watched == &pm)
		rates.pm_timer_khz = rate(&pm);
	else if (watched == &hpet)
		rates.hpet_khz = rate(&hpet);
	rates.lapic_timer_khz = rate(&lapic);
	rates.pit_khz = rate(&pit);
	if (!pit_still_counts())
		rates.pit_khz = 0;
	return rates;
}
