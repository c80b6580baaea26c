/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio structure capabilities in configuration space (virtio 1.4, 4.1.4). */
#include "arch/clock.h"
#include "pci/capability.h"
#include "pci/config.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/device.h"

#define PAUSE_NS 1000000

#define for_each_capability(capability, function, type)                                            \
	for (unsigned nth = 0; virtio_pci_capability(function, type, nth, capability); nth++)

static bool has_capability(struct pci_function *function, uint8_t type)
{
	struct virtio_pci_capability capability;

	return virtio_pci_capability(function, type, 0, &capability);
}

/* True for capabilities that say where in a BAR something lies. */
static bool locates(uint8_t cfg_type)
{
	return (cfg_type >= VIRTIO_PCI_CAP_COMMON_CFG && cfg_type <= VIRTIO_PCI_CAP_DEVICE_CFG) ||
	       cfg_type == VIRTIO_PCI_CAP_SHARED_MEMORY_CFG;
}

TEST(transport, every_structure_has_a_capability,
     .about = "common, notification, ISR and PCI access structures stand on the capability list",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_1, PCI_CAP_TXT_3, PCI_CFGACC_1, PCI_COMMON_2, PCI_ISR_1,
		       PCI_NOTIFY_1))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	bool listed = pci_read16(function, PCI_STATUS) & PCI_STATUS_CAPABILITIES;
	bool common = has_capability(function, VIRTIO_PCI_CAP_COMMON_CFG);
	bool notify = has_capability(function, VIRTIO_PCI_CAP_NOTIFY_CFG);
	bool isr = has_capability(function, VIRTIO_PCI_CAP_ISR_CFG);
	bool window = has_capability(function, VIRTIO_PCI_CAP_PCI_CFG);

	CHECK(t, PCI_CAP_TXT_1, listed, "the status register announces no capability list");
	CHECK(t, PCI_COMMON_2, common, "no capability of cfg_type 1 is on the list");
	CHECK(t, PCI_NOTIFY_1, notify, "no capability of cfg_type 2 is on the list");
	CHECK(t, PCI_ISR_1, isr, "no capability of cfg_type 3 is on the list");
	CHECK(t, PCI_CFGACC_1, window, "no capability of cfg_type 5 is on the list");
	CHECK(t, PCI_CAP_TXT_3, common || notify || isr || window,
	      "no capability with cap_vndr 0x09 names a virtio structure");
}

/* The list is walked anew: what the scan found may be long ago, and the findings are the scan's. */
static struct pci_function judged_anew(const struct pci_function *function)
{
	struct pci_function copy = *function;

	copy.finding_count = 0;
	pci_capability_judge(&copy);
	return copy;
}

TEST(transport, capability_list_can_be_followed,
     .about = "pointers of the capability list are in bounds, aligned, and come to an end",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_4))
{
	struct pci_function judged = judged_anew(virtio_pci(t->device)->function);
	bool sound = true;

	for (unsigned n = 0; n < judged.finding_count; n++) {
		const struct pci_finding *finding = &judged.findings[n];

		switch (finding->kind) {
		case PCI_FINDING_CAPABILITY_OFFSET:
		case PCI_FINDING_CAPABILITY_UNALIGNED:
		case PCI_FINDING_CAPABILITY_LOOP:
		case PCI_FINDING_CAPABILITY_ALL_ONES:
			sound = CHECK(t, PCI_CAP_TXT_4, false, "%s: %#lx at offset %#x",
				      pci_finding_about(finding->kind), finding->value,
				      finding->offset);
			break;
		default:
			break;
		}
	}
	if (sound)
		CHECK(t, PCI_CAP_TXT_4,
		      pci_read8(virtio_pci(t->device)->function, PCI_CAPABILITIES_POINTER),
		      "the list is empty");
}

/* Bytes that a capability has at least. */
static unsigned least_length(uint8_t cfg_type)
{
	switch (cfg_type) {
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		return sizeof(struct virtio_pci_notify_cap);
	case VIRTIO_PCI_CAP_PCI_CFG:
		return sizeof(struct virtio_pci_cfg_cap);
	case VIRTIO_PCI_CAP_SHARED_MEMORY_CFG:
		return sizeof(struct virtio_pci_cap64);
	case VIRTIO_PCI_CAP_VENDOR_CFG:
		return 8; /* vendor_id ends at 6, and the size is a multiple of 4 */
	default:
		return sizeof(struct virtio_pci_cap);
	}
}

