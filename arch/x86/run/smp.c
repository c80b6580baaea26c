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
#include "arch/x86/run/processor.h"
#include "arch/x86/run/smp.h"
#include "arch/x86/run/trap.h"

#define IST_STACK_SIZE 8192
#define STOP_NS        NANOSECONDS_A_SECOND
#define SETTLE_NS      NANOSECONDS_A_SECOND

void smp_start_boot_cpu(void)
{
	static struct processor processor;
	static char stacks[IST_STACKS][IST_STACK_SIZE] __attribute__((aligned(16)));
	uint64_t ist[IST_STACKS];

	for (unsigned i = 0; i < IST_STACKS; i++)
		ist[i] = (uintptr_t)stacks[i] + IST_STACK_SIZE;
	idt_fill(vector_stubs);
	processor_join(&processor);
	cpu_local_load(&processor.local, ist);
	cpu_add(&processor.local);
}

void smp_idle(void)
{
	struct run_state *run = cpu_local()->run;

	for (;;) {
		interrupts_close();
		if (run->step != WORK_GIVEN) {
			__asm__ volatile("sti; hlt" : : : "memory");
			continue;
		}
		guard_call(run->function, run->argument, 0, &run->report);
		__atomic_store_n(&run->step, WORK_DONE, __ATOMIC_RELEASE);
	}
}

bool cpu_idle(unsigned cpu)
{
	return cpu_locals[cpu]->run->step != WORK_GIVEN;
}

bool cpu_start(unsigned cpu, void (*function)(void *), void *argument)
{
	struct run_state *run;

	if (cpu >= cpu_count() || cpu == cpu_current())
		return false;
	run = cpu_locals[cpu]->run;
	if (cpu == 0 || run->lost || !cpu_idle(cpu))
		return false;
	run->function = function;
	run->argument = argument;
	__atomic_store_n(&run->step, WORK_GIVEN, __ATOMIC_RELEASE);
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
		*report = cpu_locals[cpu]->run->report;
	return true;
}

/* Whatever is pending on a CPU comes before this returns. */
static void take_interrupts(void *unused)
{
	interrupts_open();
	cpu_relax();
}

void cpus_settle(void)
{
	uint64_t deadline = clock_deadline(SETTLE_NS);

	for (unsigned cpu = 1; cpu < cpu_count(); cpu++) {
		if (cpu_start(cpu, take_interrupts, NULL))
			wait_until_idle(cpu, deadline);
	}
}

bool cpu_stop(unsigned cpu)
{
	struct run_state *run = cpu_locals[cpu]->run;
	uint64_t deadline;

	/* The boot CPU runs what was never given to it. */
	if (cpu != 0 && cpu_idle(cpu))
		return true;
	if (run->lost)
		return false;
	deadline = clock_deadline(STOP_NS);
	run->stop = true;
	lapic_send(cpu_apic_id(cpu), COMMAND_NMI);
	run->lost = cpu != 0 && !wait_until_idle(cpu, deadline);
	/* An NMI that is still on its way must not end what the CPU is given next. */
	while (run->stop && !clock_passed(deadline))
		cpu_relax();
	return !run->lost && !run->stop;
}
