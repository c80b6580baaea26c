/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPUID instruction (Intel SDM 2A, CPUID). Upward: its four registers, uninterpreted. */
#include "arch/cpu.h"

struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid result;

	__asm__ volatile("cpuid"
			 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
			 : "a"(leaf), "c"(subleaf));
	return result;
}
