/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Discovery of virtio MMIO devices. The transport has no way of its own (virtio 1.4, 4.2.1): a loader tells of
 * them in words of the command line as Linux reads them, virtio_mmio.device=SIZE@BASE:IRQ, an ACPI machine in its
 * tables, and who knows better in vp.mmio.
 */
#include "arch/acpi.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/format.h"
#include "lib/string.h"
#include "virtio/transport/find.h"
#include "virtio/transport/mmio/registers.h"
#include "virtio/transport/mmio/transport.h"

#define PLACES_MOST    64
#define ACPI_ID        "LNRO0005"
#define LOADERS_WORD   "virtio_mmio.device="
#define WORD_SIZE      64
#define ISA_INTERRUPTS 16

static struct fixed_device places[PLACES_MOST];
static unsigned place_count;

/* A device that a loader and a table tell of is one. */
static void add_place(const struct virtio_discovery *discovery, const struct fixed_device *place)
{
	for (unsigned n = 0; n < place_count; n++) {
		if (places[n].base == place->base)
			return;
	}
	if (place_count < PLACES_MOST)
		places[place_count++] = *place;
	else
		discovery->note("there are more MMIO devices than can be looked at");
}

/* Cuts a number off that ends with `end`; false when there is none. */
static bool cut_number(char **text, char end, uint64_t *value)
{
	char *at = strchr(*text, end);
	const char *number = *text;

	if (!at)
		return false;
	*text = at + (end != '\0');
	*at = '\0';
	return parse_number(number, value);
}

/* SIZE@BASE:IRQ, and perhaps an id behind it; an ISA interrupt is what its wiring says, any other one an edge. */
static bool read_place(char *text, struct fixed_device *place)
{
	uint64_t line;
	char *id;

	*place = (struct fixed_device){.has_line = true};
	if (!cut_number(&text, '@', &place->length) || !cut_number(&text, ':', &place->base))
		return false;
	id = strchr(text, ':');
	if (id)
		*id = '\0';
	if (!cut_number(&text, '\0', &line) || line > UINT32_MAX || !place->length)
		return false;
	place->line = (uint32_t)line;
	if (line < ISA_INTERRUPTS)
		place->line = interrupt_isa_line((unsigned)line, &place->level, &place->active_low);
	return true;
}

static void read_word(const struct virtio_discovery *discovery, const char *word, size_t length)
{
	char text[WORD_SIZE], sentence[WORD_SIZE + 80];
	struct fixed_device place;

	length = MINIMUM(length, sizeof(text) - 1);
	memcpy(text, word, length);
	text[length] = '\0';
	if (read_place(text, &place)) {
		add_place(discovery, &place);
		return;
	}
	memcpy(text, word, length);
	format_text(sentence, sizeof(sentence),
		    "no MMIO device is told by %.*s: it takes SIZE@BASE:IRQ", (int)length, word);
	discovery->note(sentence);
}

static size_t word_length(const char *text, char end)
{
	size_t length = 0;

	while (text[length] && text[length] != ' ' && text[length] != end)
		length++;
	return length;
}

static void read_command_line(const struct virtio_discovery *discovery)
{
	for (const char *at = discovery->command_line; *at; at++) {
		if ((at == discovery->command_line || at[-1] == ' ') &&
		    starts_with(at, LOADERS_WORD)) {
			at += strlen(LOADERS_WORD);
			read_word(discovery, at, word_length(at, ' '));
		}
	}
}

static void read_hints(const struct virtio_discovery *discovery)
{
	const char *at = discovery->mmio;

	while (*at) {
		size_t length = word_length(at, ',');

		read_word(discovery, at, length);
		at += length;
		at += *at == ',';
	}
}

static void read_tables(const struct virtio_discovery *discovery)
{
	static struct fixed_device told[PLACES_MOST];
	unsigned count = acpi_fixed_devices(ACPI_ID, told, PLACES_MOST);

	for (unsigned n = 0; n < count; n++)
		add_place(discovery, &told[n]);
}

static const char *problem_of(const struct virtio_mmio_device *mmio)
{
	if (mmio->magic != MMIO_MAGIC)
		return "MagicValue is not \"virt\"";
	if (mmio->version != MMIO_LEGACY && mmio->version != MMIO_MODERN)
		return "Version is none that is known";
	return NULL;
}

static void make_legacy(struct virtio_mmio_device *mmio)
{
	mmio->device.transport = &virtio_mmio_legacy_transport;
	mmio->device.traits |= DEVICE_LEGACY;
	mmio->device.ring_alignment = MMIO_LEGACY_ALIGNMENT;
	mmio->page = MMIO_LEGACY_PAGE;
}

/* False where there is nothing: a place that is kept free has DeviceID 0 (4.2.2.2). */
static bool probe(const struct fixed_device *place, struct virtio_mmio_device *mmio)
{
	struct virtio_device *device = &mmio->device;

	*mmio = (struct virtio_mmio_device){
		.device = {.transport = &virtio_mmio_transport,
			   .road = &virtio_mmio_road,
			   .traits = DEVICE_OVER_MMIO,
			   .body = mmio},
		.base = place->base,
		.irq = place->line,
		.level = place->level,
	};
	format_text(device->name, sizeof(device->name), "mmio@%lx", place->base);
	if (place->length < MMIO_LENGTH_LEAST) {
		device->problem = "its range has no room for the registers";
		return true;
	}
	mmio->mapping = memory_map_device(place->base, place->length);
	if (!mmio->mapping) {
		device->problem =
			"its range cannot be mapped: it lies in RAM, or beyond what the CPU reaches";
		return true;
	}
	mmio->magic = mmio_read(device, MMIO_MAGIC_VALUE);
	mmio->version = mmio_read(device, MMIO_VERSION);
	device->problem = problem_of(mmio);
	if (mmio->version == MMIO_LEGACY)
		make_legacy(mmio);
	if (mmio->magic != MMIO_MAGIC)
		return true;
	device->type = mmio_read(device, MMIO_DEVICE_ID);
	device->config_length = (uint32_t)(place->length - MMIO_CONFIG);
	device->has_line = place->has_line && place->line < interrupt_lines();
	device->line_known = device->has_line;
	device->line = place->line;
	device->line_active_low = place->active_low;
	return device->type != 0;
}

static void find(const struct virtio_discovery *discovery)
{
	static struct virtio_mmio_device devices[PLACES_MOST];

	place_count = 0;
	read_command_line(discovery);
	read_hints(discovery);
	read_tables(discovery);
	for (unsigned n = 0; n < place_count; n++) {
		if (probe(&places[n], &devices[n]))
			discovery->found(&devices[n].device);
	}
}

VIRTIO_FINDER(mmio, find);
