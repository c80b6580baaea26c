/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work given from one CPU to another, and the boot CPU made the first of them. Upward: a function
 * runs on an idle CPU, which sleeps in HLT with interrupts open until VECTOR_WAKE gets it out, and
 * can be stopped there whatever it does (NMI; Intel SDM 3A, 6.7).
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86/cpu/idt.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/run/smp.h"
#include "arch/x86/run/trap.h"

#define IST_STACK_SIZE 8192
#define STOP_NS        NANOSECONDS_A_SECOND

void smp_start_boot_cpu(void)
{
	static struct cpu_local local;
	static char stacks[IST_STACKS][IST_STACK_SIZE] __attribute__((aligned(16)));
	uint64_t ist[IST_STACKS];

	for (unsigned i = 0; i < IST_STACKS; i++)
		ist[i] = (uintptr_t)stacks[i] + IST_STACK_SIZE;
	idt_fill(vector_stubs);
	cpu_local_load(&local, ist);
	cpu_add(&local);
}

void smp_idle(void)
{
	struct cpu_local *local = cpu_local();

	for (;;) {
		interrupts_close();
		if (local->work != WORK_GIVEN) {
			__asm__ volatile("sti; hlt" : : : "memory");
			continue;
		}
		guard_call(local->function, local->argument, 0, &local->report);
		__atomic_store_n(&local->work, WORK_DONE, __ATOMIC_RELEASE);
	}
}

bool cpu_idle(unsigned cpu)
{
	return cpu_locals[cpu]->work != WORK_GIVEN;
}

bool cpu_start(unsigned cpu, void (*function)(void *), void *argument)
{
	struct cpu_local *local;

	if (cpu >= cpu_count() || cpu == cpu_current())
		return false;
	local = cpu_locals[cpu];
	if (cpu == 0 || local->lost || !cpu_idle(cpu))
		return false;
	local->function = function;
	local->argument = argument;
	__atomic_store_n(&local->work, WORK_GIVEN, __ATOMIC_RELEASE);
	interrupt_send(cpu, VECTOR_WAKE);
	return true;
}

static bool wait_until_idle(unsigned cpu, uint64_t deadline)
{
	while (!cpu_idle(cpu)) {
		if (clock_passed(deadline))
			return false;
		cpu_relax();
	}
	return true;
}

bool cpu_finish(unsigned cpu, uint64_t deadline, struct guard_report *report)
{
	if (!wait_until_idle(cpu, deadline))
		return false;
	if (report != NULL)
		*report = cpu_locals[cpu]->report;
	return true;
}

bool cpu_stop(unsigned cpu)
{
	struct cpu_local *local = cpu_locals[cpu];
	uint64_t deadline;

	/* The boot CPU runs what was never given to it. */
	if (cpu != 0 && cpu_idle(cpu))
		return true;
	deadline = clock_deadline(STOP_NS);
	local->stop = true;
	lapic_send(cpu_apic_id(cpu), COMMAND_NMI);
	local->lost = cpu != 0 && !wait_until_idle(cpu, deadline);
	/* An NMI that is still on its way must not end what the CPU is given next. */
	while (local->stop && !clock_passed(deadline))
		cpu_relax();
	return !local->lost && !local->stop;
}
