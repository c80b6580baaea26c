/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that a reset does not bring back: it is failed and left, and the others go on. */
#include "tests/harness/drive/drive.h"
#include "virtio/transport/pci/registers.h"

static uint64_t never_zero(void *context, struct virtio_device *device,
			   enum virtio_structure structure, uint32_t offset, unsigned width,
			   uint64_t value)
{
	if (structure == STRUCTURE_COMMON && offset == COMMON_OFFSET(device_status))
		return value | VIRTIO_STATUS_NEEDS_RESET;
	return value;
}

TEST(selftest, wedges_the_device,
     .about = "a device whose reset never completes is given up, for good",
     .needs = NEEDS_SELF_TEST)
{
	static struct virtio_hooks hooks = {.read = never_zero};

	t->device->hooks = &hooks;
}
