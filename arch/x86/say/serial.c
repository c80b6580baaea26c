/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM1, a 16550A (National Semiconductor PC16550D data sheet, chapter 8). Polled: one look at the
 * line status for each FIFO full of bytes, since every access is an exit to the hypervisor. Byte by
 * byte, not by REP OUTS: some VMMs hand a string to their UART as one write and lose it. Upward:
 * bytes go out within a bound, whether the UART is ready or not.
 */
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/x86/say/serial.h"

#define COM1 0x3f8

enum {
	RECEIVE = 0,
	TRANSMIT = 0,
	DIVISOR_LOW = 0,
	DIVISOR_HIGH = 1,
	INTERRUPT_ENABLE = 1,
	INTERRUPT_IDENTITY = 2,
	FIFO_CONTROL = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
};

/* Trigger level 14: some UARTs take no more at once than that level. */
#define FIFO_ENABLE_AND_CLEAR  0xc7
#define IDENTITY_FIFOS_ENABLED 0xc0
#define LINE_8N1               0x03
#define LINE_DIVISOR           0x80
#define MODEM_READY            0x03 /* DTR, RTS */
#define STATUS_DATA_READY      0x01
#define STATUS_TRANSMIT_EMPTY  0x20
#define FIFO_BYTES             16
#define READY_POLLS            20000    /* some 20 ms on hardware; 16 bytes take 1.4 ms */
#define PATIENT_POLLS          20000000 /* some 20 s: a reader that is slow, behind a full pipe */

static size_t burst = 1;
static bool was_ready;   /* somebody takes what is sent: wait for him, or records are lost */
static bool never_ready; /* do not wait again for a UART that kept us waiting for nothing */

/* Where no UART decodes the port nobody drives the bus: all ones, of which a line status never has all. */
bool serial_present(void)
{
	return port_read8(COM1 + LINE_STATUS) != UINT8_MAX;
}

void serial_start(void)
{
	port_write8(COM1 + INTERRUPT_ENABLE, 0);
	port_write8(COM1 + LINE_CONTROL, LINE_DIVISOR);
	port_write8(COM1 + DIVISOR_LOW, 1);
	port_write8(COM1 + DIVISOR_HIGH, 0);
	port_write8(COM1 + LINE_CONTROL, LINE_8N1);
	port_write8(COM1 + FIFO_CONTROL, FIFO_ENABLE_AND_CLEAR);
	port_write8(COM1 + MODEM_CONTROL, MODEM_READY);
	if ((port_read8(COM1 + INTERRUPT_IDENTITY) & IDENTITY_FIFOS_ENABLED) ==
	    IDENTITY_FIFOS_ENABLED)
		burst = FIFO_BYTES;
}

static void wait_until_ready(void)
{
	unsigned polls = never_ready ? 1 : was_ready ? PATIENT_POLLS : READY_POLLS;

	for (unsigned i = 0; i < polls; i++) {
		if (port_read8(COM1 + LINE_STATUS) & STATUS_TRANSMIT_EMPTY) {
			was_ready = true;
			never_ready = false;
			return;
		}
		cpu_relax();
	}
	never_ready = true;
}

void serial_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i % burst == 0)
			wait_until_ready();
		port_write8(COM1 + TRANSMIT, text[i]);
	}
}

size_t serial_read(char *buffer, size_t size)
{
	size_t length = 0;

	while (length < size && (port_read8(COM1 + LINE_STATUS) & STATUS_DATA_READY))
		buffer[length++] = (char)port_read8(COM1 + RECEIVE);
	return length;
}
