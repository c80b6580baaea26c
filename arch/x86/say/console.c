/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: COM1 or the debug console or both, or who takes over where there is neither; and a
 * screen beside all of them. One writer at a time. Upward: text arrives whole where no CPU was
 * stopped while it wrote, and writing never hangs.
 */
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/x86/say/debugcon.h"
#include "arch/x86/say/screen.h"
#include "arch/x86/say/serial.h"
#include "lib/string.h"

/* A CPU that was stopped while it wrote keeps the lock for ever: better torn text than none. */
#define LOCK_TRIES 1000000

static enum console selected = CONSOLE_AUTO;
static bool serial_started;
static volatile bool locked;
static void (*successor)(const char *text, size_t length);
static char kept[32768];
static size_t kept_length;

void console_select(enum console console)
{
	selected = console;
}

/* What is meant, once it is known who is there. */
static enum console chosen(void)
{
	static enum console found = CONSOLE_AUTO;

	if (selected != CONSOLE_AUTO)
		return selected;
	if (found == CONSOLE_AUTO)
		found = serial_present()     ? CONSOLE_COM1
			: debugcon_present() ? CONSOLE_DEBUGCON
					     : CONSOLE_TAKEN_OVER;
	return found;
}

bool console_is_wanted(void)
{
	if (chosen() != CONSOLE_TAKEN_OVER || successor != NULL)
		return false;
	return selected == CONSOLE_TAKEN_OVER || !screen_shown();
}

bool console_on_screen(void)
{
	return screen_shown();
}

void console_take_over(void (*write)(const char *text, size_t length))
{
	successor = write;
	write(kept, kept_length);
	kept_length = 0;
}

static void lock(void)
{
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (!__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE))
			return;
		cpu_relax();
	}
}

static void write_serial(const char *text, size_t length)
{
	if (!serial_started)
		serial_start();
	serial_started = true;
	serial_write(text, length);
}

static void hand_over(const char *text, size_t length)
{
	if (successor != NULL) {
		successor(text, length);
		return;
	}
	length = MINIMUM(length, sizeof(kept) - kept_length);
	memcpy(kept + kept_length, text, length);
	kept_length += length;
}

void console_write(const char *text, size_t length)
{
	enum console to = chosen();

	lock();
	if (to == CONSOLE_COM1 || to == CONSOLE_BOTH)
		write_serial(text, length);
	if (to == CONSOLE_DEBUGCON || to == CONSOLE_BOTH)
		debugcon_write(text, length);
	if (to == CONSOLE_TAKEN_OVER)
		hand_over(text, length);
	screen_write(text, length);
	__atomic_clear(&locked, __ATOMIC_RELEASE);
}

size_t console_read(char *buffer, size_t size)
{
	size_t length = 0;

	lock();
	if (serial_started && (chosen() == CONSOLE_COM1 || chosen() == CONSOLE_BOTH))
		length = serial_read(buffer, size);
	__atomic_clear(&locked, __ATOMIC_RELEASE);
	return length;
}