TEST(transport, capability_length_covers_the_capability,
     .about = "cap_len spans what belongs to the type, and stays within configuration space",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_1, PCI_CFGACC_TXT_1, PCI_NOTIFY_TXT_1))
{
	struct virtio_pci_capability capability;

	for_each_capability (&capability, virtio_pci(t->device)->function, 0) {
		unsigned length = capability.cap.cap_len;
		unsigned least = least_length(capability.cap.cfg_type);

		CHECK(t, PCI_CAP_1, length >= least,
		      "the capability at %#x of cfg_type %u has cap_len %u, less than %u",
		      capability.at, capability.cap.cfg_type, length, least);
		CHECK(t, PCI_CAP_1, pci_capability_fits(capability.at, length),
		      "the capability at %#x with cap_len %u runs past configuration space",
		      capability.at, length);
		if (capability.cap.cfg_type == VIRTIO_PCI_CAP_NOTIFY_CFG)
			CHECK(t, PCI_NOTIFY_TXT_1, length >= least,
			      "cap_len %u leaves no room for notify_off_multiplier", length);
		if (capability.cap.cfg_type == VIRTIO_PCI_CAP_PCI_CFG)
			CHECK(t, PCI_CFGACC_TXT_1, length >= least,
			      "cap_len %u leaves no room for pci_cfg_data", length);
	}
}

TEST(transport, capabilities_do_not_overlap,
     .about = "no capability begins inside a virtio capability",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_1))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;

	for_each_capability (&capability, virtio_pci(t->device)->function, 0) {
		unsigned end = capability.at + capability.cap.cap_len;
		struct pci_capability other = {0};

		while (pci_capability_next(function, &other))
			CHECK(t, PCI_CAP_1, other.offset <= capability.at || other.offset >= end,
			      "the capability at %#x begins inside that from %#x to %#x",
			      other.offset, capability.at, end - 1);
	}
}

/* A field of a capability read byte by byte, in the order of little-endian. */
static uint32_t assemble(const struct pci_function *function, unsigned offset)
{
	uint32_t value = 0;

	for (unsigned n = 0; n < 4; n++)
		value |= (uint32_t)pci_read8(function, offset + n) << (n * 8);
	return value;
}

TEST(transport, capability_reads_the_same_at_any_width,
     .about = "the fields of a capability are little-endian and hold still",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_2))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;

	for_each_capability (&capability, virtio_pci(t->device)->function, 0) {
		/* Of others, vendor data among them, the head alone is laid down, and the rest may change (4.1.4.8). */
		unsigned length =
			locates(capability.cap.cfg_type) ? sizeof(struct virtio_pci_cap) : 4;

		for (unsigned word = 0; word < length; word += 4) {
			unsigned offset = capability.at + word;
			uint32_t bytes = assemble(function, offset);
			uint32_t halves = pci_read16(function, offset) |
					  (uint32_t)pci_read16(function, offset + 2) << 16;
			uint32_t whole = pci_read32(function, offset);

			CHECK(t, PCI_CAP_TXT_2, bytes == whole && halves == whole,
			      "configuration space at %#x reads %#x by bytes, %#x by halves, %#x "
			      "as a whole",
			      offset, bytes, halves, whole);
		}
	}
}

/*
 * Whether another capability of this type has a bar of today's values. Others are reserved for the future, and
 * drivers ignore them: a structure that nothing else names is out of reach.
 */
static bool is_named_elsewhere(struct pci_function *function, uint8_t type)
{
	struct virtio_pci_capability capability;

	for_each_capability (&capability, function, type) {
		if (capability.cap.bar < PCI_BARS)
			return true;
	}
	return false;
}

TEST(transport, capabilities_name_bars,
     .about = "bar names a BAR, and no upper half of one, for each structure",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_8))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;

	for_each_capability (&capability, function, 0) {
		uint8_t type = capability.cap.cfg_type, bar = capability.cap.bar;

		if (!locates(type) || (bar >= PCI_BARS && is_named_elsewhere(function, type)))
			continue;
		CHECK(t, PCI_CAP_TXT_8,
		      bar < PCI_BARS && !(bar > 0 && function->bars[bar - 1].wide),
		      "the capability at %#x names BAR %u, which %s", capability.at, bar,
		      bar < PCI_BARS ? "is the upper half of another" : "is a reserved value");
	}
}

TEST(transport, capabilities_are_read_only,
     .about = "capabilities that locate structures do not take what is written to them",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_2), .breaks = RULES(DRIVER_CAP_1))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;

	for_each_capability (&capability, virtio_pci(t->device)->function, 0) {
		if (!locates(capability.cap.cfg_type))
			continue;
		for (unsigned word = 0; word < sizeof(struct virtio_pci_cap); word += 4) {
			unsigned offset = capability.at + word;
			uint32_t before = pci_read32(function, offset), after;

			pci_write32(function, offset, ~before);
			after = pci_read32(function, offset);
			pci_write32(function, offset, before);
			CHECK(t, PCI_CAP_TXT_2, after == before,
			      "configuration space at %#x reads %#x after %#x was written, and read %#x",
			      offset, after, ~before, before);
		}
	}
}

TEST(transport, structures_lie_inside_their_bars,
     .about = "offset and length of each structure stay within an implemented BAR",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_CAP_TXT_11))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;

	for_each_capability (&capability, function, 0) {
		uint8_t type = capability.cap.cfg_type, bar = capability.cap.bar;

		if (!locates(type) || type == VIRTIO_PCI_CAP_SHARED_MEMORY_CFG || bar >= PCI_BARS)
			continue;
		CHECK(t, PCI_CAP_TXT_11, virtio_pci_region_valid(function, &capability),
		      "the structure of cfg_type %u has %#lx bytes at %#lx of BAR %u, which has %#lx",
		      type, capability.length, capability.offset, bar, function->bars[bar].size);
	}
}

