/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPUs, as the rest of this floor uses them; arch/cpu.h has the public part. Boot CPU. */
#ifndef ARCH_X86_SMP_H
#define ARCH_X86_SMP_H

#include "arch/x86/firmware/topology.h"
#include "lib/base.h"

/* Makes the CPU that runs CPU 0. First of all: everything else finds its state through it. */
void smp_start_boot_cpu(void);

/* Starts the others that are listed, at most so many CPUs in all (0: no limit). */
void smp_start_others(const struct topology *topology, unsigned at_most);

/* Where an idle CPU stays: asleep, until it is given work. Any CPU but the boot CPU. */
NORETURN void smp_idle(void);

#endif
