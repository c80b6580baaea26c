/* SPDX-License-Identifier: BSD-2-Clause */
/* Console device (virtio 1.4, 5.3). */
#ifndef VIRTIO_DEVICE_CONSOLE_H
#define VIRTIO_DEVICE_CONSOLE_H

#include "virtio/workload.h"

enum {
	VIRTIO_CONSOLE_F_SIZE = 0,
	VIRTIO_CONSOLE_F_MULTIPORT = 1,
	VIRTIO_CONSOLE_F_EMERG_WRITE = 2,
};

struct virtio_console_config {
	le16 cols;
	le16 rows;
	le32 max_nr_ports;
	le32 emerg_wr;
};
static_assert(offsetof(struct virtio_console_config, max_nr_ports) == 4, "5.3.4");
static_assert(offsetof(struct virtio_console_config, emerg_wr) == 8, "5.3.4");
static_assert(sizeof(struct virtio_console_config) == 12, "5.3.4");

/* Port 0 (5.3.2). */
enum { CONSOLE_RECEIVE_QUEUE = 0, CONSOLE_TRANSMIT_QUEUE = 1 };

/* A transmit request of `length` bytes, zeroed; false when the arena is full. */
bool console_prepare_transmit(struct arena *arena, uint32_t length, struct request *request);

#endif
