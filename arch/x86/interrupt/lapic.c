/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC (Intel SDM 3A, chapter 11; x2APIC: 11.12). Upward: every register by one name in
 * both modes, interrupts sent and ended, what is requested and in service.
 */
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/memory.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/cpu/trap.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/state.h"
#include "arch/x86/say/fatal.h"

#define CPUID_1_EDX_APIC      BIT(9)
#define CPUID_1_ECX_X2APIC    BIT(21)

#define APIC_BASE_X2          BIT64(10)
#define APIC_BASE_ENABLED     BIT64(11)
#define APIC_BASE_ADDRESS     0x000ffffffffff000ull

#define SPURIOUS_ENABLED      BIT(8)
#define DESTINATION_FLAT      0xffffffffu
#define COMMAND_ASSERT        BIT(14)
#define COMMAND_PENDING       BIT(12)
#define COMMAND_PENDING_READS 100000 /* a bound, not a measure: hypervisors send at once */
#define FLAT_LOGICAL_IDS      8

static bool x2;
static volatile uint8_t *registers;

bool lapic_is_x2(void)
{
	return x2;
}

const char *interrupt_controller(void)
{
	return x2 ? "x2apic" : "xapic";
}

uint32_t lapic_read(enum lapic_register which)
{
	if (x2)
		return msr_read(MSR_X2APIC + (which >> 4));
	return read32(registers + which);
}

void lapic_write(enum lapic_register which, uint32_t value)
{
	if (x2)
		msr_write(MSR_X2APIC + (which >> 4), value);
	else
		write32(registers + which, value);
}

uint32_t lapic_id(void)
{
	uint32_t id = lapic_read(LAPIC_ID);

	return x2 ? id : id >> 24;
}

void lapic_end(void)
{
	lapic_write(LAPIC_END_OF_INTERRUPT, 0);
}

void lapic_end_all(void)
{
	for (int i = 7; i >= 0; i--) {
		uint32_t left = lapic_read(LAPIC_IN_SERVICE + 0x10 * i);

		for (; left != 0; left &= left - 1)
			lapic_end();
	}
}

static bool wait_until_sent(void)
{
	for (unsigned i = 0; i < COMMAND_PENDING_READS; i++) {
		if (!(lapic_read(LAPIC_COMMAND) & COMMAND_PENDING))
			return true;
		cpu_relax();
	}
	return false;
}

void lapic_send(uint32_t apic_id, uint32_t command)
{
	bool open;

	command |= COMMAND_ASSERT;
	if (x2) {
		/* Unlike MMIO, this MSR write does not wait for earlier stores (SDM 3A, 11.12.3). */
		__asm__ volatile("mfence" : : : "memory");
		msr_write(MSR_X2APIC + (LAPIC_COMMAND >> 4), (uint64_t)apic_id << 32 | command);
		return;
	}
	/* An interrupt between the two halves could send its own. */
	open = interrupts_save();
	if (wait_until_sent()) {
		lapic_write(LAPIC_COMMAND_HIGH, apic_id << 24);
		lapic_write(LAPIC_COMMAND, command);
	}
	interrupts_restore(open);
}

void interrupt_send(unsigned cpu, unsigned vector)
{
	if (x2 && cpu == cpu_current()) {
		__asm__ volatile("mfence" : : : "memory");
		lapic_write(LAPIC_SELF_COMMAND, vector);
	} else {
		lapic_send(cpu_apic_id(cpu), COMMAND_FIXED | vector);
	}
}

static bool vector_bit(enum lapic_register first, unsigned vector)
{
	return lapic_read(first + 0x10 * (vector / 32)) >> vector % 32 & 1;
}

bool interrupt_requested(unsigned vector)
{
	return vector_bit(LAPIC_REQUESTED, vector);
}

bool interrupt_in_service(unsigned vector)
{
	return vector_bit(LAPIC_IN_SERVICE, vector);
}

uint32_t interrupt_errors(void)
{
	bool open = interrupts_save();
	struct interrupt_state *state = cpu_local()->interrupts;
	uint32_t errors;

	/* The write updates the register from what has happened since the last one. */
	lapic_write(LAPIC_ERROR_STATUS, 0);
	errors = lapic_read(LAPIC_ERROR_STATUS) | state->errors;
	state->errors = 0;
	interrupts_restore(open);
	return errors;
}

void lapic_error_interrupt(void)
{
	cpu_local()->interrupts->errors |= interrupt_errors();
	lapic_end();
}

void lapic_choose(bool prefer_xapic)
{
	uint64_t base;

	if (!(cpuid(1, 0).edx & CPUID_1_EDX_APIC))
		fatal("this CPU has no local APIC");
	base = msr_read(MSR_APIC_BASE);
	/* Where firmware left x2APIC on, ids from 255 on would be lost on the way back. */
	if (base & APIC_BASE_X2)
		x2 = !prefer_xapic || (uint32_t)msr_read(MSR_X2APIC + (LAPIC_ID >> 4)) >= 255;
	else
		x2 = (cpuid(1, 0).ecx & CPUID_1_ECX_X2APIC) && !prefer_xapic;
	if (!x2) {
		registers = memory_map_device(base & APIC_BASE_ADDRESS, PAGE_SIZE);
		if (registers == NULL)
			fatal("the local APIC at %#llx cannot be mapped",
			      (unsigned long long)(base & APIC_BASE_ADDRESS));
	}
}

static void enable(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);

	/* Back from x2APIC the way leads through "disabled". INIT does not take it. */
	if (!x2 && (base & APIC_BASE_X2)) {
		base &= ~(APIC_BASE_X2 | APIC_BASE_ENABLED);
		msr_write(MSR_APIC_BASE, base);
	}
	/* xAPIC first: x2APIC cannot be reached from "disabled" (SDM 3A, figure 11-29). */
	if (!(base & APIC_BASE_ENABLED))
		msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLED);
	if (x2 && !(base & APIC_BASE_X2))
		msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLED | APIC_BASE_X2);
}

static void mask_local_interrupts(void)
{
	unsigned highest = lapic_read(LAPIC_VERSION) >> 16 & 0xff;

	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED | LVT_DELIVERY_EXTERNAL);
	lapic_write(LAPIC_LVT_LINT1, LVT_DELIVERY_NMI);
	lapic_write(LAPIC_LVT_ERROR, VECTOR_ERROR);
	if (highest >= 4)
		lapic_write(LAPIC_LVT_PERFORMANCE, LVT_MASKED | VECTOR_ERROR);
	if (highest >= 5)
		lapic_write(LAPIC_LVT_THERMAL, LVT_MASKED | VECTOR_ERROR);
}

void lapic_start(void)
{
	struct cpu_local *local = cpu_local();

	enable();
	lapic_write(LAPIC_SPURIOUS_VECTOR, SPURIOUS_ENABLED | VECTOR_SPURIOUS);
	lapic_write(LAPIC_TASK_PRIORITY, 0);
	mask_local_interrupts();
	if (!x2) {
		/* In x2APIC mode the logical id follows from the id and cannot be chosen. */
		lapic_write(LAPIC_DESTINATION_FORMAT, DESTINATION_FLAT);
		lapic_write(LAPIC_LOGICAL_DESTINATION,
			    local->number < FLAT_LOGICAL_IDS ? BIT(24 + local->number) : 0);
	}
	lapic_end_all();
	lapic_write(LAPIC_ERROR_STATUS, 0);
	local->interrupts->errors = 0;
	local->apic_id = lapic_id();
}

void lapic_open_external(void)
{
	lapic_write(LAPIC_LVT_LINT0, LVT_DELIVERY_EXTERNAL);
}
