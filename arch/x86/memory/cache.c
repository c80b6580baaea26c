/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory types (Intel SDM 3A, 12.11 and 12.12). Device registers are uncached by their page table
 * entries, so all that the MTRRs must do is not to forbid caching of RAM: some VMMs start with them
 * disabled, or with "uncached" as the default type, which slows everything down. Upward: RAM is
 * write-back, and entry 3 of the PAT is uncached.
 */
#include "arch/cpu.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/memory/cache.h"
#include "lib/base.h"

#define CPUID_1_EDX_MTRR      BIT(12)
#define CPUID_1_EDX_PAT       BIT(16)
#define PAT_AT_POWER_ON       0x0007040600070406ull
#define TYPE_WRITE_BACK       6
#define TYPE_MASK             0xffu
#define MTRR_ENABLED          BIT(11)
#define MTRR_RANGES           0xffu
#define MTRR_RANGE_VALID      BIT(11)
#define MTRR_ADDRESS          0x000ffffffffff000ull
#define CR0_CACHE_DISABLE     BIT(30)
#define CR0_NOT_WRITE_THROUGH BIT(29)

/* The type of an address above 1 MiB. Where ranges overlap, uncached (0) wins. */
static unsigned type_of(uint64_t address)
{
	uint64_t defaults = msr_read(MSR_MTRR_DEFAULT_TYPE);
	unsigned ranges = msr_read(MSR_MTRR_CAPABILITY) & MTRR_RANGES;
	unsigned type = TYPE_MASK;

	if (!(defaults & MTRR_ENABLED))
		return 0;
	for (unsigned i = 0; i < ranges; i++) {
		uint64_t base = msr_read(MSR_MTRR_PHYSICAL_BASE + 2 * i);
		uint64_t mask = msr_read(MSR_MTRR_PHYSICAL_BASE + 2 * i + 1);

		if ((mask & MTRR_RANGE_VALID) && !((address ^ base) & mask & MTRR_ADDRESS))
			type = MINIMUM(type, (unsigned)(base & TYPE_MASK));
	}
	return type != TYPE_MASK ? type : defaults & TYPE_MASK;
}

/* The steps of SDM 3A, 12.11.8, without the rendezvous: each CPU does it before it works. */
static void set_default_type(void)
{
	uint64_t cr0 = cr0_read();
	uint64_t defaults = msr_read(MSR_MTRR_DEFAULT_TYPE) & ~(uint64_t)TYPE_MASK;

	cr0_write((cr0 | CR0_CACHE_DISABLE) & ~(uint64_t)CR0_NOT_WRITE_THROUGH);
	__asm__ volatile("wbinvd" : : : "memory");
	msr_write(MSR_MTRR_DEFAULT_TYPE, defaults | MTRR_ENABLED | TYPE_WRITE_BACK);
	__asm__ volatile("wbinvd" : : : "memory");
	cr3_write(cr3_read());
	cr0_write(cr0);
}

void cache_start(void)
{
	uint32_t features = cpuid(1, 0).edx;

	if (features & CPUID_1_EDX_PAT)
		msr_write(MSR_PAT, PAT_AT_POWER_ON);
	/* The image stands for all RAM: what firmware sets up, it sets up for all of it. */
	if ((features & CPUID_1_EDX_MTRR) &&
	    type_of((uintptr_t)&set_default_type) != TYPE_WRITE_BACK)
		set_default_type();
}
