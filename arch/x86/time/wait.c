/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits on top of the TSC and of halts that the LAPIC timer ends (timer.c). */
#include "arch/wait.h"

#include "arch/clock.h"
#include "arch/cpu.h"

/* Spinning this long before halting: most completions come sooner, and a halt costs an exit. */
#define SPIN_NS   20000
#define SLEEP_NS  200000
#define SETTLE_NS 200000

static uint64_t run_out;

uint64_t waits_run_out(void)
{
	return run_out;
}

bool wait_until(bool (*condition)(void *context), void *context, uint64_t deadline)
{
	uint64_t spin = clock_deadline(SPIN_NS);

	for (;;) {
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
		cpu_halt_until(clock_deadline(SLEEP_NS));
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
