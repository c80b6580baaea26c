/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every way in hands on. All of it is a copy in our own memory: what the loader left in RAM
 * may be overwritten after boot. This room is the ways in, a file each, that end here.
 */
#ifndef BOOT_BOOT_INFO_H
#define BOOT_BOOT_INFO_H

#include "boot/memory_map.h"
#include "lib/base.h"

#define BOOT_COMMAND_LINE_SIZE 4096

/* What a way in knows of the machine and of its caller when C begins. */
struct boot_info {
	const char *entry; /* the way in: "pvh", … */
	char loader[64];   /* the loader's name where it tells one, else "" */
	char command_line[BOOT_COMMAND_LINE_SIZE];
	bool command_line_cut; /* it was longer than fits */
	uint64_t rsdp;         /* physical address of the ACPI RSDP as handed over, or 0 */
	struct memory_map memory;
	const char *failure; /* why what was handed over is of no use, or NULL; ends the run */
};

/* Where every entry ends, in 64-bit mode on the boot CPU, interrupts closed. Never returns. */
NORETURN void virtproof_main(struct boot_info *info);

#endif
