/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an application processor starts (Intel SDM 3A, 9.4.4): in real mode at a page below
 * 640 KiB that holds a copy of the first part. Everything else runs in place: long mode is
 * prepared from 32-bit code in the image, so the low page need not be mapped executable.
 */
#define CR0_KNOWN 0x80010031 /* PG, WP, NE, ET, PE; caches on, no x87 traps */
#define CR0_REAL_TO_PROTECTED 0x11
#define CR4_KNOWN 0x60 /* MCE, PAE */
#define MSR_EFER 0xc0000080

#define TRAMPOLINE_CODE_32 0x18
#define TRAMPOLINE_CODE_64 0x08
#define TRAMPOLINE_DATA 0x10

	.section .rodata.trampoline, "a", @progbits
	.code16
	.globl trampoline_start, trampoline_size
	.balign 16
trampoline_start:
	cli
	movw %cs, %ax
	movw %ax, %ds
	lgdtl trampoline_gdt_pointer - trampoline_start
	movl $CR0_REAL_TO_PROTECTED, %eax
	movl %eax, %cr0
	ljmpl $TRAMPOLINE_CODE_32, $trampoline_32
	.balign 4
trampoline_gdt_pointer:
	.word trampoline_gdt_end - trampoline_gdt - 1
	.long trampoline_gdt
trampoline_end:

	.balign 8
trampoline_size:
	.long trampoline_end - trampoline_start
	.balign 8
trampoline_gdt:
	.quad 0
	.quad 0x00af9b000000ffff /* TRAMPOLINE_CODE_64 */
	.quad 0x00cf93000000ffff /* TRAMPOLINE_DATA */
	.quad 0x00cf9b000000ffff /* TRAMPOLINE_CODE_32 */
trampoline_gdt_end:

	.text
	.code32
trampoline_32:
	movl $TRAMPOLINE_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $CR4_KNOWN, %eax
	movl %eax, %cr4
	movl trampoline_root, %eax
	movl %eax, %cr3
	/* LME and NXE as on the boot CPU. */
	movl trampoline_efer, %eax
	xorl %edx, %edx
	movl $MSR_EFER, %ecx
	wrmsr
	movl $CR0_KNOWN, %eax
	movl %eax, %cr0
	ljmpl $TRAMPOLINE_CODE_64, $trampoline_64

	.code64
trampoline_64:
	/* Whoever is late, after the boot CPU gave up on it, finds no stack and sleeps for ever. */
	xorl %eax, %eax
	xchgq %rax, trampoline_stack
	testq %rax, %rax
	jz 1f
	movq %rax, %rsp
	movq trampoline_argument, %rdi
	xorl %ebp, %ebp
	call *trampoline_main
1:	cli
	hlt
	jmp 1b

	.data
	.balign 8
	.globl trampoline_stack, trampoline_main, trampoline_argument
	.globl trampoline_root, trampoline_efer
trampoline_stack:
	.quad 0
trampoline_main:
	.quad 0
trampoline_argument:
	.quad 0
trampoline_root:
	.long 0
trampoline_efer:
	.long 0

	.section .note.GNU-stack, "", @progbits
