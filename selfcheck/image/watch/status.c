/* SPDX-License-Identifier: BSD-2-Clause */
/* The order in which a driver brings a device up (virtio 1.4, 2.1, 3.1.1), and its suspension (3.4). */
#include "selfcheck/image/watch/watched.h"

#include "lib/string.h"

/* 0 was written: from here on everything begins anew. What is offered does not change by that. */
static void reset_begun(struct watched_device *watched)
{
	struct virtio_device *device = watched->device;
	struct features offered = watched->offered;

	for (unsigned n = 0; n < VIRTIO_QUEUES_MOST; n++)
		queue_forgotten(&watched->queues[n]);
	memset(watched, 0, sizeof(*watched));
	watched->device = device;
	watched->offered = offered;
	watched->known = watched->resetting = true;
}

static void bits_added(struct watched_device *watched, uint8_t status, uint8_t added)
{
	uint8_t before = watched->status;

	if (added & VIRTIO_STATUS_DRIVER)
		KEEPS(watched, DRIVER_INIT_1, before & VIRTIO_STATUS_ACKNOWLEDGE,
		      "device_status: %#x after %#x", status, before);
	if (added & VIRTIO_STATUS_FEATURES_OK) {
		KEEPS(watched, DRIVER_INIT_3, before & VIRTIO_STATUS_DRIVER,
		      "device_status: %#x after %#x", status, before);
		features_settled(watched);
	}
	if (added & VIRTIO_STATUS_SUSPEND)
		KEEPS(watched, DRIVER_SUSPEND_1,
		      (before & VIRTIO_STATUS_DRIVER_OK) && accepts(watched, VIRTIO_F_SUSPEND),
		      "device_status: %#x after %#x", status, before);
	if (!(added & VIRTIO_STATUS_DRIVER_OK) || watched->suspended)
		return;
	KEEPS(watched, DRIVER_INIT_7, before & VIRTIO_STATUS_FEATURES_OK,
	      "device_status: %#x after %#x", status, before);
	KEEPS(watched, DRIVER_INIT_5, watched->reread || !(before & VIRTIO_STATUS_FEATURES_OK),
	      "DRIVER_OK is set and device_status not read since FEATURES_OK was set");
	vector_left(watched);
}

void status_written(struct watched_device *watched, uint8_t status)
{
	uint8_t before = watched->status, added = status & (uint8_t)~before;
	uint8_t cleared = before & (uint8_t)~status;

	if (!status) {
		reset_begun(watched);
		return;
	}
	KEEPS(watched, DRIVER_RESET_1, !watched->resetting,
	      "device_status: %#x, and it has not read 0 since 0 was written", status);
	if (watched->suspended && (added & VIRTIO_STATUS_DRIVER_OK)) {
		watched->resuming = true;
		cleared &= (uint8_t)~VIRTIO_STATUS_SUSPEND;
	}
	KEEPS(watched, DRIVER_STATUS_1, !cleared, "device_status: %#x after %#x", status, before);
	KEEPS(watched, DRIVER_STATUS_2, !(before & VIRTIO_STATUS_FAILED) || !added,
	      "device_status: %#x after %#x", status, before);
	bits_added(watched, status, added);
	if (added & VIRTIO_STATUS_FEATURES_OK)
		watched->reread = false;
	if (added & VIRTIO_STATUS_SUSPEND)
		watched->suspended = true;
	watched->status = status & (uint8_t)~VIRTIO_STATUS_NEEDS_RESET;
}

void status_read(struct watched_device *watched, uint8_t status)
{
	watched->reread = true;
	if (watched->resetting) {
		watched->resetting = status != 0;
		return;
	}
	if (watched->resuming && (status & VIRTIO_STATUS_DRIVER_OK) &&
	    !(status & VIRTIO_STATUS_SUSPEND))
		watched->suspended = watched->resuming = false;
	/* What the device has cleared the driver need not set. */
	watched->status = status & (uint8_t)~VIRTIO_STATUS_NEEDS_RESET;
}
