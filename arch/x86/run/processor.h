/* SPDX-License-Identifier: BSD-2-Clause */
/* All that there is once for each CPU, in one piece, and the part of it that is this room's. */
#ifndef ARCH_X86_PROCESSOR_H
#define ARCH_X86_PROCESSOR_H

#include "arch/guard.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/interrupt/state.h"
#include "arch/x86/time/timer.h"

enum work_step { WORK_NONE, WORK_GIVEN, WORK_DONE };

struct run_state {
	struct guard *guard; /* the innermost, or NULL */
	volatile bool stop;  /* the next NMI is cpu_stop() */
	bool lost;           /* cpu_stop() did not bring it back */

	volatile enum work_step step;
	void (*function)(void *);
	void *argument;
	struct guard_report report; /* of the last work */
};

struct processor {
	struct cpu_local local;
	struct interrupt_state interrupts;
	struct timer_state timer;
	struct run_state run;
};

/* Hangs on a CPU what each room keeps for it. Before cpu_local_load(). */
static inline void processor_join(struct processor *processor)
{
	processor->local.interrupts = &processor->interrupts;
	processor->local.timer = &processor->timer;
	processor->local.run = &processor->run;
}

#endif
