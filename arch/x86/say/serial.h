/* SPDX-License-Identifier: BSD-2-Clause */
/* COM1; arch/console.h has the public part. */
#ifndef ARCH_X86_SERIAL_H
#define ARCH_X86_SERIAL_H

#include "lib/base.h"

/* True where a UART answers at its ports. */
bool serial_present(void);

/* Sets COM1 to 115200 8N1 with its FIFO on. */
void serial_start(void);

/*
 * Sends `length` bytes; each waits within a bound until the UART is ready, and goes out then
 * anyway.
 */
void serial_write(const char *text, size_t length);

/* Takes at most `size` bytes of what has come in, and says how many; never waits. */
size_t serial_read(char *buffer, size_t size);

#endif
