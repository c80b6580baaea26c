/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 32-bit entry of Linux (Documentation/arch/x86/boot.rst, "32-bit Boot Protocol"): the first byte
 * of the image, entered in flat protected mode with paging off and esi = physical address of the zero
 * page, wherever the loader put the image. The other Linux entries go on from here.
 */

/* The inter-application communication area of the BIOS: RAM that no loader keeps anything in. */
#define SCRATCH_STACK 0x4f8

	.section .text.boot.linux32, "ax"
	.code32
	.globl linux32_entry, linux16_entry, boot_move_image
linux32_entry:
	cli
	movl $linux32_start, %edi
	jmp find_image
/* As linux16.S goes on, which has made the zero page itself. */
linux16_entry:
	movl $linux16_start, %edi
find_image:
	movl $SCRATCH_STACK, %esp
	call 1f
1:	popl %ebx
	subl $(1b - linux32_entry), %ebx

/*
 * boot_move_image: the image lies at ebx and is moved to where it is linked; edi and esi are for
 * boot_long_mode. The two places do not overlap: loaders keep to the alignment in linux16.S, which is
 * larger than the image (packed.ld), or have put it at 1 MiB.
 */
boot_move_image:
	cld
	movl %edi, %ebp
	movl %esi, %edx
	movl $image_start, %edi
	movl %ebx, %esi
	leal packed_size(%ebx), %eax
	subl %edi, %eax
	movl (%eax), %ecx
	addl $packed, %ecx
	subl %edi, %ecx
	cmpl %edi, %esi
	je 2f
	rep movsb
2:	movl %ebp, %edi
	movl %edx, %esi
	movl $boot_long_mode, %eax
	jmp *%eax

	.section .note.GNU-stack, "", @progbits
