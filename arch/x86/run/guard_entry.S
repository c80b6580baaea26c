/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entering and resuming a guard: what setjmp and longjmp are elsewhere, with interrupts opened and
 * closed at the right instruction (System V ABI, AMD64 supplement, 3.2.1: registers that are kept).
 */
#include "arch/x86/cpu/segments.h"
#define RFLAGS_CLOSED 0x2

	.text

/*
 * bool guard_enter(struct guard *guard, void (*function)(void *), void *argument,
 *		    struct guard **innermost)
 * Remembers where to come back to, only then lets the guard be seen (an NMI may use it from there
 * on), opens interrupts and calls. False when the function returned, true after guard_resume().
 */
	.globl guard_enter
guard_enter:
	movq %rbx, 0(%rdi)
	movq %rbp, 8(%rdi)
	movq %r12, 16(%rdi)
	movq %r13, 24(%rdi)
	movq %r14, 32(%rdi)
	movq %r15, 40(%rdi)
	movq %rsp, 48(%rdi)
	movq %rdi, (%rcx)
	movq %rsi, %rax
	movq %rdx, %rdi
	subq $8, %rsp
	sti
	call *%rax
	cli
	addq $8, %rsp
	xorl %eax, %eax
	ret

/*
 * void guard_resume(const struct guard_context *context)
 * Returns from the guard_enter() that filled the context, interrupts closed. By IRET, because
 * nothing else lets further NMIs through when this CPU is in an NMI (SDM 3A, 6.7.1).
 */
	.globl guard_resume
guard_resume:
	movq 0(%rdi), %rbx
	movq 8(%rdi), %rbp
	movq 16(%rdi), %r12
	movq 24(%rdi), %r13
	movq 32(%rdi), %r14
	movq 40(%rdi), %r15
	movq 48(%rdi), %rax
	leaq 1f(%rip), %rcx
	pushq $SELECTOR_DATA
	pushq %rax
	pushq $RFLAGS_CLOSED
	pushq $SELECTOR_CODE
	pushq %rcx
	iretq
1:	cld
	movl $1, %eax
	ret

	.section .note.GNU-stack, "", @progbits
