/* SPDX-License-Identifier: BSD-2-Clause */
/* How a ring notifies its device (virtio 1.4, 2.9). For the ring formats. */
#ifndef VIRTIO_RING_NOTIFICATION_H
#define VIRTIO_RING_NOTIFICATION_H

#include "arch/io.h"
#include "virtio/onlooker.h"
#include "virtio/ring/queue.h"
#include "virtio/transport.h"

/*
 * Notifies the device of a queue: by a store where there is a place for it and nobody looks on, else by its
 * transport. `position` goes with it under NOTIFICATION_DATA: how far the driver has come. Any CPU.
 */
static inline void send_notification(struct virtqueue *queue, uint16_t position)
{
	uint32_t value = queue->notify_value;

	if (queue->notification_data)
		value |= (uint32_t)position << 16;
	queue->kicks++;
	if (onlookers || !queue->notify_place.address)
		queue->device->transport->notify(queue, value);
	else if (queue->notify_place.width == 4)
		write32(queue->notify_place.address, value);
	else
		write16(queue->notify_place.address, (uint16_t)value);
}

#endif
