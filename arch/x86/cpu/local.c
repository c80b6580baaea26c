/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who the CPUs are: each finds what it has for itself through its GS base (Intel SDM 3A, 3.4.4),
 * the others find it by its number. Upward: identity, and a CPU with descriptor tables of its own.
 */
#include "arch/cpu.h"
#include "arch/x86/cpu/idt.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/registers.h"

struct cpu_local *cpu_locals[CPU_MOST];
static unsigned count;

unsigned cpu_count(void)
{
	return count;
}

unsigned cpu_current(void)
{
	return cpu_local()->number;
}

uint32_t cpu_apic_id(unsigned cpu)
{
	return cpu_locals[cpu]->apic_id;
}

void cpu_local_load(struct cpu_local *local, const uint64_t ist[IST_STACKS])
{
	gdt_load(&local->gdt, ist);
	local->self = local;
	msr_write(MSR_GS_BASE, (uintptr_t)local);
	idt_load();
}

void cpu_add(struct cpu_local *local)
{
	cpu_locals[local->number] = local;
	__atomic_store_n(&count, local->number + 1, __ATOMIC_RELEASE);
}
