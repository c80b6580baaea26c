/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Most of the image comes packed (boot/packed.S), as one block of LZ4 (its Block Format Description): a token, whose
 * upper half counts bytes that follow as they are, whose lower half counts those, less 4, that are a copy of what stood
 * as far back as the two bytes between say; the last has no copy.
 */
#define LEAST_COPY 4
#define COUNT_GOES_ON 15 /* bytes to add follow, up to the first below 255 */

	.section .text.boot, "ax"
	.code32
	.globl boot_unpack
/* boot_unpack: called in flat 32-bit mode, with the image in its place; leaves edi, esi and ebp as they are. */
boot_unpack:
	cld
	movl packed_size, %ecx
	jecxz 3f
	pushl %edi
	pushl %esi

	/* To the end of all that the image takes, out of the way of what comes of it. */
	movl $packed, %esi
	movl $bss_end, %edi
	subl %ecx, %edi
	movl %edi, %ebx
	rep movsb
	movl %ebx, %esi

	movl $packed_size, %edi
1:	movzbl (%esi), %edx
	incl %esi
	movl %edx, %ecx
	shrl $4, %ecx
	call count
	rep movsb
	cmpl $bss_end, %esi
	je 2f
	movzwl (%esi), %ebx
	addl $2, %esi
	movl %edx, %ecx
	andl $COUNT_GOES_ON, %ecx
	call count
	addl $LEAST_COPY, %ecx
	pushl %esi
	movl %edi, %esi
	subl %ebx, %esi
	rep movsb
	popl %esi
	jmp 1b

2:	popl %esi
	popl %edi
3:	ret

/* What of a count stands in ecx is made whole. */
count:
	cmpl $COUNT_GOES_ON, %ecx
	jne 5f
4:	movzbl (%esi), %eax
	incl %esi
	addl %eax, %ecx
	cmpl $255, %eax
	je 4b
5:	ret

	.section .note.GNU-stack, "", @progbits
