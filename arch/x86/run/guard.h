/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How guards are ended from inside this floor; arch/guard.h has the public part. This room runs
 * code that may fail, on any CPU, and is where exceptions and interrupts come in.
 */
#ifndef ARCH_X86_GUARD_H
#define ARCH_X86_GUARD_H

#include "arch/guard.h"
#include "arch/x86/cpu/trap.h"

/* Callee-saved registers, rsp (at the return address); guard_entry.S knows the layout. */
struct guard_context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp;
};

/* One guard_call() in progress; lives on the stack of its caller. */
struct guard {
	struct guard_context context;
	struct guard *outer;
	uint64_t timeout;  /* ns */
	uint64_t deadline; /* TSC, 0: none */
	uint64_t along;    /* waits_taken_along() when that was set */
	struct guard_report *report;
};

/* Ends a guard of this CPU because of what the frame tells. Interrupts are closed. */
NORETURN void guard_end_by(struct guard *guard, enum guard_end end, const struct trap_frame *frame);

/*
 * The timer's interrupt: ends the outermost guard whose deadline has passed; when there is none,
 * sets the timer for what is still waited for and returns.
 */
void guard_timer_fired(const struct trap_frame *frame);

#endif
