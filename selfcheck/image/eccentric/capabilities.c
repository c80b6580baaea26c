/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration spaces with more in them, or something else, than usual (4.1.2, 4.1.4). */
#include "arch/clock.h"
#include "lib/string.h"
#include "pci/capability.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/registers.h"

static bool covers(unsigned offset, unsigned width, unsigned at)
{
	return at >= offset && at < offset + width;
}

static uint32_t with_byte(unsigned offset, uint32_t value, unsigned at, uint8_t byte)
{
	unsigned shift = (at - offset) * 8;

	return (value & ~(0xffu << shift)) | (uint32_t)byte << shift;
}

struct byte_value {
	uint16_t at;
	uint8_t value;
};

/* ---- one more capability, in front of all others ---- */

#define MORE_AT    0xe0
#define MORE_BYTES 20

static uint8_t more[MORE_BYTES];
static uint8_t first; /* the capability that was in front */

static void start_more(struct virtio_device *device)
{
	uint8_t in_front = pci_read8(virtio_pci(device)->function, PCI_CAPABILITIES_POINTER);

	/* A device that it stands before already shows this one. */
	if (in_front != MORE_AT)
		first = in_front;
	memset(more, 0, sizeof(more));
	more[0] = PCI_CAPABILITY_VENDOR;
	more[1] = first;
	more[2] = MORE_BYTES;
}

static uint32_t read_more(struct onlooker *self, const struct pci_function *function,
			  unsigned offset, unsigned width, uint32_t value)
{
	for (unsigned n = 0; n < width; n++) {
		if (offset + n == PCI_CAPABILITIES_POINTER)
			value = with_byte(offset, value, offset + n, MORE_AT);
		if (offset + n < MORE_AT || offset + n >= MORE_AT + MORE_BYTES)
			continue;
		acts();
		value = with_byte(offset, value, offset + n, more[offset + n - MORE_AT]);
	}
	return value;
}

static void start_later_type(struct virtio_device *device)
{
	start_more(device);
	more[3] = 0x4e;
	more[4] = 0x2a;
	memset(more + 8, 0x11, 8);
}

ECCENTRIC(ok_later_capability, .about = "a capability of a later version stands before all others",
	  ALLOWED("4.1.4.1",
		  "The driver MUST ignore any vendor-specific capability structure which has "
		  "a reserved cfg_type value."),
	  .tests = "transport.*,interrupt.*", .start = start_later_type,
	  .onlooker.config_read = read_more);

static void start_reserved_bar(struct virtio_device *device)
{
	start_more(device);
	more[3] = VIRTIO_PCI_CAP_COMMON_CFG;
	more[4] = 0x2a;
}

ECCENTRIC(ok_reserved_bar,
	  .about = "a common configuration structure lies in a BAR of a later version",
	  ALLOWED("4.1.4.1",
		  "The driver MUST ignore any vendor-specific capability structure which has "
		  "a reserved bar value."),
	  .tests = "transport.*,interrupt.*", .start = start_reserved_bar,
	  .onlooker.config_read = read_more);

static void start_vendor_data(struct virtio_device *device)
{
	start_more(device);
	more[3] = VIRTIO_PCI_CAP_VENDOR_CFG;
	more[4] = 0x34;
	more[5] = 0x12;
}

/* Between two looks its data have changed, but not by them. */
static uint32_t read_vendor_data(struct onlooker *self, const struct pci_function *function,
				 unsigned offset, unsigned width, uint32_t value)
{
	more[12] = (uint8_t)(clock_now() >> 16);
	return read_more(self, function, offset, width, value);
}

ECCENTRIC(ok_vendor_data, .about = "there is vendor data",
	  ALLOWED("4.1.4.8.1", "Devices CAN present vendor_id that does not match either the PCI "
			       "Vendor ID or the PCI Subsystem Vendor ID."),
	  .tests = "transport.*,interrupt.*", .start = start_vendor_data,
	  .onlooker.config_read = read_more);
ECCENTRIC(ok_vendor_data_changes, .about = "there is vendor data, which changes by itself",
	  ALLOWED("4.1.4.8", "For Vendor Definition ... Reads must not have side effects"),
	  .tests = "transport.*,interrupt.*", .start = start_vendor_data,
	  .onlooker.config_read = read_vendor_data);

static void start_second(struct virtio_device *device)
{
	struct pci_function *function = virtio_pci(device)->function;
	struct virtio_pci_capability common;

	start_more(device);
	if (!virtio_pci_capability(function, VIRTIO_PCI_CAP_COMMON_CFG, 0, &common))
		return;
	for (unsigned n = 2; n < sizeof(struct virtio_pci_cap); n++)
		more[n] = pci_read8(function, common.at + n);
}

ECCENTRIC(ok_two_common_structures, .about = "the common configuration is announced twice",
	  ALLOWED("4.1.4", "The device MAY offer more than one structure of any type"),
	  .tests = "transport.*,interrupt.*", .start = start_second,
	  .onlooker.config_read = read_more);

/* ---- fields of the capabilities that are there ---- */

