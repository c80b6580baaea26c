/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header and the entry of Multiboot2 (2.0, 3.1 and 3.3), which GRUB looks for in the first 32 KiB: flat
 * 32-bit mode with paging off, eax a magic number and ebx = physical address of the information. The entry
 * is named, since that of an ELF file with 64 bits is for 64-bit mode (linux64.S).
 */
#define MULTIBOOT2_MAGIC 0xe85250d6
#define MULTIBOOT2_LOADER_MAGIC 0x36d76289
#define MULTIBOOT2_I386 0

#define TAG_END 0
#define TAG_INFORMATION_REQUEST 1
#define TAG_ENTRY 3
#define TAG_FRAMEBUFFER 5
#define OPTIONAL 1
#define MEMORY_MAP 6

	.section .text.boot, "ax"
	.balign 8
header:
	.long MULTIBOOT2_MAGIC, MULTIBOOT2_I386, header_end - header
	.long -(MULTIBOOT2_MAGIC + MULTIBOOT2_I386 + (header_end - header))
	.word TAG_INFORMATION_REQUEST, 0
	.long 12, MEMORY_MAP
	.balign 8
	.word TAG_ENTRY, 0
	.long 12, multiboot2_entry
	.balign 8
	/* A screen, in whatever mode; where there is none, or text is shown, that is all right too. */
	.word TAG_FRAMEBUFFER, OPTIONAL
	.long 20, 0, 0, 0
	.balign 8
	.word TAG_END, 0
	.long 8
header_end:

	.code32
multiboot2_entry:
	cli
	movl $multiboot2_start, %edi
	/* What comes without the magic number is no information for us. */
	xorl %esi, %esi
	cmpl $MULTIBOOT2_LOADER_MAGIC, %eax
	jne 1f
	movl %ebx, %esi
1:	jmp boot_long_mode

	.section .note.GNU-stack, "", @progbits
