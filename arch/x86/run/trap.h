/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way in of every exception and interrupt; assembly reads this file too. What devices and the
 * PIC send goes straight from its stub to interrupt_arrived(), all else is told apart here.
 */
#ifndef ARCH_X86_RUN_TRAP_H
#define ARCH_X86_RUN_TRAP_H

#define VECTOR_ABOVE_DEVICES 0xe0

/* Offsets in struct trap_frame. */
#define FRAME_VECTOR 104
#define FRAME_DETAIL 112

#ifndef __ASSEMBLER__
#include "arch/interrupt.h"
#include "arch/x86/cpu/trap.h"

static_assert(VECTOR_ABOVE_DEVICES == INTERRUPT_LAST + 1, "stubs part here");
static_assert(offsetof(struct trap_frame, vector) == FRAME_VECTOR, "vectors.S");
static_assert(offsetof(struct trap_frame, detail) == FRAME_DETAIL, "vectors.S");

/* The 256 entry stubs, IDT_STUB_SIZE bytes each. */
extern const char vector_stubs[];

/*
 * Called by the stubs of exceptions, and of interrupts above those of devices, with interrupts
 * closed; a return resumes what was interrupted.
 */
void trap_exception(const struct trap_frame *frame);
void trap_interrupt(const struct trap_frame *frame);
#endif

#endif
