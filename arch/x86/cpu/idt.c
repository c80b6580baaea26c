/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor table (Intel SDM 3A, 6.14.1): 256 interrupt gates, one table for all
 * CPUs. Upward: each vector has its stub; NMI, double fault and machine check get a stack of their
 * own.
 */
#include "arch/x86/cpu/idt.h"
#include "arch/x86/cpu/segments.h"
#include "arch/x86/cpu/trap.h"

#define GATE_INTERRUPT 0x8e00 /* present, ring 0, closes interrupts */

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t type; /* IST in bits 0 … 2 */
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};
static_assert(sizeof(struct gate) == 16, "SDM 3A, figure 6-8");

static struct gate idt[256];

static unsigned stack_for(unsigned vector)
{
	switch (vector) {
	case EXCEPTION_NMI:
		return IST_NMI;
	case EXCEPTION_DOUBLE_FAULT:
		return IST_DOUBLE_FAULT;
	case EXCEPTION_MACHINE_CHECK:
		return IST_MACHINE_CHECK;
	default:
		return 0;
	}
}

void idt_fill(const char *stubs)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		uint64_t stub = (uintptr_t)stubs + vector * IDT_STUB_SIZE;

		idt[vector] = (struct gate){
			.offset_low = stub,
			.selector = SELECTOR_CODE,
			.type = GATE_INTERRUPT | stack_for(vector),
			.offset_middle = stub >> 16,
			.offset_high = stub >> 32,
		};
	}
}

void idt_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} PACKED pointer = {sizeof(idt) - 1, (uintptr_t)idt};

	__asm__ volatile("lidt %0" : : "m"(pointer));
}
