/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtproof.elf: what the image needs before it is unpacked (unpack.S), as it is in virtproof.debug.elf, and the rest
 * packed. Assembled with BOOT, NOTE and PACKED, the bytes of each, and linked by packed.ld, which takes the addresses
 * from virtproof.debug.elf.
 */
	.section .boot, "awx"
	.incbin BOOT

	.section .note.Xen, "a", @note
	.balign 4
	.incbin NOTE

	.section .packed, "aw"
	.long packed_end - 1f
1:	.incbin PACKED
packed_end:

	.section .note.GNU-stack, "", @progbits
