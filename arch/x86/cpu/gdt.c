/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GDT and TSS, one pair for each CPU (Intel SDM 3A, 3.4.5 and 8.7). 64-bit code needs little of
 * them: a code segment, a data segment, and the TSS for its interrupt stack table. Upward: stacks
 * of its own for what may strike on a broken one.
 */
#include "arch/x86/cpu/gdt.h"
#include "arch/x86/cpu/segments.h"

#define DESCRIPTOR_CODE_64 0x00af9b000000ffffull /* present, ring 0, long, accessed */
#define DESCRIPTOR_DATA    0x00cf93000000ffffull /* present, ring 0, writable, accessed */
#define DESCRIPTOR_TSS     0x0000890000000000ull /* present, available 64-bit TSS */

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} PACKED;

static void reload_segments(void)
{
	uint64_t scratch;

	__asm__ volatile("pushq %1\n\t"
			 "leaq 1f(%%rip), %0\n\t"
			 "pushq %0\n\t"
			 "lretq\n"
			 "1:\tmovl %2, %%ds\n\t"
			 "movl %2, %%es\n\t"
			 "movl %2, %%ss\n\t"
			 "movl %3, %%fs\n\t"
			 "movl %3, %%gs"
			 : "=&r"(scratch)
			 : "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0)
			 : "memory");
}

void gdt_load(struct gdt *gdt, const uint64_t ist[IST_STACKS])
{
	uint64_t base = (uintptr_t)&gdt->task_state;
	uint64_t limit = sizeof(gdt->task_state) - 1;
	struct table_pointer pointer = {sizeof(gdt->entries) - 1, (uintptr_t)gdt->entries};

	gdt->task_state = (struct task_state){.io_map_base = sizeof(gdt->task_state)};
	for (unsigned i = 0; i < IST_STACKS; i++)
		gdt->task_state.ist[i] = ist[i];
	gdt->entries[0] = 0;
	gdt->entries[SELECTOR_CODE / 8] = DESCRIPTOR_CODE_64;
	gdt->entries[SELECTOR_DATA / 8] = DESCRIPTOR_DATA;
	gdt->entries[SELECTOR_TSS / 8] =
		DESCRIPTOR_TSS | limit | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	gdt->entries[SELECTOR_TSS / 8 + 1] = base >> 32;

	__asm__ volatile("lgdt %0" : : "m"(pointer));
	reload_segments();
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS) : "memory");
}
