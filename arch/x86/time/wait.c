/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits on top of the TSC and of halts that the LAPIC timer ends (timer.c). */
#include "arch/wait.h"

#include "arch/clock.h"
#include "arch/cpu.h"

/* Spinning this long before halting: most completions come sooner, and a halt costs an exit. */
#define SPIN_NS   20000
#define SLEEP_NS  200000
#define SETTLE_NS 200000
#define JUMP_NS   500000000 /* a halt as long as this was not ours */

static uint64_t run_out, taken_along;
static void (*watcher)(void);
static void (*company)(void);

uint64_t waits_run_out(void)
{
	return run_out;
}

uint64_t waits_taken_along(void)
{
	return taken_along;
}

void waits_watch(void (*look)(void))
{
	watcher = look;
}

static void let_watch(void)
{
	if (watcher)
		watcher();
}

/* Halts for a moment, interrupts closed; how many ticks it lasted longer than that could take. */
static uint64_t nap(void)
{
	uint64_t before = clock_now(), passed;

	cpu_halt_until(clock_deadline(SLEEP_NS));
	passed = clock_now() - before;
	if (clock_to_ns(passed) < JUMP_NS)
		return 0;
	taken_along += passed;
	return passed;
}

void wait_in_company(void (*who)(void))
{
	company = who;
}

bool wait_until(bool (*condition)(void *context), void *context, uint64_t deadline)
{
	uint64_t spin = clock_deadline(SPIN_NS);

	let_watch();
	for (;;) {
		if (company)
			company();
		if (condition(context))
			return true;
		if (clock_passed(deadline)) {
			run_out++;
			return condition(context);
		}
		if (!clock_passed(spin)) {
			cpu_relax();
			continue;
		}
		interrupts_close();
		if (condition(context)) {
			interrupts_open();
			return true;
		}
		deadline += nap();
		let_watch();
	}
}

void settle_interrupts(void)
{
	uint64_t deadline = clock_deadline(SETTLE_NS);

	while (!clock_passed(deadline)) {
		interrupts_close();
		cpu_halt_until(deadline);
	}
}
