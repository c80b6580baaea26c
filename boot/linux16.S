/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands before the image in virtproof.img, which is an ELF file, a bzImage and a kernel of the first
 * Multiboot specification at once: the header of each, and the real-mode entry of Linux
 * (Documentation/arch/x86/boot.rst), which asks the BIOS for the memory map and goes on in linux32.S.
 * Assembled with IMAGE, the image as flat bytes, and linked by bzimage.ld, which takes the addresses of the
 * image from its ELF file.
 */
#define SETUP_SECTORS 7 /* behind the first one */
#define SETUP_SIZE ((SETUP_SECTORS + 1) * 512)

/* In the 32 KiB that a loader leaves to the setup code, from the start of its segment on. */
#define ZERO_PAGE SETUP_SIZE
#define ZERO_PAGE_SIZE 4096
#define STACK_END 0x8000

#define ZERO_PAGE_E820_ENTRIES 0x1e8
#define ZERO_PAGE_E820_TABLE 0x2d0
#define E820_ENTRY_SIZE 20
#define E820_MOST 128
#define E820_FUNCTION 0xe820
#define E820_SIGNATURE 0x534d4150 /* "SMAP" */

#define SYSTEM_CONTROL_A 0x92 /* a port: bit 1 is the gate of address line 20, bit 0 resets */

#define SETUP_CODE32 0x08
#define SETUP_DATA 0x10

#define MULTIBOOT1_MAGIC 0x1badb002
#define MULTIBOOT1_FLAGS 0x10002 /* wants to know the memory; addresses follow */

	.section .setup, "ax"
	.code16
file_start:
	.byte 0x7f, 'E', 'L', 'F', 2, 1, 1, 0 /* 64-bit, little-endian, version 1 */
	.quad 0
	.word 2, 62 /* executable, x86-64 */
	.long 1
	.quad linux64_entry
	.quad segments - file_start
	.quad 0
	.long 0
	.word 64, 56, 2, 0, 0, 0
segments:
	.long 1, 7 /* PT_LOAD, readable, writable, executable */
	.quad payload - file_start, image_start, image_start, payload_end - payload, image_size
	.quad 0x1000
	.long 4, 4 /* PT_NOTE, readable */
	.quad note_offset, pvh_note, pvh_note, note_size, note_size
	.quad 4

	.org 0x1f1
setup_header:
	.byte SETUP_SECTORS
	.word 0 /* root_flags */
	.long (payload_end - payload) / 16
	.word 0 /* ram_size */
	.word 0xffff /* vid_mode: as it is */
	.word 0 /* root_dev */
	.word 0xaa55
	.byte 0xeb, setup_code - 1f /* jump */
1:	.ascii "HdrS"
	.word 0x20f /* version 2.15 */
	.long 0 /* realmode_swtch */
	.word 0 /* start_sys_seg */
	.word kernel_version - 0x200
	.byte 0 /* type_of_loader */
	.byte 1 /* loadflags: loaded high */
	.word 0 /* setup_move_size */
code32_start:
	.long 0x100000
	.long 0, 0 /* no initrd */
	.long 0 /* bootsect_kludge */
	.word STACK_END - 0x200 /* heap_end_ptr */
	.byte 0, 0 /* ext_loader_ver, ext_loader_type */
	.long 0 /* cmd_line_ptr */
	.long 0x7fffffff /* initrd_addr_max */
	.long 0x200000 /* kernel_alignment: see linux32.S */
	.byte 1 /* relocatable_kernel */
	.byte 21 /* min_alignment, as a power of 2 */
	.word 1 /* xloadflags: has the 64-bit entry */
	.long 8191 /* cmdline_size: more than is read, so that what is too long is seen, not cut */
	.long 0 /* hardware_subarch */
	.quad 0
	.long 0, 0 /* payload_offset, payload_length */
	.quad 0 /* setup_data */
	.quad image_start /* pref_address */
	.long init_size
	.long 0 /* handover_offset */
	.long 0 /* kernel_info_offset */
setup_header_end:

setup_code:
	cli
	cld
	/* Loaders enter at segment:0x200 or at segment + 0x20:0. */
	pushw %ds
	pushw $1f
	lretw
1:	movw %ds, %ax
	movw %ax, %es
	movw %ax, %ss
	movw $STACK_END, %sp

	movw $ZERO_PAGE, %di
	movw $(ZERO_PAGE_SIZE / 2), %cx
	xorw %ax, %ax
	rep stosw
	movw $setup_header, %si
	movw $(ZERO_PAGE + setup_header - file_start), %di
	movw $(setup_header_end - setup_header), %cx
	rep movsb

	/* INT 15h, function E820h (ACPI 6.5, 15.1). */
	xorl %ebx, %ebx
	movw $(ZERO_PAGE + ZERO_PAGE_E820_TABLE), %di
2:	movl $E820_FUNCTION, %eax
	movl $E820_SIGNATURE, %edx
	movl $E820_ENTRY_SIZE, %ecx
	int $0x15
	jc 3f
	cmpl $E820_SIGNATURE, %eax
	jne 3f
	addw $E820_ENTRY_SIZE, %di
	incb ZERO_PAGE + ZERO_PAGE_E820_ENTRIES
	cmpb $E820_MOST, ZERO_PAGE + ZERO_PAGE_E820_ENTRIES
	je 3f
	testl %ebx, %ebx
	jnz 2b
3:	cli

	inb $SYSTEM_CONTROL_A, %al
	orb $2, %al
	andb $~1, %al
	outb %al, $SYSTEM_CONTROL_A

	/* Addresses from here on are linear. */
	xorl %eax, %eax
	movw %ds, %ax
	shll $4, %eax
	leal ZERO_PAGE(%eax), %esi
	addl %eax, gdt_pointer + 2
	addl %eax, protected_pointer
	movl code32_start, %ebp
	addl $linux16_offset, %ebp
	lgdtl gdt_pointer
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl *protected_pointer

	.code32
protected:
	movl $SETUP_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	jmp *%ebp

	.balign 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff /* SETUP_CODE32 */
	.quad 0x00cf93000000ffff /* SETUP_DATA */
gdt_pointer:
	.word . - gdt - 1
	.long gdt
protected_pointer:
	.long protected
	.word SETUP_CODE32
kernel_version:
	.ascii "virtproof "
	.asciz VIRTPROOF_VERSION

	/*
	 * Multiboot 0.6.96, 3.1.1: in the first 8 KiB. The whole file is loaded, so that the image behind gets to
	 * its place.
	 */
	.balign 4
multiboot1_header:
	.long MULTIBOOT1_MAGIC, MULTIBOOT1_FLAGS, -(MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS)
	.long image_start - (payload - multiboot1_header) /* header_addr */
	.long image_start - SETUP_SIZE /* load_addr */
	.long image_start + (payload_end - payload) /* load_end_addr */
	.long image_end /* bss_end_addr */
	.long multiboot1_entry

	.org SETUP_SIZE
payload:
	.incbin IMAGE
	.balign 512
payload_end:

	.section .note.GNU-stack, "", @progbits
