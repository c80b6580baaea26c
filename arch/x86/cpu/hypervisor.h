/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is below us, by the CPUID leaves reserved for hypervisors. Any CPU. */
#ifndef ARCH_X86_HYPERVISOR_H
#define ARCH_X86_HYPERVISOR_H

#include "lib/base.h"

/*
 * The first leaf of the interface whose signature begins so, or 0. A hypervisor may offer several,
 * 0x100 apart (KVM beside Hyper-V's, for one). "" finds the first of any.
 */
uint32_t hypervisor_base(const char *signature);

/* The highest leaf of the interface at a base. */
uint32_t hypervisor_highest_leaf(uint32_t base);

#endif
