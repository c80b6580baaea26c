/* SPDX-License-Identifier: BSD-2-Clause */
/* What saboteurs of network devices share. Receive buffers are told by their token: tests/device/net. */
#ifndef SELFCHECK_NET_H
#define SELFCHECK_NET_H

#include "tests/device/net/link.h"
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* The packet header in a used buffer of the first receive queue, or NULL for other queues. */
static inline struct virtio_net_hdr *received(struct virtqueue *queue,
					      const struct used_element *element)
{
	struct receive_buffer *buffer;

	if (queue->index != NET_RECEIVE_QUEUE || element->id >= queue->size)
		return NULL;
	buffer = queue->chains[element->id].token;
	return buffer ? (struct virtio_net_hdr *)buffer->bytes : NULL;
}

/* Calls change() for each request of a queue that is in flight. */
static inline void change_requests(struct virtqueue *queue, void (*change)(struct request *request))
{
	for (unsigned id = 0; id < queue->size; id++) {
		if (queue->chains[id].token)
			change(queue->chains[id].token);
	}
}

/* The same for frames to be sent, or for commands. */
static inline void change_frames(struct virtqueue *queue, void (*change)(struct request *request))
{
	if (queue->index == NET_TRANSMIT_QUEUE)
		change_requests(queue, change);
}

static inline void change_commands(struct virtqueue *queue, void (*change)(struct request *request))
{
	if (queue->index == net_control_queue(queue->device))
		change_requests(queue, change);
}

/* In struct saboteur: frames to be sent, or commands, are changed before the device sees them. */
#define ALTERS(where, change)                                                                      \
	.onlooker.context = (void *)(change), .onlooker.publish = alter_##where

static inline void alter_frames(struct onlooker *self, struct virtqueue *queue)
{
	change_frames(queue, (void (*)(struct request *))self->context);
}

static inline void alter_commands(struct onlooker *self, struct virtqueue *queue)
{
	change_commands(queue, (void (*)(struct request *))self->context);
}

#endif
