/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collects CPUs, I/O APICs and ISA wiring. Upward: each once, never more than fit, the rest
 * counted.
 */
#include "arch/x86/firmware/topology.h"

void topology_add_cpu(struct topology *topology, uint32_t apic_id)
{
	for (unsigned i = 0; i < topology->cpus; i++) {
		if (topology->apic_ids[i] == apic_id)
			return;
	}
	if (topology->cpus == TOPOLOGY_CPUS)
		topology->cpus_left_out++;
	else
		topology->apic_ids[topology->cpus++] = apic_id;
}

void topology_add_io_apic(struct topology *topology, uint32_t address, uint32_t first_line)
{
	for (unsigned i = 0; i < topology->io_apics; i++) {
		if (topology->io_apic[i].address == address)
			return;
	}
	if (topology->io_apics < TOPOLOGY_IO_APICS)
		topology->io_apic[topology->io_apics++] =
			(struct topology_io_apic){address, first_line};
}

void topology_wire_isa(struct topology *topology, unsigned irq, uint32_t line, bool level,
		       bool active_low)
{
	if (irq < TOPOLOGY_OVERRIDES)
		topology->isa[irq] = (struct topology_isa){true, line, level, active_low};
}
