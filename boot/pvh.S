/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH entry (Xen, docs/misc/pvh.pandoc): found by ELF note 18, entered in 32-bit protected
 * mode with paging off and ebx = physical address of struct hvm_start_info.
 */
#define XEN_ELFNOTE_PHYS32_ENTRY 18

	.section .note.Xen, "a", @note
	.balign 4
	.globl pvh_note, pvh_note_end
pvh_note:
	.long 2f - 1f
	.long 4f - 3f
	.long XEN_ELFNOTE_PHYS32_ENTRY
1:	.asciz "Xen"
2:	.balign 4
3:	.long pvh_entry, 0
4:
pvh_note_end:

	.section .text.boot, "ax"
	.code32
	.globl pvh_entry
pvh_entry:
	cli
	movl %ebx, %esi
	movl $pvh_start, %edi
	jmp boot_long_mode

	.section .note.GNU-stack, "", @progbits
