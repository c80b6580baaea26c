/* SPDX-License-Identifier: BSD-2-Clause */
/* Control registers and model-specific registers (Intel SDM 3A, 2.5; SDM 4). Handler-safe. */
#ifndef ARCH_X86_REGISTERS_H
#define ARCH_X86_REGISTERS_H

#include "lib/base.h"

#define MSR_APIC_BASE          0x1b
#define MSR_MTRR_CAPABILITY    0xfe
#define MSR_MTRR_PHYSICAL_BASE 0x200
#define MSR_MTRR_FIXED_64K     0x250
#define MSR_PAT                0x277
#define MSR_MTRR_DEFAULT_TYPE  0x2ff
#define MSR_TSC_DEADLINE       0x6e0
#define MSR_X2APIC             0x800
#define MSR_EFER               0xc0000080
#define MSR_GS_BASE            0xc0000101

#define EFER_LMA               BIT(10)
#define EFER_NXE               BIT(11)

/* Reads an MSR; one that the CPU does not have is a general protection fault. */
static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

/* Writes an MSR. */
static inline void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

/* Paging, write protection, caches. */
static inline uint64_t cr0_read(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value) : : "memory");
	return value;
}

/* Sets them for this CPU. */
static inline void cr0_write(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

/* The address whose access faulted. */
static inline uint64_t cr2_read(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value) : : "memory");
	return value;
}

/* The physical address of the page tables' root. */
static inline uint64_t cr3_read(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

/* Sets it for this CPU, which forgets what it knew of the old ones. */
static inline void cr3_write(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

#endif
