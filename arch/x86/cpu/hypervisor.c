/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What hypervisors say of themselves by CPUID: a signature at leaf 0x40000000, further interfaces
 * at each 0x100 above (Linux, Documentation/virt/kvm/x86/cpuid.rst). Upward: interfaces by
 * signature.
 */
#include "arch/cpu.h"
#include "arch/hypervisor.h"
#include "arch/x86/cpu/hypervisor.h"
#include "lib/string.h"

#define CPUID_1_ECX_HYPERVISOR BIT(31)
#define HYPERVISOR_FIRST       0x40000000u
#define HYPERVISOR_STEP        0x100u
#define HYPERVISOR_LAST        0x40000400u
#define SIGNATURE_SIZE         13

/* The highest leaf of the interface at base; its signature into text. */
static uint32_t read_signature(uint32_t base, char text[SIGNATURE_SIZE])
{
	struct cpuid leaf = cpuid(base, 0);

	memcpy(text, &leaf.ebx, 4);
	memcpy(text + 4, &leaf.ecx, 4);
	memcpy(text + 8, &leaf.edx, 4);
	text[SIGNATURE_SIZE - 1] = '\0';
	return leaf.eax;
}

uint32_t hypervisor_base(const char *signature)
{
	char text[SIGNATURE_SIZE];

	if (!(cpuid(1, 0).ecx & CPUID_1_ECX_HYPERVISOR))
		return 0;
	for (uint32_t base = HYPERVISOR_FIRST; base < HYPERVISOR_LAST; base += HYPERVISOR_STEP) {
		read_signature(base, text);
		if (starts_with(text, signature))
			return base;
	}
	return 0;
}

uint32_t hypervisor_highest_leaf(uint32_t base)
{
	uint32_t highest = cpuid(base, 0).eax;

	/* KVM of old says 0 and means this. */
	return highest == 0 ? base + 1 : highest;
}

const char *hypervisor_name(void)
{
	static char text[SIGNATURE_SIZE];
	uint32_t base = hypervisor_base("");

	if (base == 0)
		return "none";
	read_signature(base, text);
	for (unsigned i = 0; text[i] != '\0'; i++) {
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	}
	return text[0] != '\0' ? text : "unnamed";
}
