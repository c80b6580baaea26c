/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC, xAPIC and x2APIC behind one interface (Intel SDM 3A, chapter 11). Each CPU reaches its
 * own. Handler-safe, but for what starts it.
 */
#ifndef ARCH_X86_LAPIC_H
#define ARCH_X86_LAPIC_H

#include "lib/base.h"

/* Registers by their xAPIC offset (SDM 3A, table 11-1); x2APIC derives its MSRs from it. */
enum lapic_register {
	LAPIC_ID = 0x20,
	LAPIC_VERSION = 0x30,
	LAPIC_TASK_PRIORITY = 0x80,
	LAPIC_END_OF_INTERRUPT = 0xb0,
	LAPIC_LOGICAL_DESTINATION = 0xd0,
	LAPIC_DESTINATION_FORMAT = 0xe0,
	LAPIC_SPURIOUS_VECTOR = 0xf0,
	LAPIC_IN_SERVICE = 0x100, /* eight registers, 0x10 apart */
	LAPIC_REQUESTED = 0x200,  /* likewise */
	LAPIC_ERROR_STATUS = 0x280,
	LAPIC_COMMAND = 0x300, /* 64 bits wide in x2APIC */
	LAPIC_COMMAND_HIGH = 0x310,
	LAPIC_LVT_TIMER = 0x320,
	LAPIC_LVT_THERMAL = 0x330,
	LAPIC_LVT_PERFORMANCE = 0x340,
	LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360,
	LAPIC_LVT_ERROR = 0x370,
	LAPIC_TIMER_INITIAL = 0x380,
	LAPIC_TIMER_CURRENT = 0x390,
	LAPIC_TIMER_DIVIDE = 0x3e0,
	LAPIC_SELF_COMMAND = 0x3f0, /* x2APIC only */
};

#define LVT_MASKED            BIT(16)
#define LVT_DELIVERY_NMI      0x400
#define LVT_DELIVERY_EXTERNAL 0x700

/* Delivery modes of the interrupt command register (SDM 3A, figure 11-12). */
#define COMMAND_FIXED   0x000
#define COMMAND_NMI     0x400
#define COMMAND_INIT    0x500
#define COMMAND_STARTUP 0x600

/*
 * Chooses x2APIC where CPUID offers it (unless xAPIC is preferred) or the firmware left it on, and
 * maps the registers of an xAPIC. Once, on the boot CPU.
 */
void lapic_choose(bool prefer_xapic);

/* Enables the LAPIC of this CPU, all of its local interrupts masked but LINT1 and its error. Any CPU. */
void lapic_start(void);

/* Lets the PIC's interrupts in through LINT0 (virtual wire mode). Boot CPU. */
void lapic_open_external(void);

/* The id of this CPU's LAPIC. */
uint32_t lapic_id(void);

/* Reads a register of this CPU's LAPIC, by its xAPIC offset in either mode. */
uint32_t lapic_read(enum lapic_register which);

/* Writes a register. */
void lapic_write(enum lapic_register which, uint32_t value);

/* End of interrupt, for the one in service with the highest vector. */
void lapic_end(void);

/* Ends everything that is in service on this CPU. */
void lapic_end_all(void);

/* The error interrupt: keeps for interrupt_errors() what it came for, and ends. */
void lapic_error_interrupt(void);

/* Sends a command (delivery mode and vector) to the CPU with an APIC id. */
void lapic_send(uint32_t apic_id, uint32_t command);

/* True in x2APIC mode. */
bool lapic_is_x2(void);

#endif
