/* SPDX-License-Identifier: BSD-2-Clause */
/* The I/O APICs; arch/interrupt.h has the public part. Boot CPU. */
#ifndef ARCH_X86_IOAPIC_H
#define ARCH_X86_IOAPIC_H

#include "arch/x86/firmware/topology.h"

/* Maps those that are listed, or the one at the usual address, and masks all their inputs. */
void ioapic_start(const struct topology *topology);

#endif
