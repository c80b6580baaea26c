/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptor table and task state segment of one CPU. */
#ifndef ARCH_X86_GDT_H
#define ARCH_X86_GDT_H

#include "lib/base.h"

#define GDT_ENTRIES 5
#define IST_STACKS  3

/* The 64-bit TSS (SDM 3A, figure 8-11). */
struct task_state {
	uint32_t reserved_0;
	uint64_t rsp[3];
	uint64_t reserved_1;
	uint64_t ist[7];
	uint64_t reserved_2;
	uint16_t reserved_3;
	uint16_t io_map_base;
} PACKED;
static_assert(sizeof(struct task_state) == 104, "SDM 3A, 8.7");

struct gdt {
	uint64_t entries[GDT_ENTRIES];
	struct task_state task_state;
};

/*
 * Fills the GDT and TSS and makes this CPU use them. ist holds the upper ends of the stacks for
 * IST_NMI, IST_DOUBLE_FAULT and IST_MACHINE_CHECK, in that order. Clears the GS base.
 */
void gdt_load(struct gdt *gdt, const uint64_t ist[IST_STACKS]);

#endif
