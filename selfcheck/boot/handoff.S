/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enters an image as other loaders do: a PVH kernel for QEMU, whose -device loader puts the image
 * somewhere and what to do with it at ORDERS. Makes a zero page and a start info of what QEMU handed over,
 * and goes to the image with what a loader, or the firmware below it, leaves in the control registers: in flat
 * 32-bit mode, or in 64-bit mode on tables that map the first GiB alone (crosvm maps four, Firecracker,
 * StratoVirt and libkrun one).
 */
#define ORDERS 0x2f00000
#define ORDER_ENTRY (ORDERS + 0)       /* where to enter; 32 bits, as all but the next */
#define ORDER_HANDED (ORDERS + 8)      /* what to hand over, in esi and in ebx; 64 bits */
#define ORDER_LONG (ORDERS + 16)       /* not 0: in 64-bit mode */
#define ORDER_MORE_RANGES (ORDERS + 24) /* how many more ranges of memory to count than there are */
#define ORDER_MAGIC (ORDERS + 32)      /* eax, in 32-bit mode */
#define ORDER_CR0 (ORDERS + 40)        /* bits to set in CR0 */
#define ORDER_CR4 (ORDERS + 48)        /* in CR4 */
#define ORDER_EFER (ORDERS + 56)       /* in EFER */
#define ORDER_MTRR (ORDERS + 64)       /* not 0: for the default type of memory, and whether there are types */

#define START_INFO 0x5000
#define START_INFO_RANGES 0x5100
#define ZERO_PAGE 0x7000
#define STACK 0x8ff0
#define TABLES 0x9000
#define CLEARED_END 0xd000
#define COMMAND_LINE 0x20000

#define PVH_MAGIC 0x336ec578
#define PVH_VERSION 4
#define PVH_COMMAND_LINE 24
#define PVH_RSDP 32
#define PVH_RANGES 40
#define PVH_RANGE_COUNT 48
#define PVH_RANGE_SIZE 24

#define CR0_PAGING_PROTECTION 0x80000001
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define MSR_MTRR_DEFAULT_TYPE 0x2ff
#define EFER_LME 0x100

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18
	.asciz "Xen"
	.long start

	.text
	.code32
	.globl start
start:
	cld
	movl %ebx, %ebp
	movl $STACK, %esp
	movl $START_INFO, %edi
	movl $((CLEARED_END - START_INFO) / 4), %ecx
	xorl %eax, %eax
	rep stosl

	/* Without a zero at the end, as StratoVirt leaves it. */
	movl PVH_COMMAND_LINE(%ebp), %esi
	movl $COMMAND_LINE, %edi
1:	lodsb
	testb %al, %al
	jz 2f
	stosb
	jmp 1b
2:	movb $'!', (%edi)
	subl $COMMAND_LINE, %edi
	movl %edi, ZERO_PAGE + 0x238
	movl $COMMAND_LINE, ZERO_PAGE + 0x228
	movl $0x53726448, ZERO_PAGE + 0x202 /* "HdrS" */
	movl PVH_RSDP(%ebp), %eax
	movl %eax, ZERO_PAGE + 0x70

	movl PVH_RANGES(%ebp), %esi
	movl PVH_RANGE_COUNT(%ebp), %edx
	movl $(ZERO_PAGE + 0x2d0), %edi
	movl %edx, %eax
	addl ORDER_MORE_RANGES, %eax
	movb %al, ZERO_PAGE + 0x1e8
3:	movl $5, %ecx
	rep movsl
	addl $4, %esi
	decl %edx
	jnz 3b

	/* As Firecracker has it: the ranges in no order, here the last one first, and no RSDP. */
	movl $PVH_MAGIC, START_INFO
	movl $1, START_INFO + PVH_VERSION
	movl PVH_COMMAND_LINE(%ebp), %eax
	movl %eax, START_INFO + PVH_COMMAND_LINE
	movl $START_INFO_RANGES, START_INFO + PVH_RANGES
	movl PVH_RANGE_COUNT(%ebp), %edx
	movl %edx, START_INFO + PVH_RANGE_COUNT
	movl $START_INFO_RANGES, %edi
4:	imull $PVH_RANGE_SIZE, %edx, %esi
	addl PVH_RANGES(%ebp), %esi
	subl $PVH_RANGE_SIZE, %esi
	movl $(PVH_RANGE_SIZE / 4), %ecx
	rep movsl
	decl %edx
	jnz 4b

	movl $MSR_EFER, %ecx
	rdmsr
	orl ORDER_EFER, %eax
	wrmsr
	movl %cr4, %eax
	orl ORDER_CR4, %eax
	movl %eax, %cr4
	movl %cr0, %eax
	orl ORDER_CR0, %eax
	movl %eax, %cr0

	movl ORDER_MTRR, %eax
	testl %eax, %eax
	jz 8f
	movl $MSR_MTRR_DEFAULT_TYPE, %ecx
	xorl %edx, %edx
	wrmsr
8:
	cmpl $0, ORDER_LONG
	jne 5f
	movl ORDER_HANDED, %esi
	movl %esi, %ebx
	movl ORDER_MAGIC, %eax
	jmp *ORDER_ENTRY

5:	movl $(TABLES + 0x1003), TABLES
	movl $(TABLES + 0x2003), TABLES + 0x1000
	movl $(TABLES + 0x2000), %edi
	movl $0x83, %eax
	movl $512, %ecx
6:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 6b
	movl $TABLES, %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl %cr0, %eax
	orl $CR0_PAGING_PROTECTION, %eax
	movl %eax, %cr0
	lgdt gdt_pointer
	movl $0x18, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	ljmp $0x10, $7f
	.code64
7:	movq ORDER_HANDED, %rsi
	movl ORDER_ENTRY, %eax
	jmp *%rax

	.balign 8
gdt:
	.quad 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff /* as crosvm's: code 0x10, data 0x18 */
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.section .note.GNU-stack, "", @progbits
