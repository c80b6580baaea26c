/* SPDX-License-Identifier: BSD-2-Clause */
/* Each CPU's LAPIC timer, shared by guard deadlines and cpu_halt_until(). */
#ifndef ARCH_X86_TIMER_H
#define ARCH_X86_TIMER_H

#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/trap.h"

/* Lets the timer of this CPU count down from its most, without interrupts. */
void timer_count_freely(void);

/* Finds out how the timer counts, once, on the boot CPU; needs the clock. */
void timer_calibrate(void);

/* Sets up the timer of this CPU, stopped. */
void timer_start(void);

/* Lets the timer of this CPU fire at the TSC deadline or before. Interrupts are closed. */
void timer_want(struct cpu_local *local, uint64_t deadline);

/* Sets the timer for what this CPU still waits for, after it fired. Interrupts are closed. */
void timer_renew(struct cpu_local *local);

/* The timer's interrupt; does not return when it ends a guard. */
void timer_interrupt(const struct trap_frame *frame);

#endif
