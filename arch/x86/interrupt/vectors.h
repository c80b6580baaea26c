/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrivals on vectors of devices and of the PIC; arch/interrupt.h has the public part. This room is
 * the way of an interrupt from a device to a vector of a CPU, whatever controllers lie in it.
 */
#ifndef ARCH_X86_VECTORS_H
#define ARCH_X86_VECTORS_H

#include "lib/base.h"

/*
 * Tallies an interrupt, calls its handler and ends it. tsc is the stamp of the entry stub's first
 * instruction. On the CPU that was interrupted, interrupts closed: handler-safe.
 */
void interrupt_arrived(unsigned vector, uint64_t tsc);

#endif
