/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vectors and what arrives on them: given away, tallied, handled and ended (Intel SDM 3A, 11.8).
 * Upward: arrivals by CPU and vector, which the floors above judge outside of the handler.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/x86/cpu/local.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/pic.h"
#include "arch/x86/interrupt/state.h"
#include "arch/x86/interrupt/vectors.h"

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
	return &cpu_locals[cpu]->interrupts->tally[vector & 0xff];
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
		sum += cpu_locals[cpu]->interrupts->total;
	return sum;
}

uint64_t interrupt_strays(unsigned *vector)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		sum += cpu_locals[cpu]->interrupts->strays;
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

static void device_interrupt(struct interrupt_state *state, unsigned vector, uint64_t tsc)
{
	state->total++;
	if (!taken[vector] && vector <= INTERRUPT_LAST) {
		state->strays++;
		last_stray = vector;
	}
	call_handler(vector, tsc);
	lapic_end();
	if (stamp_eoi)
		state->tally[vector].eoi_tsc = clock_now();
}

void interrupt_arrived(unsigned vector, uint64_t tsc)
{
	struct interrupt_state *state = cpu_local()->interrupts;

	if (filter && vector >= INTERRUPT_FIRST && vector <= INTERRUPT_LAST && !filter(vector)) {
		lapic_end();
		return;
	}
	state->tally[vector].entry_tsc = tsc;
	state->tally[vector].count++;
	if (vector < INTERRUPT_FIRST)
		pic_interrupt(vector, tsc);
	else
		device_interrupt(state, vector, tsc);
}
