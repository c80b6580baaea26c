/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtproof.efi: the header that makes it an application of UEFI (Microsoft PE Format; UEFI 2.10, 2.1.1), the way
 * out of efi.c, and the image. Assembled with IMAGE, the image as flat bytes, and linked by efi.ld, which takes
 * the addresses of the image from its ELF file. Addresses of its own count from the start of the file, and what
 * lies at an offset in the file lies there in memory, too.
 */
#define MACHINE_X86_64 0x8664
#define EXECUTABLE_LARGE 0x22 /* executable image, takes addresses above 2 GiB; may be moved */
#define PE32_PLUS 0x20b
#define EFI_APPLICATION 10
#define NX_COMPATIBLE 0x100
#define CODE_EXECUTE_READ 0x60000020
#define HEADERS_SIZE 0x1000

	.section .header, "a"
	.ascii "MZ"
	.org 0x3c
	.long 0x40
	.ascii "PE\0\0"
	.word MACHINE_X86_64, 1 /* a section */
	.long 0, 0, 0
	.word optional_header_end - optional_header, EXECUTABLE_LARGE
optional_header:
	.word PE32_PLUS, 0
	.long content_size, 0, 0
	.long efi_main, HEADERS_SIZE
	.quad 0 /* ImageBase */
	.long HEADERS_SIZE, HEADERS_SIZE /* alignment in memory and in the file */
	.word 0, 0, 0, 0, 0, 0
	.long 0, file_size, HEADERS_SIZE, 0
	.word EFI_APPLICATION, NX_COMPATIBLE
	.quad 0, 0, 0, 0
	.long 0, 6 /* data directories, all empty */
	.quad 0, 0, 0, 0, 0, 0
optional_header_end:
	.ascii ".text\0\0\0"
	.long content_size, HEADERS_SIZE, content_size, HEADERS_SIZE
	.long 0, 0, 0, CODE_EXECUTE_READ

	.text
	.code64
	.globl efi_enter
/* efi_enter: rdi is the zero page. What the firmware has set up is in force until linux64.S undoes it. */
efi_enter:
	cli
	cld
	movq %rdi, %rsi
	movl $efi_entry, %eax
	jmp *%rax

	.section .image, "a"
	.balign 16
	.globl efi_image
efi_image: /* struct efi_image */
	.quad image_start, image_size, content_end - content
content:
	.incbin IMAGE
content_end:

	.section .note.GNU-stack, "", @progbits
