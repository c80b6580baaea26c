/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8259 pair, as the rest of this floor uses it; arch/interrupt.h has the public part. Boot CPU;
 * handler-safe but for pic_start().
 */
#ifndef ARCH_X86_PIC_H
#define ARCH_X86_PIC_H

#include "lib/base.h"

/* Finds out whether there is one, moves it to INTERRUPT_PIC_VECTOR and masks all of it. */
void pic_start(void);

/* True when the PIC has this IRQ in service: false for its spurious interrupts. */
bool pic_in_service(unsigned irq);

/* What a spurious interrupt leaves in service: the master saw one when it came from the slave. */
void pic_end_spurious(unsigned irq);

/* End of interrupt for an IRQ. */
void pic_end(unsigned irq);

/* The same for all that are in service. */
void pic_end_all(void);

#endif
