/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 256 entry stubs (Intel SDM 3A, 6.14). A stub for an interrupt stamps the TSC before anything
 * else: it only saves the two registers that RDTSC writes. Upward: all end in the same struct
 * trap_frame, and what devices send takes the shortest way to where it is tallied.
 */
#include "arch/x86/run/trap.h"

	.text

	.macro exception_stub vector, has_error
	.balign 16
	.if !\has_error
	pushq $0
	.endif
	pushq $\vector
	jmp exception_entry
	.endm

	.macro interrupt_stub vector, entry
	.balign 16
	pushq %rax
	pushq %rdx
	rdtsc
	pushq $\vector
	jmp \entry
	.endm

	.balign 16
	.globl vector_stubs
vector_stubs:
	.set vector, 0
	.rept 32
	/* #DF #TS #NP #SS #GP #PF #AC #CP #VC #SX push an error code (SDM 3A, table 6-1; APM 2, 8.2). */
	.if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
	exception_stub vector, 1
	.else
	exception_stub vector, 0
	.endif
	.set vector, vector + 1
	.endr
	.rept VECTOR_ABOVE_DEVICES - 32
	interrupt_stub vector, arrival_entry
	.set vector, vector + 1
	.endr
	.rept 256 - VECTOR_ABOVE_DEVICES
	interrupt_stub vector, interrupt_entry
	.set vector, vector + 1
	.endr

	.macro save_others
	pushq %rcx
	pushq %rbx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, %rdi
	cld
	.endm

/* On the stack: vector, rdx, rax, then what the CPU pushed. rdx:rax holds the TSC. */
	.macro save_interrupted
	shlq $32, %rdx
	orq %rdx, %rax
	xchgq %rax, (%rsp)
	pushq %rax
	save_others
	.endm

interrupt_entry:
	save_interrupted
	call trap_interrupt
	jmp resume

/* On the stack: vector, error code, then what the CPU pushed. */
exception_entry:
	xchgq %rax, 8(%rsp)
	xchgq %rdx, (%rsp)
	pushq %rax
	pushq %rdx
	save_others
	call trap_exception
	jmp resume

arrival_entry:
	save_interrupted
	movq FRAME_DETAIL(%rdi), %rsi
	movl FRAME_VECTOR(%rdi), %edi
	call interrupt_arrived

resume:
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rbx
	popq %rcx
	addq $16, %rsp
	popq %rdx
	popq %rax
	iretq

	.section .note.GNU-stack, "", @progbits
