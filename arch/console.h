/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: where text goes and answers come from. Works from the first instruction on; COM1
 * until console_select() says otherwise. One writer at a time: CPUs wait for each other, but not
 * for ever. Not handler-safe: what was interrupted may be the one that writes.
 */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include "lib/base.h"

/* Where text can go: a UART, the debug console of a VMM (port 0xe9), or both. */
enum console { CONSOLE_COM1, CONSOLE_DEBUGCON, CONSOLE_BOTH };

/* Chooses where text goes from now on. Boot CPU. */
void console_select(enum console console);

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
