/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as the floors above see them: vectors given away, arrivals tallied, handlers called,
 * and the MSI message that reaches a CPU (Intel SDM 3A, 11.11).
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/x86/cpu/hypervisor.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/cpu/trap.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/pic.h"
#include "arch/x86/time/timer.h"

#define MSI_ADDRESS               0xfee00000u
#define MSI_DESTINATION_SHIFT     12
#define MSI_EXTENDED_SHIFT        5    /* destination bits 8 … 14 in address bits 5 … 11 */
#define MSI_LOGICAL_MODE          0x0c /* destination mode logical, with redirection hint */
#define MSI_EXTENDED_MOST         0x7fff
#define CPUID_KVM_FEATURES        1
#define CPUID_KVM_EXTENDED_MSI_ID BIT(15)

struct handler {
	interrupt_handler *function;
	void *context;
};

static struct handler handlers[256];
static bool taken[256];
static bool stamp_eoi;
static volatile unsigned last_stray;
static interrupt_filter *filter;

struct interrupt_tally *interrupt_tally(unsigned cpu, unsigned vector)
{
	return &cpu_locals[cpu]->tally[vector & 0xff];
}

uint64_t interrupt_count(unsigned vector)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		sum += interrupt_tally(cpu, vector)->count;
	return sum;
}

uint64_t interrupt_total(void)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		sum += cpu_locals[cpu]->total;
	return sum;
}

uint64_t interrupt_strays(unsigned *vector)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		sum += cpu_locals[cpu]->strays;
	if (vector && sum)
		*vector = last_stray;
	return sum;
}

void interrupt_set_handler(unsigned vector, interrupt_handler *handler, void *context)
{
	bool open = interrupts_save();

	/* Another CPU may be reading: the function is what makes the pair valid. */
	handlers[vector].function = NULL;
	__asm__ volatile("" : : : "memory");
	handlers[vector].context = context;
	__asm__ volatile("" : : : "memory");
	handlers[vector].function = handler;
	interrupts_restore(open);
}

void interrupt_set_filter(interrupt_filter *function)
{
	filter = function;
}

unsigned interrupt_allocate(void)
{
	for (unsigned vector = INTERRUPT_FIRST; vector <= INTERRUPT_LAST; vector++) {
		if (!taken[vector]) {
			taken[vector] = true;
			return vector;
		}
	}
	return 0;
}

void interrupt_free(unsigned vector)
{
	interrupt_set_handler(vector, NULL, NULL);
	taken[vector] = false;
}

void interrupt_stamp_eoi(bool on)
{
	stamp_eoi = on;
}

/* KVM and others take a destination id of 15 bits from an MSI where they say so. */
static bool extended_destinations(void)
{
	uint32_t base = hypervisor_base("KVMKVMKVM");

	return base != 0 && cpuid(base + CPUID_KVM_FEATURES, 0).eax & CPUID_KVM_EXTENDED_MSI_ID;
}

bool interrupt_message(unsigned cpu, unsigned vector, enum msi_destination how,
		       struct msi_message *message)
{
	uint32_t destination = cpu_apic_id(cpu);
	uint64_t address = MSI_ADDRESS;

	if (how == MSI_LOGICAL) {
		if (lapic_is_x2() || cpu >= 8)
			return false;
		destination = BIT(cpu);
		address |= MSI_LOGICAL_MODE;
	} else if (destination > 0xff) {
		if (destination > MSI_EXTENDED_MOST || !extended_destinations())
			return false;
		address |= (destination >> 8) << MSI_EXTENDED_SHIFT;
	}
	message->address = address | (destination & 0xff) << MSI_DESTINATION_SHIFT;
	message->data = vector; /* fixed, edge (SDM 3A, figure 11-25) */
	return true;
}

static void call_handler(unsigned vector, uint64_t tsc)
{
	interrupt_handler *function = handlers[vector].function;

	if (function != NULL)
		function(vector, tsc, handlers[vector].context);
}

/* The PIC's own vectors are not the LAPIC's, which does not know that they are in service. */
static void pic_interrupt(unsigned vector, uint64_t tsc)
{
	if (interrupt_in_service(vector)) {
		call_handler(vector, tsc);
		lapic_end();
	} else if (pic_in_service(vector - INTERRUPT_PIC_VECTOR)) {
		call_handler(vector, tsc);
		pic_end(vector - INTERRUPT_PIC_VECTOR);
	} else {
		pic_end_spurious(vector - INTERRUPT_PIC_VECTOR);
	}
}

static void device_interrupt(struct cpu_local *local, unsigned vector, uint64_t tsc)
{
	local->total++;
	if (!taken[vector] && vector <= INTERRUPT_LAST) {
		local->strays++;
		last_stray = vector;
	}
	call_handler(vector, tsc);
	lapic_end();
	if (stamp_eoi)
		local->tally[vector].eoi_tsc = clock_now();
}

void trap_interrupt(const struct trap_frame *frame)
{
	struct cpu_local *local = cpu_local();
	unsigned vector = frame->vector;

	if (filter && vector >= INTERRUPT_FIRST && vector <= INTERRUPT_LAST && !filter(vector)) {
		lapic_end();
		return;
	}
	local->tally[vector].entry_tsc = frame->detail;
	local->tally[vector].count++;
	switch (vector) {
	case VECTOR_SPURIOUS: /* has no in-service bit: an EOI would end somebody else's */
		break;
	case VECTOR_TIMER:
		lapic_end();
		timer_interrupt(frame);
		break;
	case VECTOR_WAKE: /* it is out of its HLT: that is all */
		lapic_end();
		break;
	case VECTOR_ERROR:
		local->errors |= interrupt_errors();
		lapic_end();
		break;
	default:
		if (vector < INTERRUPT_FIRST)
			pic_interrupt(vector, frame->detail);
		else
			device_interrupt(local, vector, frame->detail);
	}
}