static unsigned type_at[16]; /* by cfg_type, 0: there is none */

static void find_types(struct virtio_device *device)
{
	struct virtio_pci_capability capability;

	memset(type_at, 0, sizeof(type_at));
	for (unsigned n = 0; virtio_pci_capability(virtio_pci(device)->function, 0, n, &capability);
	     n++) {
		if (capability.cap.cfg_type < ARRAY_LENGTH(type_at))
			type_at[capability.cap.cfg_type] = capability.at;
	}
}

static uint32_t read_of_types(struct onlooker *self, const struct pci_function *function,
			      unsigned offset, unsigned width, uint32_t value)
{
	for (const struct byte_value *byte = self->context; byte->at; byte++) {
		unsigned at = type_at[byte->at >> 8];

		if (!at || !covers(offset, width, at + (byte->at & 0xff)))
			continue;
		acts();
		value = with_byte(offset, value, at + (byte->at & 0xff), byte->value);
	}
	return value;
}

/* In byte_value.at: byte `n` of the capability of a type. */
#define OF(type, n) (VIRTIO_PCI_CAP_##type << 8 | (n))
/* Nothing that a driver may accept needs the fields from queue_notif_config_data on. */
static bool lacks_late_fields(const struct virtio_device *device)
{
	return !features_have(&device->offered, VIRTIO_F_NOTIF_CONFIG_DATA) &&
	       !features_have(&device->offered, VIRTIO_F_RING_RESET);
}

#define BYTES(...)                                                                                 \
	.onlooker.context = (struct byte_value[])                                                  \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			0, 0                                                                       \
		}                                                                                  \
	}

#define CAPABILITY_BYTES(...)                                                                      \
	.start = find_types, .onlooker.config_read = read_of_types, BYTES(__VA_ARGS__)

ECCENTRIC(ok_ids_in_capabilities, .about = "the id of structures that have none is 0x5a",
	  ALLOWED("4.1.4", "If the device type does not specify the meaning of this field, its "
			   "contents are undefined."),
	  .tests = "transport.*,interrupt.*",
	  CAPABILITY_BYTES({OF(COMMON_CFG, 5), 0x5a}, {OF(NOTIFY_CFG, 5), 0x5a},
			   {OF(ISR_CFG, 5), 0x5a}, {OF(DEVICE_CFG, 5), 0x5a}));
ECCENTRIC(ok_short_common_structure,
	  .about = "the common configuration ends before queue_notif_config_data",
	  ALLOWED("4.1.4.3", "This field exists only if VIRTIO_F_NOTIF_CONFIG_DATA has been "
			     "negotiated."),
	  .fits = lacks_late_fields,
	  CAPABILITY_BYTES({OF(COMMON_CFG, 12), 0x38}, {OF(COMMON_CFG, 13), 0}));
ECCENTRIC(ok_isr_of_one_byte, .about = "the ISR structure is one byte long",
	  ALLOWED("4.1.4.5",
		  "The VIRTIO_PCI_CAP_ISR_CFG capability refers to at least a single byte"),
	  .tests = "transport.*,interrupt.*",
	  CAPABILITY_BYTES({OF(ISR_CFG, 12), 1}, {OF(ISR_CFG, 13), 0}));
ECCENTRIC(ok_configuration_goes_on,
	  .about = "the configuration goes on behind the known fields, to an odd length",
	  ALLOWED("2.5.1", "Drivers MUST NOT limit structure size and device configuration space "
			   "size."),
	  .devices = "blk,console,scsi,balloon", .tests = "transport.*,*.*config*",
	  CAPABILITY_BYTES({OF(DEVICE_CFG, 12), 0x7b}, {OF(DEVICE_CFG, 13), 0x02}));

/* ---- the header ---- */

/* Bytes of configuration space read as others. */
static uint32_t read_bytes(struct onlooker *self, const struct pci_function *function,
			   unsigned offset, unsigned width, uint32_t value)
{
	for (const struct byte_value *byte = self->context; byte->at; byte++) {
		if (!covers(offset, width, byte->at))
			continue;
		acts();
		value = with_byte(offset, value, byte->at, byte->value);
	}
	return value;
}

#define HEADER_BYTES(...)                                                                          \
	.devices = "rng,blk", .tests = "transport.*", .onlooker.config_read = read_bytes,          \
	BYTES(__VA_ARGS__)

ECCENTRIC(ok_revision_9, .about = "the PCI revision is 9",
	  ALLOWED("4.1.2.2", "Drivers MUST match any PCI Revision ID value."),
	  HEADER_BYTES({0x08, 9}));
ECCENTRIC(ok_other_subsystem, .about = "subsystem vendor and device are those of the environment",
	  ALLOWED("4.1.2.1", "The PCI Subsystem Vendor ID and the PCI Subsystem Device ID MAY "
			     "reflect the PCI Vendor and Device ID of the environment (for "
			     "informational purposes by the driver)."),
	  HEADER_BYTES({0x2c, 0x28}, {0x2d, 0x10}, {0x2e, 0xaf}, {0x2f, 0x1f}));
