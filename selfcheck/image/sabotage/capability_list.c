/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration spaces that break one rule: headers, capabilities, the access window. */
#include "lib/string.h"
#include "pci/capability.h"
#include "pci/config.h"
#include "selfcheck/image/sabotage/lie.h"
#include "virtio/transport/pci/capability.h"

/* Where a byte is that reads as another: from the header, or from a capability's first byte on. */
enum place { HEADER = 0x100, EXPRESS = 0x101 }; /* else a cfg_type */

struct byte_lie {
	unsigned place;
	uint8_t at;
	uint8_t keep, set;
};

static unsigned found_at[256]; /* capabilities by cfg_type, 0: none */
static unsigned express_at;
static unsigned reads;
static struct virtio_device *broken;

static void find_capabilities(struct virtio_device *device)
{
	struct virtio_pci_capability capability;

	memset(found_at, 0, sizeof(found_at));
	for (unsigned n = 0; virtio_pci_capability(virtio_pci(device)->function, 0, n, &capability);
	     n++)
		found_at[capability.cap.cfg_type] = capability.at;
	express_at = 0;
	pci_find_capability(virtio_pci(device)->function, PCI_CAPABILITY_EXPRESS, 0, &express_at);
	reads = 0;
	broken = device;
}

/* The offset in configuration space that a lie is about, or one beyond all. */
static unsigned place_of(const struct byte_lie *lie)
{
	unsigned base = lie->place == HEADER    ? 0
			: lie->place == EXPRESS ? express_at
						: found_at[lie->place];

	return base || lie->place == HEADER ? base + lie->at : UINT32_MAX;
}

static uint32_t told(const struct byte_lie *lies, unsigned offset, unsigned width, uint32_t value)
{
	for (const struct byte_lie *lie = lies; lie->place || lie->set || lie->at; lie++) {
		unsigned shift = (place_of(lie) - offset) * 8;
		uint8_t byte;

		if (place_of(lie) < offset || place_of(lie) >= offset + width)
			continue;
		byte = (uint8_t)(value >> shift);
		byte = (byte & lie->keep) | lie->set;
		value = (value & ~(0xffu << shift)) | (uint32_t)byte << shift;
	}
	return value;
}

static uint32_t read_lies(struct onlooker *self, const struct pci_function *function,
			  unsigned offset, unsigned width, uint32_t value)
{
	return told(self->context, offset, width, value);
}

#define BYTES(...)                                                                                 \
	.start = find_capabilities,                                                                \
	.onlooker.context = (struct byte_lie[]){__VA_ARGS__, {0, 0, 0, 0}},                        \
	.onlooker.config_read = read_lies

#define COMMON VIRTIO_PCI_CAP_COMMON_CFG
#define NOTIFY VIRTIO_PCI_CAP_NOTIFY_CFG
#define ISR    VIRTIO_PCI_CAP_ISR_CFG
#define DEVICE VIRTIO_PCI_CAP_DEVICE_CFG
#define WINDOW VIRTIO_PCI_CAP_PCI_CFG
#define SHARED VIRTIO_PCI_CAP_SHARED_MEMORY_CFG
#define VENDOR VIRTIO_PCI_CAP_VENDOR_CFG

/* Bytes of a virtio capability (4.1.4). */
#define NEXT   1
#define LENGTH 2
#define TYPE   3
#define BAR    4
#define OFFSET 8
#define SIZE   12
#define FACTOR 16 /* notify_off_multiplier */

SABOTEUR(list_is_empty, .about = "the capabilities pointer reads 0",
	 BREAKS(CLAUSE_PCI_COMMON_2, CLAUSE_PCI_NOTIFY_1, CLAUSE_PCI_ISR_1, CLAUSE_PCI_CFGACC_1,
		CLAUSE_PCI_CAP_TXT_3, CLAUSE_PCI_CAP_TXT_4, CLAUSE_PCI_DEVCFG_TXT_1),
	 .type = VIRTIO_TYPE_BLK, .tests = "transport.*cap*,transport.device_conf*",
	 BYTES({HEADER, PCI_CAPABILITIES_POINTER, 0, 0}));
