/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU has for itself, found through its GS base. This room is one CPU: its tables and
 * registers, who it is, what its exceptions say, and who is below it.
 */
#ifndef ARCH_X86_LOCAL_H
#define ARCH_X86_LOCAL_H

#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/x86/cpu/gdt.h"
#include "lib/base.h"

/* Callee-saved registers, rsp (at the return address); guard_entry.S knows the layout. */
struct guard_context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp;
};

/* One guard_call() in progress; lives on the stack of its caller. */
struct guard {
	struct guard_context context;
	struct guard *outer;
	uint64_t deadline; /* TSC, 0: none */
	struct guard_report *report;
};

enum work_state { WORK_NONE, WORK_GIVEN, WORK_DONE };

struct cpu_local {
	struct cpu_local *self; /* at gs:0 */
	unsigned number;
	uint32_t apic_id;

	struct guard *guard;      /* the innermost, or NULL */
	uint64_t halt_deadline;   /* TSC, 0: not in cpu_halt_until() */
	uint64_t timer_armed;     /* TSC at which the LAPIC timer fires, 0: it does not */
	volatile bool stop;       /* the next NMI is cpu_stop() */
	uint32_t errors;          /* bits of the LAPIC error status its interrupt has seen */
	volatile uint64_t total;  /* arrivals on device vectors */
	volatile uint64_t strays; /* of them, those on vectors that nobody had allocated */

	volatile enum work_state work;
	void (*function)(void *);
	void *argument;
	struct guard_report report; /* of the last work */
	bool lost;                  /* cpu_stop() did not bring it back */

	struct interrupt_tally tally[256];
	struct gdt gdt;
};

/* Those of the CPUs that run, by number, below cpu_count(). */
extern struct cpu_local *cpu_locals[];

static inline struct cpu_local *cpu_local(void)
{
	struct cpu_local *local;

	__asm__("movq %%gs:0, %0" : "=r"(local));
	return local;
}

/*
 * Makes *local that of this CPU: GDT, TSS, IDT, GS base. ist as for gdt_load(). Needs idt_fill().
 */
void cpu_local_load(struct cpu_local *local, const uint64_t ist[IST_STACKS]);

/* Lets a CPU that runs be found under its number, which is the next one. Boot CPU. */
void cpu_add(struct cpu_local *local);

#endif
