/* SPDX-License-Identifier: BSD-2-Clause */
/* MMIO devices whose registers say something else than usual (virtio 1.4, 4.2.2). */
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/transport/mmio/device.h"

static bool is_control(const struct register_access *access, enum mmio_register at)
{
	return access->structure == STRUCTURE_CONTROL && access->offset == at;
}

#define FEW 4

static uint64_t have_few(struct onlooker *self, const struct register_access *access,
			 uint64_t value)
{
	if (!is_control(access, MMIO_QUEUE_SIZE_MAX) || value <= FEW)
		return value;
	acts();
	return FEW;
}

ECCENTRIC(ok_mmio_four_entries, .about = "no queue has more than four entries",
	  ALLOWED("4.2.2",
		  "Reading from the register returns the maximum size (number of elements) "
		  "of the queue the device is ready to process"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,ring.*", .onlooker.read = have_few);

/* QueueSel and the like are for writing alone: what they read is nobody's to see. */
static uint64_t answer_anything(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	static const enum mmio_register written[] = {
		MMIO_DEVICE_FEATURES_SEL, MMIO_DRIVER_FEATURES,
		MMIO_DRIVER_FEATURES_SEL, MMIO_QUEUE_SEL,
		MMIO_QUEUE_SIZE,          MMIO_INTERRUPT_ACK,
		MMIO_QUEUE_DESC_LOW,      MMIO_QUEUE_DRIVER_LOW,
		MMIO_QUEUE_DEVICE_LOW,    MMIO_SHM_SEL,
	};

	for (unsigned n = 0; n < ARRAY_LENGTH(written); n++) {
		if (is_control(access, written[n]))
			return ~value;
	}
	acts();
	return value;
}

ECCENTRIC(ok_mmio_answers_anything, .about = "registers that are only written read as anything",
	  ALLOWED("4.2.2.2", "MUST NOT read from the write-only registers (direction W)"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,interrupt.*",
	  .onlooker.read = answer_anything);

static uint64_t stand_at_large(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	if (is_control(access, MMIO_CONFIG_GENERATION)) {
		acts();
		return 0x80000000;
	}
	return value;
}

ECCENTRIC(ok_mmio_generation_is_large, .about = "ConfigGeneration stands at 2^31",
	  ALLOWED("4.2.2", "Reading from this register returns a value describing a version of the "
			   "device-specific configuration space"),
	  .traits = DEVICE_OVER_MMIO, .tests = "transport.*,blk.*", .devices = "blk",
	  .onlooker.read = stand_at_large);
