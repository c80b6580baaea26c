/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver may do at which status (virtio 1.4, 3.1.1 and 3.4). */
#include "selfcheck/image/watch/watched.h"

void set_up_written(struct watched_device *watched, bool queue, const char *what)
{
	KEEPS(watched, DRIVER_RESET_1, !watched->resetting,
	      "%s is written, and device_status has not read 0 since 0 was written", what);
	KEEPS(watched, DRIVER_INIT_10, !(watched->status & VIRTIO_STATUS_FAILED),
	      "%s is written while device_status is %#x", what, watched->status);
	if (queue)
		KEEPS(watched, DRIVER_INIT_6, watched->status & VIRTIO_STATUS_FEATURES_OK,
		      "%s is written while device_status is %#x", what, watched->status);
}

void configuration_written(struct watched_device *watched, uint32_t offset)
{
	KEEPS(watched, DRIVER_INIT_8, watched->status & VIRTIO_STATUS_FEATURES_OK,
	      "configuration: offset %u is written while device_status is %#x", offset,
	      watched->status);
	KEEPS(watched, DRIVER_SUSPEND_4, !watched->suspended,
	      "configuration: offset %u is written after SUSPEND was set", offset);
}

void notification_sent(struct watched_device *watched, uint32_t value)
{
	if (accepts(watched, VIRTIO_F_SUSPEND))
		KEEPS(watched, DRIVER_SUSPEND_3, !watched->suspended,
		      "notification %#x after SUSPEND was set", value);
	if (!watched->suspended)
		KEEPS(watched, DRIVER_INIT_9, watched->status & VIRTIO_STATUS_DRIVER_OK,
		      "notification %#x while device_status is %#x", value, watched->status);
}

void buffers_shown(struct watched_device *watched, const struct virtqueue *queue)
{
	if (accepts(watched, VIRTIO_F_SUSPEND))
		KEEPS(watched, DRIVER_SUSPEND_2, !watched->suspended,
		      "queue %u: buffers are shown after SUSPEND was set", queue->index);
}
