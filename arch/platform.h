/* SPDX-License-Identifier: BSD-2-Clause */
/* The board as a whole: bringing it up, who it says it is, its console, and how a run ends. */
#ifndef ARCH_PLATFORM_H
#define ARCH_PLATFORM_H

#include "lib/base.h"

struct boot_info;

/*
 * Brings up the boot CPU, memory, exceptions, ACPI, interrupts, clock, and then the other CPUs,
 * each in a known state, interrupts open. Works without ACPI, PIC, PIT, HPET and PM timer.
 * at_most is how many CPUs to start (0: all).
 */
void platform_start(const struct boot_info *info, unsigned at_most);

/* Leaves the LAPIC in xAPIC mode even where x2APIC is offered. Before platform_start(). */
void platform_prefer_xapic(bool prefer);

/* The hypervisor's CPUID signature ("KVMKVMKVM", "TCGTCGTCG" …), "none" without one. */
const char *platform_hypervisor(void);

/* Findings about the platform that a user should know (a table with a bad checksum, …). */
unsigned platform_findings(void);
const char *platform_finding(unsigned n);

/*
 * The console: where text goes. Works from the first instruction on; before console_select() it is
 * COM1. Never hangs: a UART that is not ready within a bound is written to all the same.
 */
enum console { CONSOLE_COM1, CONSOLE_DEBUGCON, CONSOLE_BOTH };
void console_select(enum console console);
void console_write(const char *text, size_t length);

/*
 * What has come in on COM1 and was not read yet, at most `size` bytes; never waits. 0 when there is
 * nothing, or when COM1 is not the console.
 */
size_t console_read(char *buffer, size_t size);

/* How the run ends. */
enum power_way {
	POWER_AUTO, /* debug exit if asked for by port, else S5, hardware-reduced sleep, reset … */
	POWER_DEBUG_EXIT, /* isa-debug-exit at 0xf4: QEMU's exit status is code << 1 | 1 */
	POWER_S5,
	POWER_RESET,  /* reset register, i8042, CF9 */
	POWER_TRIPLE, /* triple fault */
	POWER_HALT,   /* cli; hlt */
};

/*
 * Ends the run. code is 0 … 127 and reaches the host where the platform has a way. Tries `way`,
 * then everything else that the platform has, and halts at last.
 */
NORETURN void power_off(enum power_way way, unsigned code);

/* What POWER_AUTO tries first, also when the run ends by fatal(). */
void power_prefer(enum power_way way);

/* The code that fatal() ends with: the verdict "error". */
#define POWER_CODE_ERROR 2

/* A failure of the suite itself before it can do better: prints one sentence and ends the run. */
NORETURN void fatal(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * ACPI, for floors above: a table by its signature with length and checksum verified, or NULL.
 * `instance` counts from 0.
 */
const void *acpi_table(const char signature[4], unsigned instance);

/* One MCFG entry (PCI Firmware Specification, MCFG). */
struct ecam_window {
	uint64_t base;
	uint16_t segment;
	uint8_t first_bus, last_bus;
};

/* The windows that the MCFG lists, at most `most`; how many were written. */
unsigned acpi_ecam_windows(struct ecam_window *windows, unsigned most);

#endif
