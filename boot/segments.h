/* SPDX-License-Identifier: BSD-2-Clause */
/* Selectors of the GDT that the ways in share (long_mode.S). For assembly, too. */
#ifndef BOOT_SEGMENTS_H
#define BOOT_SEGMENTS_H

#define BOOT_CODE      0x08 /* 64-bit */
#define BOOT_DATA      0x10
#define BOOT_CODE32    0x18

#define BOOT_GDT_LIMIT 0x1f

#endif