/* How long the common structure has to be for what the device offers. */
static uint32_t common_length_needed(const struct virtio_device *device)
{
	if (features_have(&device->offered, VIRTIO_F_ADMIN_VQ))
		return sizeof(struct virtio_pci_common_cfg);
	if (features_have(&device->offered, VIRTIO_F_RING_RESET))
		return offsetof(struct virtio_pci_common_cfg, admin_queue_index);
	if (features_have(&device->offered, VIRTIO_F_NOTIF_CONFIG_DATA))
		return offsetof(struct virtio_pci_common_cfg, queue_reset);
	return VIRTIO_PCI_COMMON_CFG_LEAST;
}

TEST(transport, structures_are_aligned_and_large_enough,
     .about = "offset and length of the common, ISR and device structures suit their content",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_COMMON_1, PCI_COMMON_TXT_1, PCI_DEVCFG_1, PCI_ISR_TXT_1))
{
	struct pci_function *function = virtio_pci(t->device)->function;
	uint32_t needed = common_length_needed(t->device);
	struct virtio_pci_capability capability;

	for_each_capability (&capability, function, VIRTIO_PCI_CAP_COMMON_CFG) {
		/* Reserved for later versions, and nothing to a driver of this one (4.1.4). */
		if (capability.cap.bar >= PCI_BARS)
			continue;
		CHECK(t, PCI_COMMON_1, capability.offset % 4 == 0,
		      "the common structure's offset is %#lx", capability.offset);
		CHECK(t, PCI_COMMON_TXT_1, capability.length >= needed,
		      "the common structure has %lu bytes, %u are needed for what is offered",
		      capability.length, needed);
	}
	for_each_capability (&capability, function, VIRTIO_PCI_CAP_ISR_CFG)
		CHECK(t, PCI_ISR_TXT_1, capability.length >= 1, "the ISR structure has no byte");
	for_each_capability (&capability, function, VIRTIO_PCI_CAP_DEVICE_CFG)
		CHECK(t, PCI_DEVCFG_1, capability.offset % 4 == 0,
		      "the device-specific structure's offset is %#lx", capability.offset);
}

/* True when some field of the device-specific configuration exists for certain. */
static bool has_configuration(const struct virtio_device *device)
{
	return config_field_next(device->type, &device->offered, NULL);
}

TEST(transport, device_configuration_is_there,
     .about = "a type with a device-specific configuration has a capability for it",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_DEVCFG_TXT_1))
{
	if (!has_configuration(t->device))
		skip_test(t, "no field of a device-specific configuration is offered");
	CHECK(t, PCI_DEVCFG_TXT_1,
	      has_capability(virtio_pci(t->device)->function, VIRTIO_PCI_CAP_DEVICE_CFG),
	      "no capability of cfg_type 4 is on the list");
}

/*
 * True when a word changes by the same amount with each read, however long after the one before: it is
 * the reading that does it. Data may change by themselves, too, which nobody forbids.
 */
static bool reading_changes(const struct pci_function *function, unsigned offset)
{
	uint32_t last = pci_read32(function, offset), step = 0;

	for (unsigned n = 0; n < 8; n++) {
		uint32_t value, change;

		if (n % 2)
			clock_spin(PAUSE_NS);
		value = pci_read32(function, offset);
		change = value > last ? value - last : last - value;
		if (!change || (n && change != step))
			return false;
		step = change;
		last = value;
	}
	return true;
}

TEST(transport, vendor_data_is_well_formed,
     .about = "vendor data capabilities have a vendor of their own and can be read at no cost",
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_VNDR_3, PCI_VNDR_4, PCI_VNDR_5, PCI_VNDR_TXT_1))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	struct virtio_pci_capability capability;
	unsigned found = 0;

	for_each_capability (&capability, virtio_pci(t->device)->function,
			     VIRTIO_PCI_CAP_VENDOR_CFG) {
		uint16_t vendor = pci_read16(function, capability.at + 4);
		uint8_t status = t->device->transport->get_status(t->device);

		found++;
		CHECK(t, PCI_VNDR_TXT_1, vendor != 0 && vendor != 0xffff,
		      "vendor_id %#x is assigned to nobody", vendor);
		CHECK(t, PCI_VNDR_3, vendor != VIRTIO_PCI_VENDOR, "vendor_id is %#x", vendor);
		CHECK(t, PCI_VNDR_4, capability.cap.cap_len % 4 == 0, "cap_len is %u",
		      capability.cap.cap_len);
		for (unsigned n = 0; n + 4 <= capability.cap.cap_len; n += 4)
			CHECK(t, PCI_VNDR_5, !reading_changes(function, capability.at + n),
			      "what stands at offset %u changes by the same amount with each read",
			      n);
		CHECK(t, PCI_VNDR_5, t->device->transport->get_status(t->device) == status,
		      "reading it changed device_status from %#x", status);
	}
	if (!found)
		skip_test(t, "no vendor data capability");
}
