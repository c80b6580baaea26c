/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message that reaches a CPU (Intel SDM 3A, 11.11; Linux, Documentation/virt/kvm/x86/cpuid.rst
 * for destinations above 255). Upward: address and data for an MSI-X table entry.
 */
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/x86/cpu/hypervisor.h"
#include "arch/x86/interrupt/lapic.h"

#define MSI_ADDRESS               0xfee00000u
#define MSI_DESTINATION_SHIFT     12
#define MSI_EXTENDED_SHIFT        5    /* destination bits 8 … 14 in address bits 5 … 11 */
#define MSI_LOGICAL_MODE          0x0c /* destination mode logical, with redirection hint */
#define MSI_EXTENDED_MOST         0x7fff
#define CPUID_KVM_FEATURES        1
#define CPUID_KVM_EXTENDED_MSI_ID BIT(15)

/* KVM and others take a destination id of 15 bits from an MSI where they say so. */
static bool extended_destinations(void)
{
	uint32_t base = hypervisor_base("KVMKVMKVM");

	return base != 0 && cpuid(base + CPUID_KVM_FEATURES, 0).eax & CPUID_KVM_EXTENDED_MSI_ID;
}

bool interrupt_message(unsigned cpu, unsigned vector, enum msi_destination how,
		       struct msi_message *message)
{
	uint32_t destination = cpu_apic_id(cpu);
	uint64_t address = MSI_ADDRESS;

	if (how == MSI_LOGICAL) {
		if (lapic_is_x2() || cpu >= 8)
			return false;
		destination = BIT(cpu);
		address |= MSI_LOGICAL_MODE;
	} else if (destination > 0xff) {
		if (destination > MSI_EXTENDED_MOST || !extended_destinations())
			return false;
		address |= (destination >> 8) << MSI_EXTENDED_SHIFT;
	}
	message->address = address | (destination & 0xff) << MSI_DESTINATION_SHIFT;
	message->data = vector; /* fixed, edge (SDM 3A, figure 11-25) */
	return true;
}
