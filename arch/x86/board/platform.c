/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The board comes up: what depends on what is the order of platform_start(). Upward: every CPU in a
 * known state, everything that arch/ promises in place.
 */
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/platform.h"
#include "arch/power.h"
#include "arch/x86/board/power.h"
#include "arch/x86/firmware/acpi.h"
#include "arch/x86/interrupt/ioapic.h"
#include "arch/x86/interrupt/lapic.h"
#include "arch/x86/interrupt/pic.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/cache.h"
#include "arch/x86/memory/high.h"
#include "arch/x86/memory/paging.h"
#include "arch/x86/run/smp.h"
#include "arch/x86/say/fatal.h"
#include "arch/x86/say/findings.h"
#include "arch/x86/say/screen.h"
#include "arch/x86/time/calibrate.h"
#include "arch/x86/time/timer.h"
#include "boot/boot_info.h"

#define HPET_SIZE 1024

static bool prefer_xapic;

void platform_prefer_xapic(bool prefer)
{
	prefer_xapic = prefer;
}

static void start_memory(const struct memory_map *map)
{
	if (map->cut)
		platform_add_finding(
			"the loader's memory map has too many entries; some are unused");
	cache_start();
	memory_start(map);
	paging_start(map);
	memory_high_start(map);
}

static void start_screen(const struct boot_screen *screen)
{
	volatile void *memory;

	if (screen->kind == SCREEN_NONE)
		return;
	memory = memory_map_device(screen->address, (uint64_t)screen->pitch * screen->height);
	if (memory != NULL)
		screen_start(memory, screen);
}

static void start_firmware(uint64_t rsdp)
{
	struct power_ways ways;

	acpi_start(rsdp, paging_map_firmware);
	ways = acpi_power_ways();
	power_learn(&ways);
}

static void start_clock(void)
{
	uint64_t hpet = acpi_hpet_address();

	clock_calibrate(acpi_pm_timer_port(),
			hpet != 0 ? memory_map_device(hpet, HPET_SIZE) : NULL);
}

static void start_interrupts(void)
{
	lapic_choose(prefer_xapic);
	lapic_start();
	pic_start();
	ioapic_start(acpi_topology());
}

/* Nobody said where text goes and how the run ends: everywhere, and with a status if there is a way. */
NORETURN static void end_unheard(const char *sentence)
{
	console_select(CONSOLE_BOTH);
	power_prefer(POWER_DEBUG_EXIT);
	fatal("%s", sentence);
}

void platform_start(const struct boot_info *info, unsigned at_most)
{
	power_start();
	smp_start_boot_cpu();
	if (info->failure != NULL)
		end_unheard(info->failure);
	start_memory(&info->memory);
	start_screen(&info->screen);
	start_firmware(info->rsdp);
	start_interrupts();
	start_clock();
	timer_calibrate();
	timer_start();
	smp_start_others(acpi_topology(), at_most);
	interrupts_open();
}
