/* SPDX-License-Identifier: BSD-2-Clause */
/* The other CPUs, as the rest of this floor uses them; arch/cpu.h has the public part. */
#ifndef ARCH_X86_SMP_H
#define ARCH_X86_SMP_H

#include "arch/x86/local.h"
#include "lib/base.h"

/* Makes the CPU that runs CPU 0. First of all: everything else finds its state through it. */
void smp_start_boot_cpu(void);

/* The interrupt that wakes an idle CPU for work or a TLB flush. */
void smp_wake_interrupt(void);

/* Lets every other CPU drop its translations, and waits for it. */
void smp_flush(void);

#endif