SABOTEUR(list_is_not_announced, .about = "the status register announces no capability list",
	 BREAKS(CLAUSE_PCI_CAP_TXT_1),
	 BYTES({HEADER, PCI_STATUS, (uint8_t)~PCI_STATUS_CAPABILITIES, 0}));
SABOTEUR(list_is_unaligned, .about = "a capability pointer has bit 1 set",
	 BREAKS(CLAUSE_PCI_CAP_TXT_4), BYTES({COMMON, NEXT, 0xff, 2}));
SABOTEUR(list_leads_into_the_header, .about = "a capability pointer leads below 0x40",
	 BREAKS(CLAUSE_PCI_CAP_TXT_4), BYTES({NOTIFY, NEXT, 0, 0x10}));
SABOTEUR(capabilities_are_short, .about = "cap_len does not cover the type's own field",
	 BREAKS(CLAUSE_PCI_CAP_1, CLAUSE_PCI_NOTIFY_TXT_1, CLAUSE_PCI_CFGACC_TXT_1),
	 .tests = "transport.capability_length*",
	 BYTES({NOTIFY, LENGTH, 0, 16}, {WINDOW, LENGTH, 0, 16}));
SABOTEUR(capabilities_overlap, .about = "cap_len reaches into the next capability",
	 BREAKS(CLAUSE_PCI_CAP_1), .tests = "transport.capabilities_do_not*",
	 BYTES({COMMON, LENGTH, 0, 0x60}, {ISR, LENGTH, 0, 0x60}, {NOTIFY, LENGTH, 0, 0x60}));
SABOTEUR(capabilities_run_out, .about = "cap_len runs past configuration space",
	 BREAKS(CLAUSE_PCI_CAP_1), .tests = "transport.capability_length*",
	 BYTES({WINDOW, LENGTH, 0, 0xff}));
SABOTEUR(capabilities_have_no_bar, .about = "a capability names the reserved BAR 6",
	 BREAKS(CLAUSE_PCI_CAP_TXT_8), BYTES({ISR, BAR, 0, 6}));
SABOTEUR(structures_lie_outside, .about = "a structure begins far beyond its BAR",
	 BREAKS(CLAUSE_PCI_CAP_TXT_11), BYTES({DEVICE, OFFSET + 3, 0, 0x7f}));
SABOTEUR(structures_are_unaligned, .about = "structures begin at odd offsets",
	 BREAKS(CLAUSE_PCI_COMMON_1, CLAUSE_PCI_DEVCFG_1, CLAUSE_PCI_NOTIFY_2),
	 .tests = "transport.*_structure*,transport.structures_are*",
	 BYTES({COMMON, OFFSET, 0xff, 1}, {DEVICE, OFFSET, 0xff, 1}, {NOTIFY, OFFSET, 0xff, 1}));
SABOTEUR(structures_are_small, .about = "structures have no room for what they hold",
	 BREAKS(CLAUSE_PCI_COMMON_TXT_1, CLAUSE_PCI_ISR_TXT_1, CLAUSE_PCI_NOTIFY_4,
		CLAUSE_PCI_NOTIFY_5, CLAUSE_PCI_NOTIFY_6),
	 .tests = "transport.*",
	 BYTES({COMMON, SIZE + 1, 0, 0}, {COMMON, SIZE, 0, 32}, {ISR, SIZE + 1, 0, 0},
	       {NOTIFY, SIZE + 1, 0, 0}));
SABOTEUR(kicks_are_too_close, .about = "notify_off_multiplier is 3", BREAKS(CLAUSE_PCI_NOTIFY_3),
	 BYTES({NOTIFY, FACTOR, 0, 3}));

/* A device structure that passes for a region of shared memory, in a capability of 16 bytes. */
SABOTEUR(shared_memory_is_narrow, .about = "a shared memory capability lacks its upper halves",
	 BREAKS(CLAUSE_PCI_SHM_TXT_1, CLAUSE_PCI_CAP_TXT_13, CLAUSE_PCI_SHM_1),
	 BYTES({DEVICE, TYPE, 0, SHARED}, {DEVICE, SIZE + 3, 0, 0x7f}));
