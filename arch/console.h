/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: where text goes and answers come from. Works from the first instruction on. One
 * writer at a time: CPUs wait for each other, but not for ever. Not handler-safe: what was
 * interrupted may be the one that writes.
 */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include "lib/base.h"

/*
 * Where text can go: to the first that there is of a UART, the debug console of a VMM (port 0xe9 or
 * 0x402) and whoever takes over; or to what is named.
 */
enum console { CONSOLE_AUTO, CONSOLE_COM1, CONSOLE_DEBUGCON, CONSOLE_BOTH, CONSOLE_TAKEN_OVER };

/* Chooses where text goes from now on; CONSOLE_AUTO until then. Boot CPU. */
void console_select(enum console console);

/*
 * True while nobody is there that text could go to: it is kept, up to 32 KiB, for who takes over. A
 * screen is somebody. Boot CPU.
 */
bool console_is_wanted(void);

/* True while all text is shown on a screen, too. Boot CPU. */
bool console_on_screen(void);

/*
 * Gives what was kept to `write`, and all text from now on. It is called by any CPU, by one at a
 * time, in exceptions too, and may drop what it cannot send. Boot CPU.
 */
void console_take_over(void (*write)(const char *text, size_t length));

/*
 * Writes `length` bytes as they are. Never hangs: a UART that is not ready within a bound is
 * written to all the same, and a debug console that does not answer is left out. Any CPU.
 */
void console_write(const char *text, size_t length);

/*
 * What has come in on COM1 and was not read yet, at most `size` bytes; never waits. 0 when there is
 * nothing, or when COM1 is not the console. Any CPU.
 */
size_t console_read(char *buffer, size_t size);

#endif
