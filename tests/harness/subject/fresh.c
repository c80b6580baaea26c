/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/fresh.h"

#include "virtio/transport/setup.h"

bool make_fresh(struct virtio_device *device)
{
	device->access = ACCESS_DIRECT;
	device->negotiated = NO_FEATURES;
	if (!virtio_reset(device))
		return false;
	if (device->vectors)
		device->transport->messages->clear(device);
	if (device->transport->line)
		device->transport->line->silence(device);
	device->queue_count = 0;
	return true;
}
