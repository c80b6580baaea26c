/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8259A interrupt controller pair (Intel 8259A data sheet; ELCR: PIIX4 data sheet, 4.3.1).
 * Upward: moved away from the exceptions and masked; single inputs are let in for tests of legacy
 * INTx.
 */
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/pic.h"

#define MASTER       0x20
#define SLAVE        0xa0
#define COMMAND      0 /* offsets from either */
#define DATA         1
#define EDGE_LEVEL   0x4d0 /* one bit an IRQ, 1: level */
#define CASCADE      2     /* the master's input that the slave is wired to */
#define INITIALISE   0x11  /* ICW1: edge, cascade, ICW4 follows */
#define MODE_8086    0x01  /* ICW4 */
#define END_SPECIFIC 0x60
#define READ_SERVICE 0x0b /* OCW3 */
#define NOTHING      0xff

static bool present;
static uint16_t masks = 0xffff;

static uint16_t chip(unsigned irq)
{
	return irq < 8 ? MASTER : SLAVE;
}

static void write_masks(void)
{
	port_write8(MASTER + DATA, masks);
	port_write8(SLAVE + DATA, masks >> 8);
}

/* A port that nobody answers reads as all ones or as zero: neither holds two patterns. */
static bool probe(void)
{
	port_write8(MASTER + DATA, NOTHING & ~BIT(CASCADE));
	if (port_read8(MASTER + DATA) != (NOTHING & ~BIT(CASCADE)))
		return false;
	port_write8(MASTER + DATA, NOTHING);
	return port_read8(MASTER + DATA) == NOTHING;
}

static void initialise(uint16_t port, uint8_t vector, uint8_t wiring)
{
	port_write8(port + COMMAND, INITIALISE);
	port_write8(port + DATA, vector);
	port_write8(port + DATA, wiring);
	port_write8(port + DATA, MODE_8086);
	port_write8(port + DATA, NOTHING);
	port_write8(port + COMMAND, READ_SERVICE);
}

void pic_start(void)
{
	present = probe();
	if (!present)
		return;
	initialise(MASTER, INTERRUPT_PIC_VECTOR, BIT(CASCADE));
	initialise(SLAVE, INTERRUPT_PIC_VECTOR + 8, CASCADE);
	lapic_open_external();
}

bool interrupt_pic_present(void)
{
	return present;
}

bool interrupt_pic_unmask(unsigned irq, bool level)
{
	uint16_t port = EDGE_LEVEL + irq / 8;
	uint8_t bit = BIT(irq % 8);

	if (!present || irq > 15 || irq == CASCADE)
		return false;
	port_write8(port, level ? port_read8(port) | bit : port_read8(port) & ~bit);
	masks &= ~(BIT(irq) | (irq >= 8 ? BIT(CASCADE) : 0));
	write_masks();
	return true;
}

void interrupt_pic_mask(unsigned irq)
{
	if (!present || irq > 15)
		return;
	masks |= BIT(irq);
	if (masks >> 8 == NOTHING)
		masks |= BIT(CASCADE);
	write_masks();
}

bool pic_in_service(unsigned irq)
{
	return present && port_read8(chip(irq) + COMMAND) >> irq % 8 & 1;
}

void pic_end(unsigned irq)
{
	port_write8(chip(irq) + COMMAND, END_SPECIFIC | irq % 8);
	if (irq >= 8)
		port_write8(MASTER + COMMAND, END_SPECIFIC | CASCADE);
}

void pic_end_spurious(unsigned irq)
{
	if (present && irq >= 8)
		port_write8(MASTER + COMMAND, END_SPECIFIC | CASCADE);
}

void pic_end_all(void)
{
	/* Nothing can be in service while everything is masked. */
	if (masks == 0xffff)
		return;
	for (unsigned irq = 0; irq < 16; irq++) {
		if (irq != CASCADE && pic_in_service(irq))
			pic_end(irq);
	}
}
