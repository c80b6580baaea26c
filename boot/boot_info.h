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

/* What a screen shows: nothing that we know, characters as in VGA text mode, pixels. */
enum boot_screen_kind { SCREEN_NONE, SCREEN_TEXT, SCREEN_PIXELS };

/* A screen that the loader left on. */
struct boot_screen {
	enum boot_screen_kind kind;
	uint64_t address;       /* physical */
	uint32_t pitch;         /* bytes from one line to the next */
	uint32_t width, height; /* in characters, or in pixels */
	uint8_t bits;           /* of a pixel */
};

/* VGA text mode: where it is, and how many bytes a character takes. */
#define SCREEN_TEXT_ADDRESS 0xb8000
#define SCREEN_TEXT_BYTES   2

/* What a way in knows of the machine and of its caller when C begins. */
struct boot_info {
	const char *entry; /* the way in: "pvh", … */
	char loader[64];   /* the loader's name where it tells one, else "" */
	char command_line[BOOT_COMMAND_LINE_SIZE];
	bool command_line_cut; /* it was longer than fits */
	uint64_t rsdp;         /* physical address of the ACPI RSDP as handed over, or 0 */
	struct boot_screen screen;
	struct memory_map memory;
	const char *failure; /* why what was handed over is of no use, or NULL; ends the run */
};

/*
 * What lies at a physical address that a loader told, or NULL: the early page tables map what lies below
 * 4 GiB only, and a loader has no reason to go beyond. Boot CPU.
 */
static inline const void *boot_pointer(uint64_t address)
{
	return address < 4 * GIB ? (const void *)(uintptr_t)address : NULL;
}

/* True where the image lies once it has been put in its place: what a loader left there is gone. Boot CPU. */
bool boot_in_image(const void *at);

/* How many bytes from there on the early page tables map, which end at 4 GiB. Boot CPU. */
static inline size_t boot_reach(const void *at)
{
	return (uintptr_t)at < 4 * GIB ? 4 * GIB - (uintptr_t)at : 0;
}

/*
 * Copies a text, which ends by a zero, after `size` bytes or at 4 GiB, into `room` bytes, at least one, and
 * ends the copy by a zero. False when it had to be cut. Boot CPU.
 */
bool boot_copy_text(char *copy, size_t room, const char *text, size_t size);

/* The same for the command line; info->command_line_cut says whether it had to be cut. Boot CPU. */
void boot_copy_command_line(struct boot_info *info, const char *text, size_t size);

/* Where every entry ends, in 64-bit mode on the boot CPU, interrupts closed. Never returns. */
NORETURN void virtproof_main(struct boot_info *info);

#endif
