/* SPDX-License-Identifier: BSD-2-Clause */
/* The selectors of our GDT; assembly reads this file too. */
#ifndef ARCH_X86_SEGMENTS_H
#define ARCH_X86_SEGMENTS_H

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS  0x18 /* two entries */

/* Interrupt stack table numbers (SDM 3A, 6.14.5). */
#define IST_NMI           1
#define IST_DOUBLE_FAULT  2
#define IST_MACHINE_CHECK 3

#endif
