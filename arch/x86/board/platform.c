/* SPDX-License-Identifier: BSD-2-Clause */
/* The board comes up: what depends on what is the order of platform_start(). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/platform.h"
#include "arch/x86/firmware/acpi.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/cache.h"
#include "arch/x86/time/clock.h"
#include "arch/x86/say/findings.h"
#include "arch/x86/interrupt/ioapic.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/memory/paging.h"
#include "arch/x86/interrupt/pic.h"
#include "arch/x86/run/smp.h"
#include "arch/x86/time/timer.h"
#include "boot/boot_info.h"
#include "lib/format.h"

#define FINDINGS_MOST 32
#define FINDING_SIZE  160

static char findings[FINDINGS_MOST][FINDING_SIZE];
static unsigned finding_count;
static bool prefer_xapic;

void platform_add_finding(const char *format, ...)
{
	va_list arguments;

	if (finding_count == FINDINGS_MOST)
		return;
	va_start(arguments, format);
	format_text_list(findings[finding_count++], FINDING_SIZE, format, arguments);
	va_end(arguments);
}

unsigned platform_findings(void)
{
	return finding_count;
}

const char *platform_finding(unsigned n)
{
	return n < finding_count ? findings[n] : NULL;
}

void platform_prefer_xapic(bool prefer)
{
	prefer_xapic = prefer;
}

void platform_start(const struct boot_info *info, unsigned at_most)
{
	smp_start_boot_cpu();
	if (info->failure != NULL)
		fatal("%s", info->failure);
	if (info->memory.cut)
		platform_add_finding(
			"the loader's memory map has too many entries; some are unused");
	cache_start();
	memory_start(&info->memory);
	paging_start(&info->memory);
	acpi_start(info->rsdp);
	lapic_choose(prefer_xapic);
	lapic_start();
	pic_start();
	ioapic_start(acpi_topology());
	clock_start(acpi_pm_timer_port());
	timer_calibrate();
	timer_start();
	smp_start_others(acpi_topology(), at_most);
	interrupts_open();
}
