/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guards: a chain of places to come back to, one chain for each CPU. Whoever decides that a guard
 * ends (an exception, the timer, an NMI, the function itself) fills its report, takes it and all
 * inner ones off the chain and resumes behind its guard_enter(). Upward: guard_call() always
 * returns.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/wait.h"
#include "arch/x86/cpu/fault.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/pic.h"
#include "arch/x86/run/guard.h"
#include "arch/x86/run/processor.h"
#include "arch/x86/say/fatal.h"

#define LATE_NS 500000000 /* a timer that fires so late was not ours to set */

__attribute__((returns_twice)) bool guard_enter(struct guard *guard, void (*function)(void *),
						void *argument, struct guard **innermost);
NORETURN void guard_resume(const struct guard_context *context);

void guard_call(void (*function)(void *), void *argument, uint64_t timeout,
		struct guard_report *report)
{
	struct cpu_local *local = cpu_local();
	struct guard guard = {.report = report};

	interrupts_close();
	guard.outer = local->run->guard;
	*report = (struct guard_report){.end = GUARD_RETURNED};
	if (timeout != 0) {
		guard.timeout = timeout;
		guard.deadline = clock_deadline(timeout);
		guard.along = waits_taken_along();
		timer_want(guard.deadline);
	}
	if (!guard_enter(&guard, function, argument, &local->run->guard))
		local->run->guard = guard.outer;
	interrupts_open();
}

/* Sets the timer for what this CPU still waits for. Interrupts are closed. */
static void renew_timer(const struct cpu_local *local)
{
	for (const struct guard *guard = local->run->guard; guard != NULL; guard = guard->outer) {
		if (guard->deadline != 0)
			timer_want(guard->deadline);
	}
	if (local->timer->halt_deadline != 0 && !clock_passed(local->timer->halt_deadline))
		timer_want(local->timer->halt_deadline);
}

/* Ends this CPU's guard, whose report is filled but for how it ended. */
static NORETURN void end_guard(struct guard *guard, enum guard_end end)
{
	struct cpu_local *local = cpu_local();

	guard->report->end = end;
	local->run->guard = guard->outer;
	local->timer->halt_deadline = 0;
	renew_timer(local);
	lapic_end_all();
	pic_end_all();
	guard_resume(&guard->context);
}

void guard_end_by(struct guard *guard, enum guard_end end, const struct trap_frame *frame)
{
	struct guard_report *report = guard->report;

	*report = (struct guard_report){
		.rip = frame->rip,
		.rsp = frame->rsp,
		.rflags = frame->rflags,
		.registers = {frame->rax, frame->rcx, frame->rdx, frame->rbx, frame->rsp,
			      frame->rbp, frame->rsi, frame->rdi, frame->r8, frame->r9, frame->r10,
			      frame->r11, frame->r12, frame->r13, frame->r14, frame->r15},
	};
	if (end == GUARD_FAULT) {
		report->exception = frame->vector;
		report->error = frame->detail;
		report->address = exception_address(frame);
	}
	end_guard(guard, end);
}

/*
 * A pause of the machine is nobody's fault: what waits have lasted longer for it is added. When it ends in this very
 * interrupt nobody has seen how long it was, but longer than the timer is late: then all begins anew.
 */
static void take_along(struct guard *guard, uint64_t late)
{
	guard->deadline += waits_taken_along() - guard->along;
	guard->along = waits_taken_along();
	if (clock_to_ns(late) >= LATE_NS)
		guard->deadline = clock_deadline(guard->timeout);
}

void guard_timer_fired(const struct trap_frame *frame)
{
	struct cpu_local *local = cpu_local();
	struct guard *expired = NULL;
	uint64_t late = clock_passed(local->timer->armed) ? clock_now() - local->timer->armed : 0;

	if (local->timer->armed == 0)
		late = 0;
	local->timer->armed = 0;
	/* When several are over, the outermost of them: the inner ones lie in its way. */
	for (struct guard *guard = local->run->guard; guard != NULL; guard = guard->outer) {
		if (guard->deadline != 0)
			take_along(guard, late);
		if (guard->deadline != 0 && clock_passed(guard->deadline))
			expired = guard;
	}
	if (expired != NULL)
		guard_end_by(expired, GUARD_TIMEOUT, frame);
	renew_timer(local);
}

void guard_leave(int code)
{
	struct guard *guard;

	interrupts_close();
	guard = cpu_local()->run->guard;
	if (guard == NULL)
		fatal("guard_leave(%d) without a guard", code);
	guard->report->code = code;
	guard->report->rip = (uintptr_t)__builtin_return_address(0);
	end_guard(guard, GUARD_LEFT);
}

void guard_extend(uint64_t timeout)
{
	bool open = interrupts_save();
	struct guard *guard = cpu_local()->run->guard;

	if (guard != NULL) {
		guard->timeout = timeout;
		guard->deadline = clock_deadline(timeout);
		guard->along = waits_taken_along();
		timer_want(guard->deadline);
	}
	interrupts_restore(open);
}
