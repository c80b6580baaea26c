/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways out (ACPI 6.5, 4.8.3.2, 4.8.3.6, 4.8.3.7 and 7.4.2.6; PC/AT keyboard controller; PIIX and
 * ICH reset control). Each attempt returns when it did nothing, so that the next one has its turn.
 * Upward: the run ends, the code reaches the host where the machine has a way for it.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/memory.h"
#include "arch/power.h"
#include "arch/x86/board/coverage.h"
#include "arch/x86/board/power.h"
#include "arch/x86/say/fatal.h"

#define DEBUG_EXIT           0xf4
#define KEYBOARD             0x64
#define KEYBOARD_RESET       0xfe
#define KEYBOARD_INPUT_FULL  BIT(1)
#define RESET_CONTROL        0xcf9
#define RESET_CONTROL_SYSTEM 0x02
#define RESET_CONTROL_FULL   0x06
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_TYPE_MASK  (7u << PM1_SLEEP_TYPE_SHIFT)
#define PM1_SLEEP_ENABLE     BIT(13)
#define SLEEP_TYPE_SHIFT     2
#define SLEEP_ENABLE         BIT(5)
#define SETTLE_NS            (20 * 1000 * 1000ull) /* some VMMs end a moment after the write */

static struct power_ways ways;
static enum power_way preferred = POWER_AUTO;

void power_learn(const struct power_ways *known)
{
	ways = *known;
}

void power_prefer(enum power_way way)
{
	preferred = way;
}

static void settle(void)
{
	clock_spin(SETTLE_NS);
}

static void write_register(const struct power_register *where, uint8_t value)
{
	volatile void *address;

	if (!where->in_memory) {
		port_write8(where->address, value);
		return;
	}
	address = memory_map_device(where->address, 1);
	if (address != NULL)
		write8(address, value);
}

static void debug_exit(unsigned code)
{
	port_write32(DEBUG_EXIT, code);
	settle();
}

static void sleep_by_port(uint16_t port, uint8_t type)
{
	uint16_t value;

	if (port == 0)
		return;
	value = port_read16(port) & ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);
	port_write16(port, value | (uint16_t)type << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP_ENABLE);
}

static void soft_off(void)
{
	if (!ways.s5_known)
		return;
	if (ways.sleep_control.present)
		write_register(&ways.sleep_control,
			       ways.s5_type_a << SLEEP_TYPE_SHIFT | SLEEP_ENABLE);
	sleep_by_port(ways.pm1a_control, ways.s5_type_a);
	sleep_by_port(ways.pm1b_control, ways.s5_type_b);
	settle();
}

static void reset(void)
{
	if (ways.reset.present) {
		write_register(&ways.reset, ways.reset_value);
		settle();
	}
	/* Nobody there reads as all ones: "full" for ever. */
	for (unsigned i = 0; i < 1000 && (port_read8(KEYBOARD) & KEYBOARD_INPUT_FULL); i++)
		cpu_relax();
	port_write8(KEYBOARD, KEYBOARD_RESET);
	settle();
	port_write8(RESET_CONTROL, RESET_CONTROL_SYSTEM);
	port_write8(RESET_CONTROL, RESET_CONTROL_FULL);
	settle();
}

static NORETURN void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

/* An exception that finds no IDT. Not by INT n, which some hypervisors cannot emulate in ring 0. */
static NORETURN void triple_fault(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} PACKED nothing = {0, 0};

	/* What was tried in vain counts too. */
	if (coverage_dump)
		coverage_dump();
	__asm__ volatile("lidt %0; ud2" : : "m"(nothing) : "memory");
	halt();
}

static void try(enum power_way way, unsigned code)
{
	switch (way) {
	case POWER_DEBUG_EXIT:
		debug_exit(code);
		break;
	case POWER_S5:
		soft_off();
		break;
	case POWER_RESET:
		reset();
		break;
	case POWER_TRIPLE:
		triple_fault();
	case POWER_HALT:
		halt();
	case POWER_AUTO:
		break;
	}
}

void power_off(enum power_way way, unsigned code)
{
	interrupts_close();
	if (coverage_dump)
		coverage_dump();
	try(way != POWER_AUTO ? way : preferred, code);
	soft_off();
	reset();
	triple_fault();
}

/* How fatal() ends the run. Here for the second time: the end has failed in its turn. */
static void end_in_error(void)
{
	static bool tried;

	if (tried)
		triple_fault();
	tried = true;
	power_off(POWER_AUTO, POWER_CODE_ERROR);
}

void power_start(void)
{
	fatal_ends_by(end_in_error);
}
