/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions whose legacy interface is odd (virtio 1.4, 4.1.4.10). */
#include "pci/config.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/legacy_registers.h"

/* ---- the function ---- */

#define SUBSYSTEM_VENDOR_ID 0x2cu /* in configuration space (PCI 3.0, 6.2.4) */

static uint32_t show_any_vendor(struct onlooker *self, const struct pci_function *function,
				unsigned offset, unsigned width, uint32_t value)
{
	if (offset == PCI_SUBSYSTEM_ID)
		acts(); /* its neighbour */
	for (unsigned n = 0; n < width; n++) {
		unsigned at = offset + n - SUBSYSTEM_VENDOR_ID;

		if (at < 2)
			value = (value & ~(0xffu << 8 * n)) | (0x5a + at) << 8 * n;
	}
	return value;
}

ECCENTRIC(ok_legacy_of_any_vendor, .about = "the subsystem vendor id is its environment's",
	  ALLOWED("4.1.2",
		  "The PCI Subsystem Vendor ID and the PCI Subsystem Device ID MAY reflect "
		  "the PCI Vendor and Device ID of the environment"),
	  .traits = DEVICE_LEGACY, .tests = "transport.*", .onlooker.config_read = show_any_vendor);

/* ---- the header ---- */

#define RESET_NS 3000000

static void start_reset(struct virtio_device *device)
{
	late_reset_start(RESET_NS, false);
}

static bool note_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS))
		late_reset_note((uint8_t)*value);
	return true;
}

static uint64_t finish_reset_late(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	return is_legacy_header(access, LEGACY_DEVICE_STATUS) ? late_reset_show(value) : value;
}

ECCENTRIC(ok_legacy_reset_takes_3ms,
	  .about = "the status reads 0 some milliseconds after the reset",
	  ALLOWED("2.4.1", "The driver SHOULD consider a driver-initiated reset complete when it "
			   "reads device status as 0"),
	  .traits = DEVICE_LEGACY, .tests = "transport.*", .start = start_reset,
	  .onlooker.write = note_reset, .onlooker.read = finish_reset_late);

static bool is_absent; /* the selected queue */

static uint64_t show_absent_queues(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	if (is_legacy_header(access, LEGACY_QUEUE_SIZE)) {
		is_absent = !value;
		if (is_absent)
			acts();
	}
	return is_legacy_header(access, LEGACY_QUEUE_ADDRESS) && is_absent ? UINT32_MAX : value;
}

static bool follow_selection(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	is_absent = is_absent && !is_legacy_header(access, LEGACY_QUEUE_SELECT);
	return true;
}

ECCENTRIC(ok_legacy_absent_queues_have_pages,
	  .about = "queue_address of a queue that does not exist reads as ones",
	  ALLOWED("4.1.5.1.3", "If this field is 0, the virtqueue does not exist."),
	  .traits = DEVICE_LEGACY, .tests = "transport.*", .onlooker.write = follow_selection,
	  .onlooker.read = show_absent_queues);

static bool isr_is_set;

static void start_isr(struct virtio_device *device)
{
	isr_is_set = false;
}

/* With a handler a line would have to be raised, too. */
static bool set_isr(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_NOTIFY)
		isr_is_set = access->device->mode == INTERRUPT_NONE;
	if (is_legacy_header(access, LEGACY_DEVICE_STATUS) && !*value)
		isr_is_set = false;
	return true;
}

static uint64_t show_isr(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (access->structure != STRUCTURE_ISR || !isr_is_set)
		return value;
	acts();
	isr_is_set = false;
	return value | VIRTIO_INTERRUPT_USED;
}

ECCENTRIC(ok_legacy_isr_without_need, .about = "the queue bit of the ISR is set by each kick, too",
	  ALLOWED("2.7.7.1", "The driver MUST handle spurious notifications from the device."),
	  .traits = DEVICE_LEGACY, .tests = "transport.*,interrupt.*", .variants = "*",
	  .start = start_isr, .onlooker.write = set_isr, .onlooker.read = show_isr);

