/* SPDX-License-Identifier: BSD-2-Clause */
/* A screen that the loader left on; arch/console.h has the public part. */
#ifndef ARCH_X86_SCREEN_H
#define ARCH_X86_SCREEN_H

#include "boot/boot_info.h"

/*
 * Clears a screen, mapped at `at` for pitch * height bytes, and shows all text from now on. Does nothing where
 * it is too small, of a depth other than 16, 24 or 32 bits, or not there. Boot CPU.
 */
void screen_start(volatile uint8_t *at, const struct boot_screen *screen);

/* True where text is shown. Any CPU. */
bool screen_shown(void);

/* Shows `length` bytes where the last ones ended; nothing where there is no screen. Any CPU, one at a time. */
void screen_write(const char *text, size_t length);

#endif
