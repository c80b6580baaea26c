/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that a reset does not bring back: it is failed and left, and the others go on. */
#include "selfcheck/image/wrong/wrong.h"
#include "virtio/onlooker.h"
#include "virtio/transport/pci/registers.h"

static uint64_t never_zero(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (is_common(access, device_status))
		return value | VIRTIO_STATUS_NEEDS_RESET;
	return value;
}

WRONG(selftest, wedges_the_device,
      .about = "a device whose reset never completes is given up, for good")
{
	static struct onlooker onlooker = {.place = ONLOOKER_INTERFERES, .read = never_zero};

	onlooker.device = t->device;
	onlooker_push(&onlooker);
}
