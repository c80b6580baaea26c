/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that conform, and that the drivers of others do not come up on: those break a rule. */
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/pci/registers.h"

static uint8_t status;
static bool resetting; /* 0 was written, and not read yet */

static void begin_anew(struct virtio_device *device)
{
	status = 0;
	resetting = false;
}

/* DRIVER without ACKNOWLEDGE is nothing that a driver says: the whole write is lost. */
static bool hear_in_order(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if (!is_common(access, device_status))
		return true;
	if ((*value & VIRTIO_STATUS_DRIVER) && !(status & VIRTIO_STATUS_ACKNOWLEDGE)) {
		acts();
		return false;
	}
	status = (uint8_t)*value;
	return true;
}

ECCENTRIC(ok_hears_in_order, .about = "DRIVER is not heard before ACKNOWLEDGE",
	  ALLOWED("3.1.1",
		  "The driver MUST follow this sequence to initialize a device: ... Set the "
		  "ACKNOWLEDGE status bit: the guest OS has noticed the device. ... Set the "
		  "DRIVER status bit: the guest OS knows how to drive the device."),
	  .devices = "blk", .tests = "persona.*", .start = begin_anew,
	  .onlooker.write = hear_in_order);

/* Nothing is heard between a reset and the read of 0 that tells the driver of its end. */
static bool hear_after_reset(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	if (is_common(access, device_status) && !*value) {
		resetting = true;
		return true;
	}
	if (resetting && access->structure == STRUCTURE_COMMON) {
		acts();
		return false;
	}
	return true;
}

static uint64_t end_reset(struct onlooker *self, const struct register_access *access,
			  uint64_t value)
{
	if (is_common(access, device_status))
		resetting = false;
	return value;
}

ECCENTRIC(ok_reset_until_read, .about = "nothing is heard until a reset has been seen to be over",
	  ALLOWED("4.1.4.3.2", "After writing 0 to device_status, the driver MUST wait for a "
			       "read of device_status to return 0 before reinitializing the "
			       "device."),
	  .devices = "blk", .tests = "persona.*", .start = begin_anew,
	  .onlooker.write = hear_after_reset, .onlooker.read = end_reset);
