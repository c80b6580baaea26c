/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as the tests need them: vectors to give away, a tally of every arrival by CPU and
 * vector with its TSC, the MSI message that reaches a CPU, and the legacy lines.
 */
#ifndef ARCH_INTERRUPT_H
#define ARCH_INTERRUPT_H

#include "lib/base.h"

/* Vectors for devices: [FIRST, LAST]. Below are exceptions and the PIC's, above our own. */
#define INTERRUPT_FIRST 0x30
#define INTERRUPT_LAST  0xdf

/* One CPU's record of one vector. Written by the handler only; read it from anywhere. */
struct interrupt_tally {
	volatile uint64_t count;     /* arrivals since boot */
	volatile uint64_t entry_tsc; /* TSC at the first instruction of the last handler */
	volatile uint64_t
		eoi_tsc; /* TSC after the EOI of the last handler; see interrupt_stamp_eoi() */
};

/*
 * The tally of a vector on a running CPU. Never NULL for vectors 0 … 255. Each arrival counts,
 * claimed by a handler or not; the vectors above LAST that are this floor's own (timer, wake-up)
 * are not counted. Any CPU; handler-safe.
 */
struct interrupt_tally *interrupt_tally(unsigned cpu, unsigned vector);

/* The sum of the counts of a vector, 0 … 255, over all CPUs. Any CPU; handler-safe. */
uint64_t interrupt_count(unsigned vector);

/*
 * Arrivals on all vectors from FIRST on, but our own, on all CPUs since boot. Any CPU;
 * handler-safe.
 */
uint64_t interrupt_total(void);

/*
 * Arrivals on vectors of the device range that nobody had allocated, on all CPUs since boot.
 * *vector, when not NULL and there was one, is the vector of the last. Any CPU; handler-safe.
 */
uint64_t interrupt_strays(unsigned *vector);

/*
 * A handler runs on the CPU that was interrupted, interrupts closed, before the EOI, and calls
 * nothing but what is handler-safe. `tsc` is the stamp of the entry stub's first instruction.
 */
typedef void interrupt_handler(unsigned vector, uint64_t tsc, void *context);

/*
 * Sets the handler of a vector, one for all CPUs; NULL removes it, and it may still run on another
 * CPU then. Boot CPU.
 */
void interrupt_set_handler(unsigned vector, interrupt_handler *handler, void *context);

/*
 * Asked of every arrival on a vector of the device range, on the CPU that was interrupted, before
 * it is counted; false: it is ended as if it had never come. Calls nothing but what is
 * handler-safe.
 */
typedef bool interrupt_filter(unsigned vector);

/* Sets the one filter; NULL lets all pass. Boot CPU. */
void interrupt_set_filter(interrupt_filter *filter);

/* Takes a free vector of the device range, with no handler; 0 when all are taken. Boot CPU. */
unsigned interrupt_allocate(void);

/* Gives it back; its handler is removed. Boot CPU. */
void interrupt_free(unsigned vector);

/* Also stamp the TSC behind each EOI (a second RDTSC in each handler); off after boot. Boot CPU. */
void interrupt_stamp_eoi(bool on);

/* How an MSI address names its destination (SDM 3A, 11.11.1). */
enum msi_destination { MSI_PHYSICAL, MSI_LOGICAL };

/* What a device writes to interrupt a CPU: the data, at the address (SDM 3A, 11.11). */
struct msi_message {
	uint64_t address;
	uint32_t data;
};

/*
 * The message that delivers `vector` as a fixed, edge-triggered interrupt to one CPU. False when
 * this CPU's APIC id cannot be named in an MSI (above 255 without the extended-destination-id
 * bits). MSI_LOGICAL: flat logical mode, CPUs 0 … 7 under xAPIC only, otherwise false. Any CPU.
 */
bool interrupt_message(unsigned cpu, unsigned vector, enum msi_destination how,
		       struct msi_message *message) MUST_CHECK;

/*
 * Sends a fixed interrupt to a CPU, also to the one that asks (SDM 3A, 11.6). Any CPU;
 * handler-safe.
 */
void interrupt_send(unsigned cpu, unsigned vector);

/* True when the LAPIC of this CPU has a vector requested (IRR; SDM 3A, 11.8.4). Handler-safe. */
bool interrupt_requested(unsigned vector);

/* True when it has a vector in service (ISR). Handler-safe. */
bool interrupt_in_service(unsigned vector);

/*
 * The error status of this CPU's LAPIC since the last call, read and so cleared (SDM 3A, 11.5.3).
 * Any CPU; handler-safe.
 */
uint32_t interrupt_errors(void);

/* "xapic" or "x2apic". Any CPU; handler-safe. */
const char *interrupt_controller(void);

/*
 * One more than the highest global system interrupt, which is an input of an I/O APIC and is called
 * a line here; 0: no I/O APIC. Lines are masked after boot. Any CPU.
 */
unsigned interrupt_lines(void);

/*
 * Lets a line arrive as a vector on a CPU. Level-triggered routing is what PCI INTx needs. False
 * when no I/O APIC has this input, or its entry cannot name that CPU (APIC ids above 254). Boot
 * CPU.
 */
bool interrupt_route_line(unsigned line, unsigned vector, unsigned cpu, bool level,
			  bool active_low) MUST_CHECK;

/* Does nothing where there is no such line. Handler-safe; one CPU at a time. */
void interrupt_mask_line(unsigned line);

/*
 * True when the I/O APIC has delivered a level interrupt on this line that awaits its EOI. Boot
 * CPU.
 */
bool interrupt_line_pending(unsigned line);

/* The line that an ISA IRQ, 0 … 15, is wired to, with MADT overrides applied. Any CPU. */
unsigned interrupt_isa_line(unsigned irq, bool *level, bool *active_low);

#define INTERRUPT_PIC_VECTOR 0x20 /* of IRQ 0 */

/*
 * True when there is a pair of 8259s: IRQ n, 0 … 15, arrives as vector INTERRUPT_PIC_VECTOR + n on
 * the boot CPU through LINT0 (virtual wire; SDM 3A, 11.5.1). All are masked after boot. Any CPU.
 */
bool interrupt_pic_present(void);

/* Unmasks an IRQ; false when there is no PIC, or the IRQ is none or the cascade, 2. Boot CPU. */
bool interrupt_pic_unmask(unsigned irq, bool level) MUST_CHECK;

/* Masks an IRQ; does nothing where there is none. Handler-safe; one CPU at a time. */
void interrupt_pic_mask(unsigned irq);

#endif
