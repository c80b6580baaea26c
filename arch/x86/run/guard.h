/* SPDX-License-Identifier: BSD-2-Clause */
/* How guards are ended from inside this floor. */
#ifndef ARCH_X86_GUARD_H
#define ARCH_X86_GUARD_H

#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/trap.h"

/* Ends a guard of this CPU because of what the frame tells. Interrupts are closed. */
NORETURN void guard_end_by(struct guard *guard, enum guard_end end, const struct trap_frame *frame);

/* Ends the outermost guard whose deadline has passed; returns when there is none. */
void guard_end_by_timer(const struct trap_frame *frame);

/* The address that an exception is about: CR2 for a page fault or a double fault, else 0. */
uint64_t exception_address(const struct trap_frame *frame);

#endif
