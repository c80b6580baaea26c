/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 64-bit entry of Linux (Documentation/arch/x86/boot.rst, "64-bit Boot Protocol"): 0x200 bytes into
 * the image, which is also e_entry of the ELF file. Entered in 64-bit mode on the loader's page tables,
 * which map the image, with rsi = physical address of the zero page. From here to 32-bit mode: the way
 * to tables of our own begins with paging off.
 */
#include "boot/segments.h"

#define CR4_PCIDE_BIT 17

	.section .text.boot.linux64, "ax"
	.balign 512
	.code64
	.globl linux64_entry, efi_entry
linux64_entry:
	movl $linux64_start, %edi
	jmp 3f
/* As boot/efi.c goes on, which has made the zero page itself. */
efi_entry:
	movl $efi_start, %edi
3:	cli
	leaq boot_stack_end(%rip), %rsp

	/* What 32 bits cannot hold is no zero page for us. */
	movq %rsi, %rax
	shrq $32, %rax
	jz 1f
	xorl %esi, %esi
1:
	/* With process-context identifiers paging could not be turned off. */
	movq %cr4, %rax
	btrq $CR4_PCIDE_BIT, %rax
	movq %rax, %cr4

	leaq boot_gdt(%rip), %rax
	pushq %rax
	pushw $BOOT_GDT_LIMIT
	lgdt (%rsp)
	movl $BOOT_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	leaq image_start(%rip), %rbx
	leaq 2f(%rip), %rax
	pushq $BOOT_CODE32
	pushq %rax
	lretq

	.code32
2:	jmp boot_move_image

	.section .note.GNU-stack, "", @progbits
