/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APICs (Intel 82093AA data sheet, chapter 3): legacy lines become interrupts of the
 * LAPICs. Two registers in memory, one to select and one to read or write. Upward: lines by their
 * global system interrupt, all masked until they are routed.
 */
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "arch/memory.h"
#include "arch/x86/interrupt/ioapic.h"
#include "arch/x86/say/findings.h"

#define USUAL_ADDRESS      0xfec00000u
#define WINDOW_SIZE        0x20
#define SELECT             0x00 /* offsets in memory */
#define DATA               0x10

#define REGISTER_VERSION   0x01
#define REGISTER_ENTRIES   0x10 /* two for each input */
#define VERSION_LAST_SHIFT 16
#define INPUTS_MOST        240
#define ENTRY_ACTIVE_LOW   BIT(13)
#define ENTRY_REMOTE_IRR   BIT(14)
#define ENTRY_LEVEL        BIT(15)
#define ENTRY_MASKED       BIT(16)
#define ENTRY_DESTINATION  24 /* in the upper register */
#define DESTINATION_MOST   0xfe

struct io_apic {
	volatile uint8_t *registers;
	uint32_t first_line;
	unsigned inputs;
};

static struct io_apic io_apics[TOPOLOGY_IO_APICS];
static unsigned io_apic_count;
static const struct topology *wiring;

/* Between the two accesses a handler that masks a line must not select its own. */
static uint32_t read_register(const struct io_apic *io_apic, unsigned number)
{
	bool open = interrupts_save();
	uint32_t value;

	write32(io_apic->registers + SELECT, number);
	value = read32(io_apic->registers + DATA);
	interrupts_restore(open);
	return value;
}

static void write_register(const struct io_apic *io_apic, unsigned number, uint32_t value)
{
	bool open = interrupts_save();

	write32(io_apic->registers + SELECT, number);
	write32(io_apic->registers + DATA, value);
	interrupts_restore(open);
}

static unsigned entry_of(const struct io_apic *io_apic, unsigned line)
{
	return REGISTER_ENTRIES + 2 * (line - io_apic->first_line);
}

static const struct io_apic *find(unsigned line)
{
	for (unsigned i = 0; i < io_apic_count; i++) {
		const struct io_apic *io_apic = &io_apics[i];

		if (line >= io_apic->first_line && line - io_apic->first_line < io_apic->inputs)
			return io_apic;
	}
	return NULL;
}

static void add(uint32_t address, uint32_t first_line, bool listed)
{
	struct io_apic *io_apic = &io_apics[io_apic_count];
	uint32_t version;

	io_apic->registers = memory_map_device(address, WINDOW_SIZE);
	if (io_apic->registers == NULL)
		return;
	version = read_register(io_apic, REGISTER_VERSION);
	io_apic->inputs = (version >> VERSION_LAST_SHIFT & 0xff) + 1;
	/* Nobody there: all ones, or zero. A real one has a version of 0x10 or more. */
	if (io_apic->inputs > INPUTS_MOST || (version & 0xff) == 0) {
		if (listed)
			platform_add_finding("no I/O APIC answers at %#x, where one is listed",
					     address);
		return;
	}
	io_apic->first_line = first_line != LINE_FOLLOWS ? first_line : interrupt_lines();
	for (unsigned input = 0; input < io_apic->inputs; input++)
		write_register(io_apic, REGISTER_ENTRIES + 2 * input, ENTRY_MASKED);
	io_apic_count++;
}

void ioapic_start(const struct topology *topology)
{
	wiring = topology;
	for (unsigned i = 0; i < topology->io_apics; i++)
		add(topology->io_apic[i].address, topology->io_apic[i].first_line, true);
	if (topology->io_apics == 0)
		add(USUAL_ADDRESS, 0, false);
}

unsigned interrupt_lines(void)
{
	unsigned lines = 0;

	for (unsigned i = 0; i < io_apic_count; i++)
		lines = MAXIMUM(lines, io_apics[i].first_line + io_apics[i].inputs);
	return lines;
}

bool interrupt_line_pending(unsigned line)
{
	const struct io_apic *io_apic = find(line);

	return io_apic != NULL &&
	       (read_register(io_apic, entry_of(io_apic, line)) & ENTRY_REMOTE_IRR);
}

bool interrupt_route_line(unsigned line, unsigned vector, unsigned cpu, bool level, bool active_low)
{
	const struct io_apic *io_apic = find(line);
	uint32_t destination = cpu_apic_id(cpu);
	uint32_t entry = vector | (level ? ENTRY_LEVEL : 0) | (active_low ? ENTRY_ACTIVE_LOW : 0);

	if (io_apic == NULL || destination > DESTINATION_MOST)
		return false;
	/* An interrupt whose end would not find its vector here any more: an edge has none to wait for. */
	if (interrupt_line_pending(line))
		write_register(io_apic, entry_of(io_apic, line), ENTRY_MASKED);
	/* No longer than that: what rises at a masked edge counts as never having come, and stays up. */
	write_register(io_apic, entry_of(io_apic, line), entry | ENTRY_MASKED);
	write_register(io_apic, entry_of(io_apic, line) + 1, destination << ENTRY_DESTINATION);
	write_register(io_apic, entry_of(io_apic, line), entry);
	return true;
}

void interrupt_mask_line(unsigned line)
{
	const struct io_apic *io_apic = find(line);

	if (io_apic != NULL)
		write_register(io_apic, entry_of(io_apic, line),
			       read_register(io_apic, entry_of(io_apic, line)) | ENTRY_MASKED);
}

unsigned interrupt_isa_line(unsigned irq, bool *level, bool *active_low)
{
	if (irq < TOPOLOGY_OVERRIDES && wiring->isa[irq].told) {
		*level = wiring->isa[irq].level;
		*active_low = wiring->isa[irq].active_low;
		return wiring->isa[irq].line;
	}
	*level = false;
	*active_low = false;
	return irq;
}
