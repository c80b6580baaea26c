/* SPDX-License-Identifier: BSD-2-Clause */
/* The way in of every exception and interrupt: stub, entry, dispatch. */
#ifndef ARCH_X86_RUN_TRAP_H
#define ARCH_X86_RUN_TRAP_H

#include "arch/x86/cpu/trap.h"

/* The 256 entry stubs, IDT_STUB_SIZE bytes each. */
extern const char vector_stubs[];

/* Called by the stubs with interrupts closed; a return resumes what was interrupted. */
void trap_exception(const struct trap_frame *frame);
void trap_interrupt(const struct trap_frame *frame);

#endif
