/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry of the first Multiboot specification (0.6.96, 3.2): flat 32-bit mode with paging off, eax a magic
 * number and ebx = physical address of the information. Its header stands in virtproof.img alone
 * (linux16.S): QEMU and crosvm prefer it to what an ELF file offers them.
 */
#define MULTIBOOT1_LOADER_MAGIC 0x2badb002

	.section .text.boot, "ax"
	.code32
	.globl multiboot1_entry
multiboot1_entry:
	cli
	movl $multiboot1_start, %edi
	/* What comes without the magic number is no information for us. */
	xorl %esi, %esi
	cmpl $MULTIBOOT1_LOADER_MAGIC, %eax
	jne 1f
	movl %ebx, %esi
1:	jmp boot_long_mode

	.section .note.GNU-stack, "", @progbits
