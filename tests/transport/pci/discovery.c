/* SPDX-License-Identifier: BSD-2-Clause */
/* How a device presents itself on the PCI bus (virtio 1.4, 4.1.1 and 4.1.2). */
#include "pci/capability.h"
#include "pci/config.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/registers.h"

/* True for an id of the transitional range (4.1.2.1). */
static bool has_transitional_id(const struct virtio_device *device)
{
	return virtio_pci(device)->function->device < VIRTIO_PCI_DEVICE_MODERN;
}

/* True when there is an I/O BAR 0: the only place of a legacy interface (4.1.5.1.1.1). */
static bool has_legacy_interface(const struct virtio_device *device)
{
	const struct pci_bar *bar = &virtio_pci(device)->function->bars[0];

	return bar->present && bar->io;
}

/* 4.1.2.1: the device type that a transitional id stands for, 0 for an id that is not listed. */
static uint32_t type_of_transitional_id(uint16_t id)
{
	static const struct {
		uint16_t id;
		uint32_t type;
	} listed[] = {
		{0x1000, VIRTIO_TYPE_NET},     {0x1001, VIRTIO_TYPE_BLK},
		{0x1002, VIRTIO_TYPE_BALLOON}, {0x1003, VIRTIO_TYPE_CONSOLE},
		{0x1004, VIRTIO_TYPE_SCSI},    {0x1005, VIRTIO_TYPE_ENTROPY},
		{0x1009, VIRTIO_TYPE_9P},
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(listed); n++) {
		if (listed[n].id == id)
			return listed[n].type;
	}
	return 0;
}

TEST(transport, ids_name_a_virtio_device,
     .about = "vendor and device id are those of a virtio device of its type",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_DISC_1, PCI_DISC_2, PCI_DISC_TXT_1))
{
	const struct virtio_device *device = t->device;
	uint16_t vendor = pci_read16(virtio_pci(device)->function, PCI_VENDOR_ID);
	uint16_t id = pci_read16(virtio_pci(device)->function, PCI_DEVICE_ID);
	bool complete = virtio_pci(device)->regions[STRUCTURE_COMMON].present &&
			virtio_pci(device)->regions[STRUCTURE_NOTIFY].present &&
			virtio_pci(device)->regions[STRUCTURE_ISR].present;

	CHECK(t, PCI_DISC_1, vendor == VIRTIO_PCI_VENDOR, "the vendor id reads %#x, not %#x",
	      vendor, VIRTIO_PCI_VENDOR);
	CHECK(t, PCI_DISC_TXT_1, complete || has_legacy_interface(device),
	      "ids %04x:%04x are a virtio device's, but there is neither a usable set of "
	      "virtio structures nor an I/O BAR 0",
	      vendor, id);
	if (id >= VIRTIO_PCI_DEVICE_MODERN)
		CHECK(t, PCI_DISC_2, id > VIRTIO_PCI_DEVICE_MODERN && id <= VIRTIO_PCI_DEVICE_LAST,
		      "device id %#x stands for device type %u, which is none", id,
		      id - VIRTIO_PCI_DEVICE_MODERN);
	else
		CHECK(t, PCI_DISC_2, type_of_transitional_id(id) == device->type,
		      "device id %#x is the transitional id of type %u, the subsystem id says %u",
		      id, type_of_transitional_id(id), device->type);
}

TEST(transport, a_non_transitional_device_keeps_legacy_drivers_away,
     .about = "device id, revision and subsystem id of a non-transitional device are out of a "
	      "legacy driver's reach",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_DISC_4, PCI_DISC_5, PCI_DISC_6, PCI_NTLEG_1))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	uint16_t id = pci_read16(function, PCI_DEVICE_ID);
	uint8_t revision = pci_read8(function, PCI_REVISION_ID);
	uint16_t subsystem = pci_read16(function, PCI_SUBSYSTEM_ID);

	if (has_transitional_id(t->device) && has_legacy_interface(t->device))
		skip_test(t, "a transitional device");
	CHECK(t, PCI_DISC_4, id >= VIRTIO_PCI_DEVICE_MODERN && id <= VIRTIO_PCI_DEVICE_LAST,
	      "a device without legacy interface has device id %#x", id);
	CHECK(t, PCI_DISC_5, revision >= 1, "the revision id is %u", revision);
	CHECK(t, PCI_DISC_6, subsystem >= VIRTIO_PCI_SUBSYSTEM_MODERN,
	      "the subsystem device id is %#x", subsystem);
	CHECK(t, PCI_NTLEG_1, !type_of_transitional_id(id) || revision,
	      "device id %#x and revision 0 are those of a legacy device, and BAR 0 is not in I/O "
	      "space",
	      id);
}

