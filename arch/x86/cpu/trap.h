/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the entry stubs leave on the stack, and the vectors that are taken before devices get
 * theirs.
 */
#ifndef ARCH_X86_TRAP_H
#define ARCH_X86_TRAP_H

#include "lib/base.h"

/* From the lowest address on. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rcx;
	uint64_t vector;
	uint64_t detail; /* an exception's error code; an interrupt's TSC at entry */
	uint64_t rdx, rax;
	uint64_t rip, cs, rflags, rsp, ss; /* pushed by the CPU */
};

#define EXCEPTION_NMI           2
#define EXCEPTION_DOUBLE_FAULT  8
#define EXCEPTION_PAGE_FAULT    14
#define EXCEPTION_MACHINE_CHECK 18
#define EXCEPTIONS              32

/* Vectors of our own, above those of devices; the highest is the spurious one (SDM 3A, 11.9). */
#define VECTOR_ERROR    0xed
#define VECTOR_WAKE     0xee
#define VECTOR_TIMER    0xef
#define VECTOR_SPURIOUS 0xff

#endif
