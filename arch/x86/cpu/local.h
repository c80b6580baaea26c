/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CPU as this room knows it, found through its GS base: its tables, and who it is. What the rooms
 * above keep for each CPU hangs on it, and only they know what that is; run/ lays it out.
 */
#ifndef ARCH_X86_LOCAL_H
#define ARCH_X86_LOCAL_H

#include "arch/x86/cpu/gdt.h"
#include "lib/base.h"

/* What its GS base points to. */
struct cpu_local {
	struct cpu_local *self; /* at gs:0 */
	unsigned number;
	uint32_t apic_id;
	struct interrupt_state *interrupts;
	struct timer_state *timer;
	struct run_state *run;
	struct gdt gdt;
};

/* Those of the CPUs that run, by number, below cpu_count(). */
extern struct cpu_local *cpu_locals[];

/* That of the CPU that asks. Handler-safe. */
static inline struct cpu_local *cpu_local(void)
{
	struct cpu_local *local;

	__asm__("movq %%gs:0, %0" : "=r"(local));
	return local;
}

/*
 * Makes *local that of this CPU: GDT, TSS, IDT, GS base. ist as for gdt_load(). Needs idt_fill().
 * Any CPU, for itself.
 */
void cpu_local_load(struct cpu_local *local, const uint64_t ist[IST_STACKS]);

/* Lets a CPU that runs be found under its number, which is the next one. Boot CPU. */
void cpu_add(struct cpu_local *local);

#endif
