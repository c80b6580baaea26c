/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bus by bus, addresses are given out upwards from the start of a free range; what a bridge and all
 * behind it took on the way, rounded to the bridge's granularity, becomes its window.
 */
#include "pci/assign.h"
#include "pci/bar.h"

/* A 64-bit BAR above this size goes above 4 GiB, so that the rest fits below. */
#define LOW_SIZE_MOST (64 * MIB)

enum kind { KIND_IO, KIND_LOW, KIND_HIGH, KINDS };

/* What is still free for one bus, for each kind. */
struct spaces {
	struct pci_range free[KINDS];
};

static const struct pci_range nothing = {.first = 1, .last = 0};

static bool is_empty(struct pci_range range)
{
	return range.first > range.last;
}

static bool overlap(struct pci_range a, struct pci_range b)
{
	return !is_empty(a) && !is_empty(b) && a.first <= b.last && b.first <= a.last;
}

void pci_board_take(struct pci_board *board, uint64_t first, uint64_t size)
{
	if (size == 0)
		return;
	if (board->taken_count == PCI_TAKEN_MOST) {
		board->io = board->low = board->high = nothing;
		return;
	}
	uint64_t last = size - 1 > UINT64_MAX - first ? UINT64_MAX : first + size - 1;
	board->taken[board->taken_count++] = (struct pci_range){.first = first, .last = last};
}

/*
 * Bridge windows (PCI-to-PCI Bridge Architecture 1.2, section 3.2.5). The low four bits of a base
 * register tell the width of the address; I/O has 4 KiB granularity, memory 1 MiB.
 */
#define WINDOW_WIDE    0x1u
#define IO_GRANULE     (4 * KIB)
#define MEMORY_GRANULE MIB

static uint64_t granule(enum kind kind)
{
	return kind == KIND_IO ? IO_GRANULE : MEMORY_GRANULE;
}

static struct pci_range window_io(const struct pci_function *bridge)
{
	uint8_t base = pci_read8(bridge, PCI_IO_BASE);
	uint64_t first = (base & 0xf0u) << 8;
	uint64_t last = (pci_read8(bridge, PCI_IO_LIMIT) & 0xf0u) << 8 | (IO_GRANULE - 1);

	if (base & WINDOW_WIDE) {
		first |= (uint64_t)pci_read16(bridge, PCI_IO_BASE_UPPER) << 16;
		last |= (uint64_t)pci_read16(bridge, PCI_IO_LIMIT_UPPER) << 16;
	}
	return (struct pci_range){.first = first, .last = last};
}

static struct pci_range window_memory(const struct pci_function *bridge)
{
	uint64_t first = (pci_read16(bridge, PCI_MEMORY_BASE) & 0xfff0u) << 16;
	uint64_t last = (uint64_t)(pci_read16(bridge, PCI_MEMORY_LIMIT) & 0xfff0u) << 16 |
			(MEMORY_GRANULE - 1);

	return (struct pci_range){.first = first & UINT32_MAX, .last = last};
}

static struct pci_range window_prefetchable(const struct pci_function *bridge)
{
	uint16_t base = pci_read16(bridge, PCI_PREFETCHABLE_BASE);
	uint64_t first = (uint64_t)(base & 0xfff0u) << 16;
	uint64_t last = (uint64_t)(pci_read16(bridge, PCI_PREFETCHABLE_LIMIT) & 0xfff0u) << 16 |
			(MEMORY_GRANULE - 1);

	if (base & WINDOW_WIDE) {
		first |= (uint64_t)pci_read32(bridge, PCI_PREFETCHABLE_BASE_UPPER) << 32;
		last |= (uint64_t)pci_read32(bridge, PCI_PREFETCHABLE_LIMIT_UPPER) << 32;
	}
	return (struct pci_range){.first = first, .last = last};
}

/* What the firmware opened. A window from address 0 on is a register that nobody wrote. */
static struct pci_range window_read(const struct pci_function *bridge, enum kind kind)
{
	struct pci_range window;

	if (kind == KIND_IO)
		window = window_io(bridge);
	else if (kind == KIND_LOW)
		window = window_memory(bridge);
	else
		window = window_prefetchable(bridge);
	return window.first == 0 ? nothing : window;
}

