/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets pass who has a 64-bit mode (Intel SDM 2A, CPUID; SDM 1, 20.1), and says of any other CPU that it has
 * none, on COM1 and on the debug console, since nothing that is written in C can. For as old a CPU as a 386.
 */
#define EFLAGS_ID 0x200000
#define CPUID_LONG_MODE (1 << 29)

#define COM1 0x3f8
#define LINE_STATUS 5
#define TRANSMIT_EMPTY 0x20
#define READY_POLLS 20000
#define DEBUGCON 0xe9 /* reads as its own number */
#define DEBUG_EXIT 0xf4
#define STATUS_ERROR 2 /* POWER_CODE_ERROR of arch/power.h */

/* boot_check_cpu: called in 32-bit mode with a stack; leaves esi, edi and ebp as they are. */
	.section .text.boot, "ax"
	.code32
	.globl boot_check_cpu
boot_check_cpu:
	/* Who lets ID be changed has CPUID. */
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $EFLAGS_ID, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	xorl %ecx, %eax
	testl $EFLAGS_ID, %eax
	jz 1f
	movl $0x80000000, %eax
	cpuid
	cmpl $0x80000001, %eax
	jb 1f
	movl $0x80000001, %eax
	cpuid
	testl $CPUID_LONG_MODE, %edx
	jz 1f
	ret

1:	movl $com1_settings, %esi
	xorl %edx, %edx
2:	lodsw
	movb %al, %dl
	movb %ah, %al
	addw $COM1, %dx
	outb %al, %dx
	xorl %edx, %edx
	cmpl $com1_settings_end, %esi
	jne 2b

	movl $sentence, %esi
3:	movl $READY_POLLS, %ecx
	movw $(COM1 + LINE_STATUS), %dx
4:	inb %dx, %al
	testb $TRANSMIT_EMPTY, %al
	loopz 4b
	inb $DEBUGCON, %al
	cmpb $DEBUGCON, %al
	lodsb
	jne 5f
	outb %al, $DEBUGCON
5:	movw $COM1, %dx
	outb %al, %dx
	cmpl $sentence_end, %esi
	jne 3b

	movl $STATUS_ERROR, %eax
	outl %eax, $DEBUG_EXIT
6:	cli
	hlt
	jmp 6b

	.section .rodata.boot, "a", @progbits
/* A register of the UART and what to write there: as arch/x86/say/serial.c does it. */
com1_settings:
	.byte 1, 0, 3, 0x80, 0, 1, 1, 0, 3, 0x03, 2, 0x07, 4, 0x03
com1_settings_end:
sentence:
	.ascii "virtproof: this CPU has no 64-bit mode, which the image needs\n"
sentence_end:

	.section .note.GNU-stack, "", @progbits
