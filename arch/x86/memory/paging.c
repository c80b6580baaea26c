/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Four-level paging (Intel SDM 3A, 4.5). RAM is mapped one to one, not executable, page 0 and what
 * is below the boot stack left out; the image by its segments; device registers and firmware tables
 * on demand in a window in the upper half, where no stray pointer hits them by accident.
 */
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86/cpu/registers.h"
#include "arch/x86/memory/allocator.h"
#include "arch/x86/memory/paging.h"
#include "arch/x86/say/fatal.h"
#include "boot/memory_map.h"

#define ENTRY_PRESENT           BIT64(0)
#define ENTRY_WRITABLE          BIT64(1)
#define ENTRY_UNCACHED          (BIT64(3) | BIT64(4)) /* PWT and PCD: entry 3 of the PAT, strong UC */
#define ENTRY_LARGE             BIT64(7)
#define ENTRY_ADDRESS           0x000ffffffffff000ull
#define TABLE_ENTRIES           512
#define LEVEL_PAGE              1
#define LEVEL_ROOT              4

#define CPUID_FEATURES_EXTENDED 0x80000001
#define CPUID_EDX_PAGES_1G      BIT(26)
#define CPUID_ADDRESS_SIZES     0x80000008

#define WINDOW                  0xffff800000000000ull
#define WINDOW_SIZE             (64ull << 40)
#define WINDOW_MOST             512

struct window {
	uint64_t physical, size;
	uint64_t virtual;
	bool device;
};

extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], image_end[];
extern char boot_stack_guard[], boot_stack[];

static uint64_t *root;
static uint64_t no_execute; /* the bit, or 0 where the CPU has none */
static unsigned largest_level;
static struct window windows[WINDOW_MOST];
static unsigned window_count;
static uint64_t window_next = WINDOW;

static uint64_t level_size(unsigned level)
{
	return (uint64_t)PAGE_SIZE << 9 * (level - 1);
}

static unsigned index_at(uint64_t address, unsigned level)
{
	return address >> (12 + 9 * (level - 1)) & (TABLE_ENTRIES - 1);
}

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(uintptr_t)(entry & ENTRY_ADDRESS);
}

/* Makes an entry of a level point to a table; a large page becomes 512 smaller ones. */
static bool make_table(uint64_t *entry, unsigned level)
{
	uint64_t *table = memory_allocate_for_ever(1);

	if (table == NULL)
		return false;
	if (*entry & ENTRY_PRESENT) {
		uint64_t part = *entry;

		if (level - 1 == LEVEL_PAGE)
			part &= ~ENTRY_LARGE;
		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			table[i] = part + i * level_size(level - 1);
	}
	*entry = (uintptr_t)table | ENTRY_PRESENT | ENTRY_WRITABLE;
	return true;
}

/* The entry of a level that maps an address, with the tables above it; NULL when RAM ran out. */
static uint64_t *entry_at(uint64_t address, unsigned level)
{
	uint64_t *table = root;

	for (unsigned at = LEVEL_ROOT; at > level; at--) {
		uint64_t *entry = &table[index_at(address, at)];

		if ((!(*entry & ENTRY_PRESENT) || (*entry & ENTRY_LARGE)) && !make_table(entry, at))
			return NULL;
		table = table_of(*entry);
	}
	return &table[index_at(address, level)];
}

/* True when a page of this level may map so much of what is left. */
static bool fits(uint64_t virtual, uint64_t physical, uint64_t size, unsigned level)
{
	uint64_t mask = level_size(level) - 1;

	return level <= largest_level && !((virtual | physical) & mask) && size > mask;
}

static bool map(uint64_t virtual, uint64_t physical, uint64_t size, uint64_t flags)
{
	while (size > 0) {
		unsigned level = LEVEL_PAGE;
		uint64_t *entry, step;

		while (fits(virtual, physical, size, level + 1))
			level++;
		entry = entry_at(virtual, level);
		if (entry == NULL)
			return false;
		step = level_size(level);
		/* To the end of this table; from there on larger pages may fit. */
		do {
			*entry++ = physical | flags | (level > LEVEL_PAGE ? ENTRY_LARGE : 0);
			virtual += step;
			physical += step;
			size -= step;
		} while (size >= step && index_at(virtual, level) != 0);
	}
	return true;
}

static void map_or_end(uint64_t start, uint64_t end, uint64_t flags)
{
	if (!map(start, start, end - start, flags))
		fatal("not enough RAM for page tables");
}

static void map_section(const char *start, const char *end, uint64_t flags)
{
	map_or_end((uintptr_t)start, ALIGN_UP((uintptr_t)end, PAGE_SIZE), flags | ENTRY_PRESENT);
}

bool paging_map_ram(uint64_t address, uint64_t size)
{
	return map(address, address, size, ENTRY_PRESENT | ENTRY_WRITABLE | no_execute);
}

static void map_low_ram(const struct memory_range *range)
{
	uint64_t start = ALIGN_UP(MAXIMUM(range->start, (uint64_t)PAGE_SIZE), PAGE_SIZE);
	uint64_t end = ALIGN_DOWN(MINIMUM(range->start + range->size, 4 * GIB), PAGE_SIZE);

	if (start < end)
		map_or_end(start, end, ENTRY_PRESENT | ENTRY_WRITABLE | no_execute);
}