TEST(transport, transitional_device_is_known_to_legacy_drivers,
     .about = "device id, revision and subsystem id are what legacy drivers look for",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI | DEVICE_LEGACY,
     .judges = CLAUSES(PCI_DISC_LEG_1, PCI_DISC_LEG_2, PCI_DISC_LEG_3))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	uint16_t id = pci_read16(function, PCI_DEVICE_ID);
	uint8_t revision = pci_read8(function, PCI_REVISION_ID);
	uint16_t subsystem = pci_read16(function, PCI_SUBSYSTEM_ID);

	CHECK(t, PCI_DISC_LEG_1, revision == 0, "the revision id is %u", revision);
	/* Where it is another type's than the device id, that one may be the wrong one (PCI-DISC-2). */
	CHECK(t, PCI_DISC_LEG_2, subsystem && subsystem < VIRTIO_PCI_SUBSYSTEM_MODERN,
	      "the subsystem id is %#x, of no device type", subsystem);
	CHECK(t, PCI_DISC_LEG_3, id >= VIRTIO_PCI_DEVICE_FIRST && id < VIRTIO_PCI_DEVICE_MODERN,
	      "the device id is %#x", id);
}

/* A BAR or MSI-X finding breaks PCI's own rules; those about the list are the capability tests'. */
static bool is_about_the_list(enum pci_finding_kind kind)
{
	return kind <= PCI_FINDING_CAPABILITY_TOO_LONG;
}

TEST(transport, function_obeys_pci,
     .about = "header, BARs, MSI-X structures and interrupt pin are what PCI wants them to be",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_BUS_1))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	uint16_t command = pci_read16(function, PCI_COMMAND);
	bool memory = false;

	CHECK(t, PCI_BUS_1, function->header_type == PCI_HEADER_DEVICE,
	      "the header is of layout %u, not of a device", function->header_type);
	CHECK(t, PCI_BUS_1, function->interrupt_pin <= 4, "the interrupt pin is %u",
	      function->interrupt_pin);
	for (unsigned n = 0; n < PCI_BARS; n++)
		memory = memory || (function->bars[n].present && !function->bars[n].io &&
				    function->bars[n].address);
	CHECK(t, PCI_BUS_1, !memory || (command & PCI_COMMAND_MEMORY),
	      "Memory Space Enable was set and reads %#x in the command register", command);
	CHECK(t, PCI_BUS_1, command & PCI_COMMAND_BUS_MASTER,
	      "Bus Master Enable was set and reads %#x in the command register", command);
	for (unsigned n = 0; n < function->finding_count; n++) {
		const struct pci_finding *finding = &function->findings[n];

		CHECK(t, PCI_BUS_1, is_about_the_list(finding->kind), "%s: %#lx at offset %#x",
		      pci_finding_about(finding->kind), finding->value, finding->offset);
	}
}

/* PCI Express Base 4.0, 7.5.3 and 7.6.3 */
#define EXPRESS_CAPABILITIES    2 /* offset of the register */
#define EXPRESS_TYPE_ENDPOINT   0
#define EXPRESS_TYPE_LEGACY     1
#define EXPRESS_TYPE_INTEGRATED 9

static bool is_express(const struct pci_function *function, unsigned *capability)
{
	return pci_find_capability(function, PCI_CAPABILITY_EXPRESS, 0, capability);
}

TEST(transport, express_function_obeys_pcie,
     .about = "a function with a PCI Express capability is an endpoint with a sound extended list",
     .needs = NEEDS_CONFIGURATION_SPACE_ONLY, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_BUS_2))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	unsigned capability, type;

	if (!is_express(function, &capability))
		skip_test(t, "a conventional PCI device");
	type = pci_read16(function, capability + EXPRESS_CAPABILITIES) >> 4 & 0xf;
	CHECK(t, PCI_BUS_2,
	      type == EXPRESS_TYPE_ENDPOINT || type == EXPRESS_TYPE_LEGACY ||
		      type == EXPRESS_TYPE_INTEGRATED,
	      "the Device/Port Type is %#x, of no endpoint", type);
	CHECK(t, PCI_BUS_2, pci_find_extended(function, 0xffff, &capability) != PCI_EXTENDED_BROKEN,
	      "the list of extended capabilities leads astray");
}

TEST(transport, sr_iov_feature_goes_with_the_capability,
     .about = "VIRTIO_F_SR_IOV is offered exactly where there is an SR-IOV capability",
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(RESV_11, RESV_12))
{
	const struct pci_function *function = virtio_pci(t->device)->function;
	struct features all;
	bool offered;
	enum pci_extended_walk walk = PCI_EXTENDED_ABSENT;
	unsigned express;

	meet_device(t->device);
	all = virtio_read_offer(t->device);
	offered = features_have(&all, VIRTIO_F_SR_IOV);
	if (is_express(function, &express))
		walk = pci_find_extended(function, PCI_EXTENDED_SR_IOV, &express);
	/* Without extended configuration space there is no place for the capability. */
	if (walk == PCI_EXTENDED_UNREACHABLE && offered)
		skip_test(t, "extended configuration space cannot be reached");
	if (walk == PCI_EXTENDED_FOUND)
		CHECK(t, RESV_11, offered,
		      "there is an SR-IOV capability, and VIRTIO_F_SR_IOV is not offered");
	else
		CHECK(t, RESV_12, !offered,
		      "there is no SR-IOV capability, and VIRTIO_F_SR_IOV is offered");
}
