/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running something that may fault, hang or give up, and getting the CPU back: exceptions, a
 * deadline by the LAPIC timer, and leaving from any depth all end in the caller of guard_call().
 */
#ifndef ARCH_GUARD_H
#define ARCH_GUARD_H

#include "lib/base.h"

/* How a guarded function ended. */
enum guard_end {
	GUARD_RETURNED, /* the function returned */
	GUARD_LEFT,     /* it called guard_leave() */
	GUARD_FAULT,    /* an exception; the fields below say which */
	GUARD_TIMEOUT,  /* the deadline passed; rip says where it was */
	GUARD_STOPPED,  /* cpu_stop() of another CPU */
};

/* The same with what is known of it, and where the CPU was. */
struct guard_report {
	enum guard_end end;
	int code;           /* GUARD_LEFT: what guard_leave() was given */
	unsigned exception; /* GUARD_FAULT: vector, 0 … 31 (SDM 3A, table 6-1) */
	uint64_t error;     /* GUARD_FAULT: error code, 0 where there is none */
	uint64_t address;   /* GUARD_FAULT: CR2 for a page fault or a double fault, else 0 */
	uint64_t rip, rsp, rflags;
	uint64_t registers[16]; /* rax rcx rdx rbx rsp rbp rsi rdi r8 … r15 */
};

/*
 * Calls function(argument) with interrupts open. Guards nest. When timeout is not 0 the function is
 * cut off after so many nanoseconds: only while it keeps interrupts open; with them closed another
 * CPU's cpu_stop() is the way. Whatever the end, the caller goes on with its own stack, interrupts
 * open, no interrupt in service. Any CPU, not from a handler.
 */
void guard_call(void (*function)(void *), void *argument, uint64_t timeout,
		struct guard_report *report);

/*
 * Leaves the innermost guard of this CPU: its guard_call() ends with GUARD_LEFT and this code,
 * which means what caller and function agreed on; any number will do. Without a guard it is a fatal
 * error. Any CPU; handler-safe: the handler is left too, and its interrupt ended.
 */
NORETURN void guard_leave(int code);

/*
 * Moves the deadline of the innermost guard of this CPU to `timeout` nanoseconds from now, whether
 * it had one or not. Does nothing without a guard. Any CPU; handler-safe.
 */
void guard_extend(uint64_t timeout);

/*
 * Adds a report in words to a text, one line that says how it ended, and five of registers where
 * known. Any CPU.
 */
struct text;
void guard_describe(const struct guard_report *report, struct text *text);

#endif