void paging_start(const struct memory_map *layout)
{
	no_execute = msr_read(MSR_EFER) & EFER_NXE ? BIT64(63) : 0;
	largest_level = cpuid(CPUID_FEATURES_EXTENDED, 0).edx & CPUID_EDX_PAGES_1G ? 3 : 2;
	root = memory_allocate_for_ever(1);
	if (root == NULL)
		fatal("not enough RAM for page tables");
	for (unsigned i = 0; i < layout->count; i++) {
		if (layout->ranges[i].type == MEMORY_RAM && layout->ranges[i].start < 4 * GIB)
			map_low_ram(&layout->ranges[i]);
	}
	map_section(text_start, text_end, 0);
	map_section(rodata_start, rodata_end, no_execute);
	map_section(data_start, image_end, ENTRY_WRITABLE | no_execute);
	map_or_end((uintptr_t)boot_stack_guard, (uintptr_t)boot_stack, 0);
	cr3_write((uintptr_t)root);
}

uint32_t paging_root(void)
{
	return (uintptr_t)root;
}

unsigned memory_physical_bits(void)
{
	static unsigned bits;

	if (bits == 0 && cpuid(0x80000000, 0).eax < CPUID_ADDRESS_SIZES)
		bits = 36;
	if (bits == 0) {
		uint32_t sizes = cpuid(CPUID_ADDRESS_SIZES, 0).eax;
		unsigned guest = sizes >> 16 & 0xff;

		/* Nested paging may reach less far than the CPU (AMD APM 3, Fn8000_0008). */
		bits = sizes & 0xff;
		if (guest != 0)
			bits = MINIMUM(bits, guest);
	}
	return bits;
}

static const struct window *find_window(uint64_t address, uint64_t size, bool device)
{
	for (unsigned i = 0; i < window_count; i++) {
		const struct window *window = &windows[i];

		if (window->device == device && address >= window->physical &&
		    address - window->physical <= window->size &&
		    size <= window->size - (address - window->physical))
			return window;
	}
	return NULL;
}

/* Whole pages; the virtual address keeps the offset in a 2 MiB page so that those can be used. */
static const struct window *add_window(uint64_t physical, uint64_t size, bool device)
{
	uint64_t flags = device ? ENTRY_WRITABLE | ENTRY_UNCACHED : 0;
	uint64_t large = level_size(2);
	uint64_t virtual = ALIGN_UP(window_next, large) + (physical & (large - 1));

	if (window_count == WINDOW_MOST || size > WINDOW_SIZE - (virtual - WINDOW) ||
	    !map(virtual, physical, size, flags | ENTRY_PRESENT | no_execute))
		return NULL;
	/* A page that nothing maps between two windows: running off the end of one is a fault. */
	window_next = virtual + size + PAGE_SIZE;
	windows[window_count] = (struct window){physical, size, virtual, device};
	return &windows[window_count++];
}

static void *map_window(uint64_t address, uint64_t size, bool device)
{
	uint64_t limit = BIT64(memory_physical_bits());
	uint64_t first = ALIGN_DOWN(address, PAGE_SIZE);
	const struct window *window;

	if (size == 0 || address >= limit || size > limit - address)
		return NULL;
	window = find_window(address, size, device);
	if (window == NULL)
		window = add_window(first, ALIGN_UP(address + size, PAGE_SIZE) - first, device);
	if (window == NULL)
		return NULL;
	return (void *)(uintptr_t)(window->virtual + (address - window->physical));
}

volatile void *memory_map_device(uint64_t address, uint64_t size)
{
	/* Whoever says so is wrong, and what is written there may be ours. */
	if (memory_map_has(memory_layout(), address, size, MEMORY_RAM))
		return NULL;
	return map_window(address, size, true);
}

const void *paging_map_firmware(uint64_t address, uint64_t size)
{
	return map_window(address, size, false);
}

void paging_forbid(void *address, size_t pages)
{
	uint64_t at = (uintptr_t)address;

	for (size_t i = 0; i < pages; i++, at += PAGE_SIZE) {
		uint64_t *entry = entry_at(at, LEVEL_PAGE);

		if (entry == NULL)
			fatal("not enough RAM for page tables");
		*entry &= ~ENTRY_PRESENT;
		__asm__ volatile("invlpg (%0)" : : "r"(at) : "memory");
	}
}

const char *paging_what_is_at(uint64_t address)
{
	if (address < PAGE_SIZE)
		return " (the null page)";
	if (address >= (uintptr_t)boot_stack_guard && address < (uintptr_t)boot_stack)
		return " (below the stack, which overflowed)";
	for (unsigned i = 0; i < window_count; i++) {
		if (address >= windows[i].virtual && address < windows[i].virtual + windows[i].size)
			return " (a device's registers)";
	}
	if (address >= WINDOW && address < window_next + PAGE_SIZE)
		return " (beyond a device's registers)";
	return "";
}
