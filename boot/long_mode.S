/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From 32-bit protected mode, whatever state it is in, to 64-bit C on a stack and on page tables
 * of our own. Every entry ends here. Intel SDM 3A, 10.8.5 (entering IA-32e mode).
 */
#include "boot/segments.h"

#define CR0_KNOWN 0x80010031 /* PG, WP, NE, ET, PE; caches on, no x87 traps */
#define CR4_KNOWN 0x60	     /* MCE, PAE */
#define CR0_PAGING 0x80000000
#define CR0_CACHES_OFF 0x60000000 /* NW, CD */
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define EFER_NXE 0x800
#define CPUID_NX (1 << 20)

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_LARGE 0x80

/*
 * boot_long_mode: edi is the 64-bit C function to call, esi its argument. Interrupts are closed,
 * segments flat. Never returns.
 */
	.section .text.boot, "ax"
	.code32
	.globl boot_long_mode
boot_long_mode:
	movl $boot_stack_end, %esp
	call boot_check_cpu

	/* A boot loader may leave paging on, with tables that are none of ours, and the caches off. */
	movl %cr0, %eax
	andl $~(CR0_PAGING | CR0_CACHES_OFF), %eax
	movl %eax, %cr0
	movl $CR4_KNOWN, %eax
	movl %eax, %cr4

	call boot_unpack
	movl %edi, %ebp
	movl $bss_start, %edi
	movl $bss_end, %ecx
	subl %edi, %ecx
	shrl $2, %ecx
	xorl %eax, %eax
	cld
	rep stosl

	/* The first 4 GiB one to one, in pages of 2 MiB. */
	movl $boot_pml4, %edi
	movl $(boot_pdpt + PAGE_PRESENT_WRITABLE), (%edi)
	movl $boot_pdpt, %edi
	movl $(boot_directories + PAGE_PRESENT_WRITABLE), %eax
	movl $4, %ecx
1:	movl %eax, (%edi)
	addl $4096, %eax
	addl $8, %edi
	loop 1b
	movl $boot_directories, %edi
	movl $(PAGE_PRESENT_WRITABLE | PAGE_LARGE), %eax
	movl $(4 * 512), %ecx
2:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	decl %ecx
	jnz 2b
	movl $boot_pml4, %eax
	movl %eax, %cr3

	movl $0x80000001, %eax
	cpuid
	movl $EFER_LME, %eax
	testl $CPUID_NX, %edx
	jz 3f
	orl $EFER_NXE, %eax
3:	xorl %edx, %edx
	movl $MSR_EFER, %ecx
	wrmsr
	movl $CR0_KNOWN, %eax
	movl %eax, %cr0
	lgdt boot_gdt_pointer
	ljmp $BOOT_CODE, $4f

	.code64
4:	movl $BOOT_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movl $boot_stack_end, %esp
	movl %esi, %edi
	movl %ebp, %eax
	xorl %ebp, %ebp
	call *%rax
5:	cli
	hlt
	jmp 5b

	.section .rodata.boot, "a", @progbits
	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff /* BOOT_CODE: 64-bit, present, accessed */
	.quad 0x00cf93000000ffff /* BOOT_DATA: writable, present, accessed */
	.quad 0x00cf9b000000ffff /* BOOT_CODE32: 32-bit, present, accessed */
boot_gdt_pointer:
	.word BOOT_GDT_LIMIT
	.long boot_gdt

	.section .bss.boot, "aw", @nobits
	.balign 4096
	.globl boot_stack_guard
boot_stack_guard:
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_directories:
	.skip 4 * 4096
/*
 * The boot CPU's stack. What lies below it, tables included, is unmapped by
 * arch/x86/memory/paging.c.
 */
	.globl boot_stack
boot_stack:
	.skip 64 * 1024
	.globl boot_stack_end
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
