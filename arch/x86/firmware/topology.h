/* SPDX-License-Identifier: BSD-2-Clause */
/* The processors, I/O APICs and ISA wiring that a MADT or an MP table lists. Boot CPU. */
#ifndef ARCH_X86_TOPOLOGY_H
#define ARCH_X86_TOPOLOGY_H

#include "lib/base.h"

#define TOPOLOGY_CPUS      256
#define TOPOLOGY_IO_APICS  16
#define TOPOLOGY_OVERRIDES 16 /* one for each ISA IRQ */

/* The first input of an I/O APIC is not told: it follows the inputs of the one before. */
#define LINE_FOLLOWS UINT32_MAX

/* An I/O APIC: where its registers are, and its inputs. */
struct topology_io_apic {
	uint32_t address;
	uint32_t first_line; /* global system interrupt of its input 0, or LINE_FOLLOWS */
};

/* Where an ISA IRQ is wired to. */
struct topology_isa {
	bool told; /* else: to the line of the same number, edge, active high */
	uint32_t line;
	bool level, active_low;
};

/* All of it; what does not fit is left out. */
struct topology {
	unsigned cpus;
	uint32_t apic_ids[TOPOLOGY_CPUS];
	unsigned cpus_left_out; /* more than fit */
	unsigned io_apics;
	struct topology_io_apic io_apic[TOPOLOGY_IO_APICS];
	struct topology_isa isa[TOPOLOGY_OVERRIDES];
};

/* Adds a CPU unless it is listed already. */
void topology_add_cpu(struct topology *topology, uint32_t apic_id);

/* Adds an I/O APIC unless one at this address is listed already. */
void topology_add_io_apic(struct topology *topology, uint32_t address, uint32_t first_line);

/* Notes the wiring of an ISA IRQ; one above 15 is no ISA IRQ and is left alone. */
void topology_wire_isa(struct topology *topology, unsigned irq, uint32_t line, bool level,
		       bool active_low);

#endif