/* Closed is a base above the limit: `nothing` becomes the highest base and the lowest limit. */
static void window_write(const struct pci_function *bridge, enum kind kind, struct pci_range window)
{
	if (is_empty(window))
		window = (struct pci_range){.first = UINT64_MAX, .last = 0};
	switch (kind) {
	case KIND_IO:
		pci_write8(bridge, PCI_IO_BASE, window.first >> 8 & 0xf0);
		pci_write8(bridge, PCI_IO_LIMIT, window.last >> 8 & 0xf0);
		pci_write16(bridge, PCI_IO_BASE_UPPER, 0);
		pci_write16(bridge, PCI_IO_LIMIT_UPPER, 0);
		break;
	case KIND_LOW:
		pci_write16(bridge, PCI_MEMORY_BASE, window.first >> 16 & 0xfff0);
		pci_write16(bridge, PCI_MEMORY_LIMIT, window.last >> 16 & 0xfff0);
		break;
	default:
		pci_write16(bridge, PCI_PREFETCHABLE_BASE, window.first >> 16 & 0xfff0);
		pci_write16(bridge, PCI_PREFETCHABLE_LIMIT, window.last >> 16 & 0xfff0);
		pci_write32(bridge, PCI_PREFETCHABLE_BASE_UPPER, (uint32_t)(window.first >> 32));
		pci_write32(bridge, PCI_PREFETCHABLE_LIMIT_UPPER, (uint32_t)(window.last >> 32));
		break;
	}
}

/* True when the (closed) window could be opened for addresses of this kind. */
static bool window_possible(const struct pci_function *bridge, enum kind kind)
{
	switch (kind) {
	case KIND_IO:
		return pci_read8(bridge, PCI_IO_BASE) & 0xf0;
	case KIND_LOW:
		return true;
	default:
		return pci_read16(bridge, PCI_PREFETCHABLE_BASE) & WINDOW_WIDE;
	}
}

/* All functions and the board, handed down the buses. */
struct assignment {
	const struct pci_board *board;
	struct pci_function *functions;
	unsigned count;
};

/* True when `bridge` leads to the bus behind `below`, directly or not. */
static bool leads_to(const struct pci_function *bridge, const struct pci_function *below)
{
	for (; below; below = below->bridge) {
		if (below == bridge)
			return true;
	}
	return false;
}

/*
 * The lowest of what is taken within `range`, as a bus behind `bridge` sees it: BARs, windows of
 * other bridges, and for memory what the board itself uses. Empty when all is free.
 */
static struct pci_range lowest_taken(const struct assignment *assignment, struct pci_range range,
				     bool io, const struct pci_function *bridge)
{
	struct pci_range lowest = nothing;
#define CONSIDER(candidate)                                                                        \
	do {                                                                                       \
		struct pci_range considered = (candidate);                                         \
		if (overlap(considered, range) &&                                                  \
		    (is_empty(lowest) || considered.first < lowest.first))                         \
			lowest = considered;                                                       \
	} while (0)

	for (unsigned i = 0; !io && i < assignment->board->taken_count; i++)
		CONSIDER(assignment->board->taken[i]);
	for (unsigned i = 0; i < assignment->count; i++) {
		const struct pci_function *function = &assignment->functions[i];

		for (unsigned b = 0; b < PCI_BARS; b++) {
			const struct pci_bar *bar = &function->bars[b];

			if (bar->present && bar->address != 0 && bar->io == io)
				CONSIDER(
					((struct pci_range){.first = bar->address,
							    .last = bar->address + bar->size - 1}));
		}
		if (function->secondary_bus == 0 || leads_to(function, bridge))
			continue;
		if (io) {
			CONSIDER(window_read(function, KIND_IO));
		} else {
			CONSIDER(window_read(function, KIND_LOW));
			CONSIDER(window_read(function, KIND_HIGH));
		}
	}
#undef CONSIDER
	return lowest;
}

/* The largest piece of range in which nothing is taken. */
static struct pci_range largest_hole(const struct assignment *assignment, struct pci_range range,
				     bool io, const struct pci_function *bridge)
{
	struct pci_range largest = nothing;

	while (!is_empty(range)) {
		struct pci_range taken = lowest_taken(assignment, range, io, bridge);
		struct pci_range hole = range;

		if (!is_empty(taken)) {
			hole = taken.first > range.first
				       ? (struct pci_range){range.first, taken.first - 1}
				       : nothing;
		}
		if (!is_empty(hole) &&
		    (is_empty(largest) || hole.last - hole.first > largest.last - largest.first))
			largest = hole;
		if (is_empty(taken) || taken.last == UINT64_MAX)
			break;
		range.first = taken.last + 1;
	}
	return largest;
}

/* Takes size bytes, aligned to size, from the start of the free range. */
static bool take(struct pci_range *free, uint64_t size, uint64_t *address)
{
	if (is_empty(*free) || free->first > UINT64_MAX - size)
		return false;

	uint64_t start = ALIGN_UP(free->first, size);
	if (start > free->last || size - 1 > free->last - start)
		return false;
	*address = start;
	free->first = start + size;
	return true;
}

