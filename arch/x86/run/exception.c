/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions (Intel SDM 3A, chapter 6). Upward: each ends the innermost guard of its CPU, and the
 * run when there is none. NMIs are how one CPU stops another.
 */
#include "arch/x86/cpu/fault.h"
#include "arch/x86/memory/paging.h"
#include "arch/x86/run/guard.h"
#include "arch/x86/run/processor.h"
#include "arch/x86/run/trap.h"
#include "arch/x86/say/fatal.h"
#include "lib/format.h"

/* cpu_stop(): the boot CPU leaves its innermost guard, the others the function they were given. */
static void stop(struct cpu_local *local, const struct trap_frame *frame)
{
	struct guard *guard = local->run->guard;

	local->run->stop = false;
	if (guard == NULL)
		return;
	while (local->number != 0 && guard->outer != NULL)
		guard = guard->outer;
	guard_end_by(guard, GUARD_STOPPED, frame);
}

static NORETURN void end_run(const struct cpu_local *local, const struct trap_frame *frame)
{
	fatal("%s on CPU %u outside of any guard: error %#llx address %#llx rip %#llx rsp %#llx",
	      exception_name(frame->vector), local->number, (unsigned long long)frame->detail,
	      (unsigned long long)exception_address(frame), (unsigned long long)frame->rip,
	      (unsigned long long)frame->rsp);
}

void trap_exception(const struct trap_frame *frame)
{
	struct cpu_local *local = cpu_local();

	if (frame->vector == EXCEPTION_NMI) {
		/* Any other NMI is the platform's, and nothing here depends on those. */
		if (local->run->stop)
			stop(local, frame);
		return;
	}
	if (local->run->guard == NULL)
		end_run(local, frame);
	guard_end_by(local->run->guard, GUARD_FAULT, frame);
}

static void describe_fault(const struct guard_report *report, struct text *text)
{
	text_add(text, "%s at rip %#llx", exception_name(report->exception),
		 (unsigned long long)report->rip);
	if (report->error != 0)
		text_add(text, ", error code %#llx", (unsigned long long)report->error);
	if (report->exception == EXCEPTION_PAGE_FAULT)
		text_add(text, ", %s %#llx", report->error & 2 ? "writing" : "reading",
			 (unsigned long long)report->address);
	if (report->address != 0 || report->exception == EXCEPTION_PAGE_FAULT)
		text_add(text, "%s", paging_what_is_at(report->address));
	text_add(text, "\n");
}

static void describe_registers(const struct guard_report *report, struct text *text)
{
	static const char *const register_names[16] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
	};

	for (unsigned i = 0; i < ARRAY_LENGTH(register_names); i++)
		text_add(text, "%s %016llx%s", register_names[i],
			 (unsigned long long)report->registers[i], i % 4 == 3 ? "\n" : "  ");
	text_add(text, "rflags %llx\n", (unsigned long long)report->rflags);
}

void guard_describe(const struct guard_report *report, struct text *text)
{
	switch (report->end) {
	case GUARD_RETURNED:
		text_add(text, "returned\n");
		return;
	case GUARD_LEFT:
		text_add(text, "left with code %d\n", report->code);
		return;
	case GUARD_FAULT:
		describe_fault(report, text);
		break;
	case GUARD_TIMEOUT:
		text_add(text, "cut off at its deadline at rip %#llx\n",
			 (unsigned long long)report->rip);
		break;
	case GUARD_STOPPED:
		text_add(text, "stopped by another CPU at rip %#llx\n",
			 (unsigned long long)report->rip);
		break;
	}
	describe_registers(report, text);
}
