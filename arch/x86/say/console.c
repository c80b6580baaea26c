/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: COM1 or the debug console or both, one writer at a time. Upward: text arrives whole
 * where no CPU was stopped while it wrote, and writing never hangs.
 */
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/x86/say/debugcon.h"
#include "arch/x86/say/serial.h"

/* A CPU that was stopped while it wrote keeps the lock for ever: better torn text than none. */
#define LOCK_TRIES 1000000

static enum console selected = CONSOLE_COM1;
static bool serial_started;
static volatile bool locked;

void console_select(enum console console)
{
	selected = console;
}

static void lock(void)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (!__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE))
			return;
		cpu_relax();
	}
}

void console_write(const char *text, size_t length)
{
	lock();
	if (selected != CONSOLE_DEBUGCON) {
		if (!serial_started)
			serial_start();
		serial_started = true;
		serial_write(text, length);
	}
	if (selected != CONSOLE_COM1 && debugcon_present())
		debugcon_write(text, length);
	__atomic_clear(&locked, __ATOMIC_RELEASE);
}

size_t console_read(char *buffer, size_t size)
{
	size_t length = 0;

	lock();
	if (selected != CONSOLE_DEBUGCON && serial_started)
		length = serial_read(buffer, size);
	__atomic_clear(&locked, __ATOMIC_RELEASE);
	return length;
}