SABOTEUR(shared_memory_has_twins, .about = "two regions of shared memory have the same id",
	 BREAKS(CLAUSE_PCI_SHM_2), BYTES({DEVICE, TYPE, 0, SHARED}, {ISR, TYPE, 0, SHARED}));

/* The same as vendor data; vendor_id stands where the BAR and id would be. */
SABOTEUR(vendor_data_of_virtio,
	 .about = "vendor data has virtio's own vendor id, and an odd length",
	 BREAKS(CLAUSE_PCI_VNDR_3, CLAUSE_PCI_VNDR_4),
	 BYTES({DEVICE, TYPE, 0, VENDOR}, {DEVICE, BAR, 0, 0xf4}, {DEVICE, BAR + 1, 0, 0x1a},
	       {DEVICE, LENGTH, 0, 18}));
SABOTEUR(vendor_data_of_nobody, .about = "vendor data has the vendor id 0xffff",
	 BREAKS(CLAUSE_PCI_VNDR_TXT_1),
	 BYTES({DEVICE, TYPE, 0, VENDOR}, {DEVICE, BAR, 0, 0xff}, {DEVICE, BAR + 1, 0, 0xff}));

static uint32_t read_changing(struct onlooker *self, const struct pci_function *function,
			      unsigned offset, unsigned width, uint32_t value)
{
	static struct byte_lie vendor_data[] = {{DEVICE, TYPE, 0, VENDOR}, {0, 0, 0, 0}};

	value = told(vendor_data, offset, width, value);
	return offset == found_at[DEVICE] + SIZE ? value ^ (++reads & 1) : value;
}

SABOTEUR(vendor_data_counts_reads, .about = "reading vendor data changes it",
	 BREAKS(CLAUSE_PCI_VNDR_5), .start = find_capabilities,
	 .onlooker.config_read = read_changing);

static uint32_t read_other_whole(struct onlooker *self, const struct pci_function *function,
				 unsigned offset, unsigned width, uint32_t value)
{
	return width == 4 && offset == found_at[COMMON] + OFFSET ? value ^ 1 : value;
}

SABOTEUR(capabilities_depend_on_width, .about = "a capability reads otherwise by 32 bits",
	 BREAKS(CLAUSE_PCI_CAP_TXT_2), .start = find_capabilities,
	 .onlooker.config_read = read_other_whole);

static bool offset_written;
static uint32_t offset_kept;

static void start_keeping(struct virtio_device *device)
{
	find_capabilities(device);
	offset_written = false;
}

static bool keep_offset(struct onlooker *self, const struct pci_function *function, unsigned offset,
			unsigned width, uint32_t *value)
{
	if (width == 4 && offset == found_at[COMMON] + OFFSET) {
		offset_written = true;
		offset_kept = *value;
	}
	return true;
}

static uint32_t show_offset(struct onlooker *self, const struct pci_function *function,
			    unsigned offset, unsigned width, uint32_t value)
{
	return offset_written && width == 4 && offset == found_at[COMMON] + OFFSET ? offset_kept
										   : value;
}

SABOTEUR(capabilities_are_writable, .about = "the common structure's offset can be written",
	 BREAKS(CLAUSE_PCI_CAP_TXT_2), .tests = "transport.capabilities_are_read_only",
	 .start = start_keeping, .onlooker.config_write = keep_offset,
	 .onlooker.config_read = show_offset);

SABOTEUR(ids_of_another_vendor, .about = "the vendor id is not virtio's", BREAKS(CLAUSE_PCI_DISC_1),
	 BYTES({HEADER, PCI_VENDOR_ID, 0, 0x86}));
SABOTEUR(ids_of_no_type, .about = "the transitional device id stands for no device type",
	 BREAKS(CLAUSE_PCI_DISC_2), BYTES({HEADER, PCI_DEVICE_ID, 0, 0x06}));
SABOTEUR(ids_of_legacy, .about = "a non-transitional device has the ids of a legacy one",
	 BREAKS(CLAUSE_PCI_DISC_4, CLAUSE_PCI_DISC_5, CLAUSE_PCI_DISC_6), .type = VIRTIO_TYPE_INPUT,
	 BYTES({HEADER, PCI_DEVICE_ID, 0, 0x12}, {HEADER, PCI_REVISION_ID, 0, 0},
	       {HEADER, PCI_SUBSYSTEM_ID, 0, 0x20}, {HEADER, PCI_SUBSYSTEM_ID + 1, 0, 0}));
