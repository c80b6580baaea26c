/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt descriptor table, one for all CPUs. */
#ifndef ARCH_X86_IDT_H
#define ARCH_X86_IDT_H

#include "lib/base.h"

#define IDT_STUB_SIZE 16 /* bytes from one entry stub to the next */

/* Fills the table with interrupt gates to 256 stubs. Once, on the boot CPU. */
void idt_fill(const char *stubs);

/* Makes this CPU use it. Any CPU. */
void idt_load(void);

#endif