static uint64_t offer_less(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (!is_legacy_header(access, LEGACY_DEVICE_FEATURES))
		return value;
	acts();
	return value & ~(BIT64(VIRTIO_F_NOTIFY_ON_EMPTY) | BIT64(VIRTIO_F_BAD_FEATURE));
}

ECCENTRIC(ok_legacy_offers_less, .about = "neither VIRTIO_F_NOTIFY_ON_EMPTY nor bit 30 is offered",
	  ALLOWED("6.3", "Transitional devices MAY offer the following"), .traits = DEVICE_LEGACY,
	  .tests = "transport.*,ring.*,interrupt.*", .onlooker.read = offer_less);

static uint32_t held; /* features that the device has not taken yet */
static bool holds;

static void hold_nothing(struct virtio_device *device)
{
	holds = false;
}

/* They go on to the device with the first use of it, or with DRIVER_OK. */
static bool take_features_late(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	static const struct register_access features = {
		.structure = STRUCTURE_CONTROL, .offset = LEGACY_DRIVER_FEATURES, .width = 4};
	struct register_access late = features;
	bool is_status = is_legacy_header(access, LEGACY_DEVICE_STATUS);

	if (is_legacy_header(access, LEGACY_DRIVER_FEATURES)) {
		held = (uint32_t)*value;
		holds = true;
		return false;
	}
	if (is_status && !*value)
		holds = false;
	if (!holds || !((is_status && (*value & VIRTIO_STATUS_DRIVER_OK)) ||
			access->structure == STRUCTURE_NOTIFY))
		return true;
	acts();
	holds = false;
	late.device = access->device;
	onlooker_write(self, &late, held);
	return true;
}

static uint64_t show_held_features(struct onlooker *self, const struct register_access *access,
				   uint64_t value)
{
	return is_legacy_header(access, LEGACY_DRIVER_FEATURES) && holds ? held : value;
}

ECCENTRIC(ok_legacy_takes_features_late,
	  .about = "features are taken with the first use of the device, or with DRIVER_OK",
	  ALLOWED("3.1.2", "devices finalized features on first-use"), .traits = DEVICE_LEGACY,
	  .devices = "rng,blk", .tests = "transport.*,ring.*", .start = hold_nothing,
	  .onlooker.write = take_features_late, .onlooker.read = show_held_features);

/* ---- queues ---- */

#define FEW 4

static bool has_few(const struct virtio_device *device)
{
	return offered_size(device) == FEW;
}

ECCENTRIC(ok_legacy_four_entries, .about = "its largest queue has four entries",
	  ALLOWED("4.1.5.1.3.1", "There was no mechanism to negotiate the queue size."),
	  .traits = DEVICE_LEGACY, .devices = "blk", .tests = "transport.*,ring.*,blk.*",
	  .natural = true, .fits = has_few);

/* ---- the configuration ---- */

static uint32_t end_of_fields(const struct virtio_device *device)
{
	uint32_t end = 0;

	for_each_config_field(field, device) end =
		MAXIMUM(end, (uint32_t)field->offset + field->width);
	return end;
}

/* Where the configuration begins in the BAR (4.1.4.10). */
static uint32_t begin_of_fields(const struct virtio_device *device)
{
	return msix_enabled(&virtio_pci(device)->msix) ? LEGACY_END_WITH_VECTORS
						       : LEGACY_CONFIG_VECTOR;
}

static uint64_t end_in_ones(struct onlooker *self, const struct register_access *access,
			    uint64_t value)
{
	uint32_t end = end_of_fields(access->device);

	if (access->structure == STRUCTURE_CONTROL)
		end += begin_of_fields(access->device);
	else if (access->structure != STRUCTURE_DEVICE)
		return value;
	acts();
	for (unsigned n = 0; n < access->width; n++) {
		if (access->offset + n >= end)
			value |= 0xffull << 8 * n;
	}
	return value;
}

ECCENTRIC(ok_legacy_ends_in_ones, .about = "behind its fields the configuration reads as ones",
	  ALLOWED("2.5", "Drivers MUST NOT limit structure size and device configuration space "
			 "size."),
	  .traits = DEVICE_LEGACY, .devices = "blk,net,console,scsi,balloon",
	  .tests = "transport.*,*.*config*,balloon.targets*", .onlooker.read = end_in_ones);
