/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processors: how many run, which one this is, and how to run something on another.
 *
 * Public headers of this floor say who may call a function in these words:
 *   handler-safe  from a handler too, whatever it interrupted;
 *   any CPU       from each, at the same time;
 *   boot CPU      from CPU 0 only.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "lib/base.h"

#define CPU_MOST 256

/* CPUs that are running, numbered from 0, which is the boot CPU. Any CPU; handler-safe. */
unsigned cpu_count(void);

/* The number of the CPU that asks. Any CPU; handler-safe. */
unsigned cpu_current(void);

/* The local APIC id of a running CPU, 8 bits in xAPIC mode, 32 in x2APIC. Any CPU; handler-safe. */
uint32_t cpu_apic_id(unsigned cpu);

/*
 * Starts function(argument) on another running CPU, which must be idle: it sleeps in HLT with
 * interrupts open. Returns at once; false when that CPU is busy or lost, is the boot CPU, or the
 * one that asks. The function runs inside a guard of its own (arch/guard.h), so a fault there ends
 * only that function. Any CPU, but one at a time for each CPU that is started.
 */
bool cpu_start(unsigned cpu, void (*function)(void *), void *argument) MUST_CHECK;

/* True when the last function started on that CPU has ended (or none ever was). Any CPU. */
bool cpu_idle(unsigned cpu);

/*
 * Waits for the function started on that CPU. False when it has not ended at the deadline (TSC).
 * *report, when not NULL, tells how it ended. Any CPU, not from a handler.
 */
struct guard_report;
bool cpu_finish(unsigned cpu, uint64_t deadline, struct guard_report *report) MUST_CHECK;

/*
 * Waits until each other CPU that is idle has handled what its local APIC had accepted: one that the host lets
 * wait may have held it for long. At most 1 s. Boot CPU, not from a handler.
 */
void cpus_settle(void);

/*
 * Forces whatever runs on that CPU to leave its guards (an NMI), and waits for it: all of them, or
 * the innermost one of the boot CPU. False when the CPU did not come back within 1 s: it is lost
 * for the rest of the run. Any CPU but that one, not from a handler.
 */
bool cpu_stop(unsigned cpu);

/* A hint in a spinning loop (SDM 2B, PAUSE). Any CPU; handler-safe. */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* Lets this CPU take interrupts. Any CPU, not from a handler. */
static inline void interrupts_open(void)
{
	__asm__ volatile("sti" : : : "memory");
}

/* Keeps interrupts from this CPU. Any CPU; handler-safe. */
static inline void interrupts_close(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/*
 * Closes interrupts and tells whether they were open; give the answer to interrupts_restore(). Any
 * CPU; handler-safe.
 */
static inline bool interrupts_save(void)
{
	uint64_t flags;
	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags & 0x200;
}

/* Undoes interrupts_save(). Any CPU; handler-safe. */
static inline void interrupts_restore(bool open)
{
	if (open)
		interrupts_open();
}

/*
 * Opens interrupts and halts until one has been handled on this CPU or the deadline (TSC) has
 * passed, whichever is first; interrupts are open afterwards. Call it with interrupts closed and
 * the condition just checked: no wake-up is lost between the check and the halt. Any CPU, not from
 * a handler.
 */
void cpu_halt_until(uint64_t deadline);

/* What CPUID leaves in registers. */
struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* CPUID, exactly as the instruction gives it (SDM 2A, CPUID). Any CPU; handler-safe. */
struct cpuid cpuid(uint32_t leaf, uint32_t subleaf);

#endif
