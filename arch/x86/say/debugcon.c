/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The debug console of Bochs, QEMU and others (Bochs, iodev/unmapped.cc; QEMU, hw/char/debugcon.c):
 * a port that takes bytes and reads as its number. Upward: bytes out, and whether anybody takes
 * them.
 */
#include "arch/io.h"
#include "arch/x86/say/debugcon.h"

#define DEBUGCON 0xe9

bool debugcon_present(void)
{
	return port_read8(DEBUGCON) == DEBUGCON;
}

void debugcon_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		port_write8(DEBUGCON, text[i]);
}
