/* SPDX-License-Identifier: BSD-2-Clause */
/* Console device (virtio 1.4, 5.3). Any CPU. */
#ifndef VIRTIO_DEVICE_CONSOLE_H
#define VIRTIO_DEVICE_CONSOLE_H

#include "virtio/device/workload.h"

/* Feature bits (5.3.3). */
enum {
	VIRTIO_CONSOLE_F_SIZE = 0,
	VIRTIO_CONSOLE_F_MULTIPORT = 1,
	VIRTIO_CONSOLE_F_EMERG_WRITE = 2,
};

/*
 * The order that devices and drivers use. The listing of 1.4 has rows before cols; the message
 * struct virtio_console_resize of the same text, and earlier versions, have cols first.
 */
struct virtio_console_config {
	le16 cols;
	le16 rows;
	le32 max_nr_ports;
	le32 emerg_wr;
};
static_assert(offsetof(struct virtio_console_config, max_nr_ports) == 4, "5.3.4");
static_assert(offsetof(struct virtio_console_config, emerg_wr) == 8, "5.3.4");
static_assert(sizeof(struct virtio_console_config) == 12, "5.3.4");

/* Port 0 and, with MULTIPORT, the control queues (5.3.2). */
enum {
	CONSOLE_RECEIVE_QUEUE = 0,
	CONSOLE_TRANSMIT_QUEUE = 1,
	CONSOLE_CONTROL_RECEIVE_QUEUE = 2,
	CONSOLE_CONTROL_TRANSMIT_QUEUE = 3,
};

/* The queues of a port (5.3.2). */
static inline unsigned console_receive_queue(uint32_t port)
{
	return port == 0 ? CONSOLE_RECEIVE_QUEUE : 2 * port + 2;
}

/* The queue that sends what a port is to print. */
static inline unsigned console_transmit_queue(uint32_t port)
{
	return port == 0 ? CONSOLE_TRANSMIT_QUEUE : 2 * port + 3;
}

/* A control message (5.3.6.2); RESIZE and PORT_NAME carry more bytes behind it. */
struct virtio_console_control {
	le32 id;
	le16 event;
	le16 value;
};
static_assert(sizeof(struct virtio_console_control) == 8, "5.3.6.2");

/* Events of control messages (5.3.6.2). */
enum {
	VIRTIO_CONSOLE_DEVICE_READY = 0,
	VIRTIO_CONSOLE_DEVICE_ADD = 1,
	VIRTIO_CONSOLE_DEVICE_REMOVE = 2,
	VIRTIO_CONSOLE_PORT_READY = 3,
	VIRTIO_CONSOLE_CONSOLE_PORT = 4,
	VIRTIO_CONSOLE_RESIZE = 5,
	VIRTIO_CONSOLE_PORT_OPEN = 6,
	VIRTIO_CONSOLE_PORT_NAME = 7,
};

/* What follows a RESIZE message. */
struct virtio_console_resize {
	le16 cols;
	le16 rows;
};
static_assert(sizeof(struct virtio_console_resize) == 4, "5.3.6.2");

/* One field of the configuration, as a number. */
#define console_config(device, field)                                                              \
	console_config_at((device), offsetof(struct virtio_console_config, field),                 \
			  sizeof(((struct virtio_console_config *)0)->field))

/* What console_config() calls: `length` bytes, 2 or 4, of the configuration from `offset` on. */
uint32_t console_config_at(struct virtio_device *device, uint32_t offset, uint32_t length);

/* Writes emerg_wr (5.3.4). */
void console_emergency_write(struct virtio_device *device, uint32_t value);

/* A transmit request of `length` bytes, zeroed; false when the arena is full. */
bool console_prepare_transmit(struct arena *arena, uint32_t length, struct request *request);

#endif
