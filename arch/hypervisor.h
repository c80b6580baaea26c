/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is below us. */
#ifndef ARCH_HYPERVISOR_H
#define ARCH_HYPERVISOR_H

/*
 * The hypervisor's CPUID signature ("KVMKVMKVM", "TCGTCGTCG" …), at most 12 printable characters;
 * "none" without one, "unnamed" when it is empty. Boot CPU.
 */
const char *hypervisor_name(void);

#endif