SABOTEUR(ids_of_legacy_rng,
	 .about = "a non-transitional rng has the ids of a legacy one, and no ports",
	 BREAKS(CLAUSE_PCI_NTLEG_1), .type = VIRTIO_TYPE_ENTROPY, .tests = "transport.a_non*",
	 BYTES({HEADER, PCI_DEVICE_ID, 0, 0x05}, {HEADER, PCI_REVISION_ID, 0, 0}));
SABOTEUR(function_cannot_master, .about = "Bus Master Enable does not stick",
	 BREAKS(CLAUSE_PCI_BUS_1),
	 BYTES({HEADER, PCI_COMMAND, (uint8_t)~PCI_COMMAND_BUS_MASTER, 0}));
/* The Device/Port Type stands in the upper half of the byte behind the header. */
SABOTEUR(function_is_a_port, .about = "the PCI Express capability says root port",
	 BREAKS(CLAUSE_PCI_BUS_2), .tests = "transport.express*", BYTES({EXPRESS, 2, 0x0f, 0x40}));

#define WINDOW_DATA   offsetof(struct virtio_pci_cfg_cap, pci_cfg_data)
#define WINDOW_OFFSET offsetof(struct virtio_pci_cap, offset)

static bool is_data(unsigned offset)
{
	return offset == found_at[WINDOW] + WINDOW_DATA;
}

SABOTEUR(window_forgets, .about = "the window's offset does not read back",
	 BREAKS(CLAUSE_PCI_CFGACC_TXT_2), BYTES({WINDOW, OFFSET + 1, 0, 0}));

static bool lose_data(struct onlooker *self, const struct pci_function *function, unsigned offset,
		      unsigned width, uint32_t *value)
{
	return !is_data(offset);
}

SABOTEUR(window_loses_writes, .about = "what is written to pci_cfg_data goes nowhere",
	 BREAKS(CLAUSE_PCI_CFGACC_2), .start = find_capabilities,
	 .onlooker.config_write = lose_data);

/* Of a write to queue_select the bytes behind go to queue_size. */
static bool spill_data(struct onlooker *self, const struct pci_function *function, unsigned offset,
		       unsigned width, uint32_t *value)
{
	if (is_data(offset) && width == 4 &&
	    pci_read32(function, found_at[WINDOW] + WINDOW_OFFSET) ==
		    virtio_pci(broken)->regions[STRUCTURE_COMMON].offset +
			    COMMON_OFFSET(queue_select))
		own_write(self, broken, queue_size, *value >> 16);
	return true;
}

SABOTEUR(window_spills, .about = "a window of two bytes writes four", BREAKS(CLAUSE_PCI_CFGACC_3),
	 .start = find_capabilities, .onlooker.config_write = spill_data);

static uint32_t read_wrong_data(struct onlooker *self, const struct pci_function *function,
				unsigned offset, unsigned width, uint32_t value)
{
	return is_data(offset) ? value ^ 1 : value;
}

SABOTEUR(window_reads_wrong, .about = "pci_cfg_data is not what the device shows",
	 BREAKS(CLAUSE_PCI_CFGACC_4), .start = find_capabilities,
	 .tests = "transport.window_reads*", .onlooker.config_read = read_wrong_data);

/* As if the bytes stood where they stand in the double word of the BAR. */
static uint32_t shift_data(struct onlooker *self, const struct pci_function *function,
			   unsigned offset, unsigned width, uint32_t value)
{
	if (!is_data(offset))
		return value;
	return value << 8 * (pci_read32(function, found_at[WINDOW] + WINDOW_OFFSET) % 4);
}

SABOTEUR(window_data_is_shifted, .about = "pci_cfg_data does not begin with the byte asked for",
	 BREAKS(CLAUSE_PCI_CFGACC_5), .start = find_capabilities,
	 .tests = "transport.window_reads*", .onlooker.config_read = shift_data);
