/* SPDX-License-Identifier: BSD-2-Clause */
/* The debug console, port 0xe9 or 0x402; arch/console.h has the public part. */
#ifndef ARCH_X86_DEBUGCON_H
#define ARCH_X86_DEBUGCON_H

#include "lib/base.h"

/* True when a debug console answers at one of its ports. */
bool debugcon_present(void);

/* Sends `length` bytes to the first that answers, which cannot refuse them; nothing where none does. */
void debugcon_write(const char *text, size_t length);

#endif