/* Behind a bridge only its prefetchable window reaches above 4 GiB. */
static bool may_go_high(const struct pci_function *function, const struct pci_bar *bar)
{
	return bar->wide && (!function->bridge || bar->prefetchable);
}

static void assign_bar(struct pci_function *function, unsigned bar, struct spaces *spaces)
{
	const struct pci_bar *this = &function->bars[bar];
	bool high = may_go_high(function, this);
	uint64_t address;
	bool found;

	if (this->io)
		found = take(&spaces->free[KIND_IO], this->size, &address);
	else if (high && this->size > LOW_SIZE_MOST)
		found = take(&spaces->free[KIND_HIGH], this->size, &address);
	else
		found = take(&spaces->free[KIND_LOW], this->size, &address) ||
			(high && take(&spaces->free[KIND_HIGH], this->size, &address));
	if (found)
		pci_bar_assign(function, bar, address);
}

/* True when something behind the bridge (NULL: anything at all) waits for an address. */
static bool waits(const struct assignment *assignment, const struct pci_function *bridge)
{
	for (unsigned i = 0; i < assignment->count; i++) {
		const struct pci_function *function = &assignment->functions[i];

		if (bridge && !leads_to(bridge, function->bridge))
			continue;
		for (unsigned bar = 0; bar < PCI_BARS; bar++) {
			if (pci_bar_unassigned(&function->bars[bar]))
				return true;
		}
	}
	return false;
}

static void assign_bus(const struct assignment *assignment, const struct pci_function *bridge,
		       struct spaces *spaces);

/*
 * The part of the space above that a new window may be cut from: whole granules, and nothing where
 * the bridge cannot open a window of this kind. Closes the window until it is known how large.
 */
static struct pci_range room_for_window(const struct pci_function *bridge, enum kind kind,
					struct pci_range above)
{
	window_write(bridge, kind, nothing);
	if (is_empty(above) || !window_possible(bridge, kind))
		return nothing;
	return (struct pci_range){
		.first = ALIGN_UP(above.first, granule(kind)),
		.last = ALIGN_DOWN(above.last + 1, granule(kind)) - 1,
	};
}

/* One bridge: through windows that the firmware opened, and through new ones where it did not. */
static void assign_behind(const struct assignment *assignment, const struct pci_function *bridge,
			  struct spaces *above)
{
	struct spaces behind;
	uint64_t start[KINDS];
	bool opened[KINDS];

	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct pci_range window = window_read(bridge, kind);

		opened[kind] = !is_empty(window);
		behind.free[kind] =
			opened[kind] ? largest_hole(assignment, window, kind == KIND_IO, bridge)
				     : room_for_window(bridge, kind, above->free[kind]);
		start[kind] = behind.free[kind].first;
	}
	assign_bus(assignment, bridge, &behind);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (opened[kind] || behind.free[kind].first == start[kind])
			continue;
		above->free[kind].first = ALIGN_UP(behind.free[kind].first, granule(kind));
		window_write(bridge, kind,
			     (struct pci_range){start[kind], above->free[kind].first - 1});
	}
}

static void assign_bus(const struct assignment *assignment, const struct pci_function *bridge,
		       struct spaces *spaces)
{
	for (unsigned i = 0; i < assignment->count; i++) {
		struct pci_function *function = &assignment->functions[i];

		if (function->bridge != bridge)
			continue;
		for (unsigned bar = 0; bar < PCI_BARS; bar++) {
			if (pci_bar_unassigned(&function->bars[bar]))
				assign_bar(function, bar, spaces);
		}
	}
	for (unsigned i = 0; i < assignment->count; i++) {
		const struct pci_function *function = &assignment->functions[i];

		if (function->bridge == bridge && function->secondary_bus != 0 &&
		    waits(assignment, function))
			assign_behind(assignment, function, spaces);
	}
}

/* The BARs of bridges that pci_scan_root() left alone: they are in the way, whatever is in them. */
static void read_bridges(const struct assignment *assignment)
{
	for (unsigned i = 0; i < assignment->count; i++) {
		struct pci_function *function = &assignment->functions[i];

		if (function->header_type == PCI_HEADER_BRIDGE && !function->bars[0].present)
			pci_bars_read(function);
	}
}

void pci_assign(const struct pci_board *board, struct pci_function *functions, unsigned count)
{
	struct assignment assignment = {.board = board, .functions = functions, .count = count};

	if (!waits(&assignment, NULL))
		return;
	read_bridges(&assignment);

	struct spaces spaces = {
		.free[KIND_IO] = largest_hole(&assignment, board->io, true, NULL),
		.free[KIND_LOW] = largest_hole(&assignment, board->low, false, NULL),
		.free[KIND_HIGH] = largest_hole(&assignment, board->high, false, NULL),
	};
	assign_bus(&assignment, NULL, &spaces);
}
