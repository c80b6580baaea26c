/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The debug console of Bochs, QEMU and others (Bochs, iodev/unmapped.cc; QEMU, hw/char/debugcon.c):
 * a port that takes bytes and reads as 0xe9, which is its usual number; crosvm has it where firmware
 * speaks. Upward: bytes out, and whether anybody takes them.
 */
#include "arch/io.h"
#include "arch/x86/say/debugcon.h"

#define DEBUGCON_READS 0xe9

static const uint16_t ports[] = {0xe9, 0x402};

/* The first that answers, or 0. */
static uint16_t find_port(void)
{
	for (unsigned i = 0; i < ARRAY_LENGTH(ports); i++) {
		if (port_read8(ports[i]) == DEBUGCON_READS)
			return ports[i];
	}
	return 0;
}

bool debugcon_present(void)
{
	return find_port() != 0;
}

void debugcon_write(const char *text, size_t length)
{
	uint16_t port = find_port();

	for (size_t i = 0; port != 0 && i < length; i++)
		port_write8(port, text[i]);
}
