/* SPDX-License-Identifier: BSD-2-Clause */
/* The debug console, port 0xe9; arch/console.h has the public part. */
#ifndef ARCH_X86_DEBUGCON_H
#define ARCH_X86_DEBUGCON_H

#include "lib/base.h"

/* True when the debug console answers at its port. */
bool debugcon_present(void);

/* Sends `length` bytes, which nobody can refuse. */
void debugcon_write(const char *text, size_t length);

#endif
