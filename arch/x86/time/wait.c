/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits on top of the TSC and of halts that the LAPIC timer ends (timer.c). */
#include "arch/wait.h"

#include "arch/clock.h"
#include "arch/cpu.h"

/* Spinning this long before halting: most completions come sooner, and a halt costs an exit. */
#define SPIN_NS   20000
#define SLEEP_NS  200000
#define SETTLE_NS 200000
#define JUMP_NS   500000000 /* between two looks at what is waited for: that was not ours */

static uint64_t run_out, run_out_last, taken_along;
static void (*watcher)(void);
static void (*company)(void);

uint64_t waits_run_out(void)
{
	return run_out;
}

uint64_t waits_run_out_last(void)
{
	return run_out_last;
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

/* How many ticks have passed since the last look, where they are more than a look, or a nap, could take. */
static uint64_t jumped(uint64_t *last_look)
{
	uint64_t now = clock_now(), passed = now - *last_look;

	*last_look = now;
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
	uint64_t spin = clock_deadline(SPIN_NS), last_look = clock_now();

	let_watch();
	for (;;) {
		if (company)
			company();
		if (condition(context))
			return true;
		deadline += jumped(&last_look);
		if (clock_passed(deadline)) {
			run_out++;
			run_out_last = clock_now();
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
		cpu_halt_until(clock_deadline(SLEEP_NS));
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
