/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives the table parsers this machine's memory, and keeps what they found. Upward: tables by their
 * signature (ACPI 6.5, 5.2.6), and what follows from them.
 */
#include "arch/acpi.h"
#include "arch/x86/firmware/acpi.h"
#include "arch/x86/firmware/acpi_parse.h"
#include "arch/x86/firmware/mp_parse.h"
#include "arch/x86/say/findings.h"

static const void *(*map_bytes)(uint64_t address, uint64_t size);
static struct acpi_tables tables;
static struct topology topology;

static const void *bytes(void *context, uint64_t address, uint64_t size)
{
	return map_bytes(address, size);
}

static void finding(void *context, const char *sentence)
{
	platform_add_finding("%s", sentence);
}

static const struct firmware firmware = {bytes, finding, NULL};

static void find_topology(void)
{
	const struct acpi_table *madt = acpi_find_table(&tables, "APIC", 0);
	uint64_t mp = 0;

	if (madt != NULL)
		acpi_parse_madt(&firmware, madt, &topology);
	else
		mp = mp_find(&firmware);
	if (mp != 0)
		mp_parse(&firmware, mp, &topology);
}

void acpi_start(uint64_t handed_over, const void *(*map)(uint64_t address, uint64_t size))
{
	uint64_t rsdp;

	map_bytes = map;
	rsdp = acpi_find_rsdp(&firmware, handed_over);
	if (rsdp != 0)
		acpi_list_tables(&firmware, rsdp, &tables);
	find_topology();
}

struct power_ways acpi_power_ways(void)
{
	struct power_ways ways;

	acpi_parse_power(&tables, &ways);
	return ways;
}

uint16_t acpi_pm_timer_port(void)
{
	const struct acpi_table *fadt = acpi_find_table(&tables, "FACP", 0);

	return fadt != NULL ? acpi_pm_timer(fadt) : 0;
}

uint64_t acpi_hpet_address(void)
{
	const struct acpi_table *hpet = acpi_find_table(&tables, "HPET", 0);

	return hpet != NULL ? acpi_hpet(hpet) : 0;
}

const struct topology *acpi_topology(void)
{
	return &topology;
}

const void *acpi_table(const char signature[4], unsigned instance)
{
	const struct acpi_table *table = acpi_find_table(&tables, signature, instance);

	return table != NULL ? table->bytes : NULL;
}

unsigned acpi_ecam_windows(struct ecam_window *windows, unsigned most)
{
	const struct acpi_table *mcfg = acpi_find_table(&tables, "MCFG", 0);

	uint64_t base;

	if (mcfg != NULL)
		return acpi_parse_mcfg(&firmware, mcfg, windows, most);
	/* QEMU's microvm tells it there alone. */
	base = acpi_parse_window(&tables);
	if (base == 0 || most == 0)
		return 0;
	windows[0] = (struct ecam_window){.base = base, .last_bus = 255};
	return 1;
}

unsigned acpi_fixed_devices(const char *hid, struct fixed_device *devices, unsigned most)
{
	return acpi_parse_devices(&tables, hid, devices, most);
}
