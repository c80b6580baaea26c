/* SPDX-License-Identifier: BSD-2-Clause */
/* Disguises: a network device without a bus, by its legacy registers, and rings from the device's side. */
#ifndef SELFCHECK_LENT_DEVICE_H
#define SELFCHECK_LENT_DEVICE_H

#include "virtio/device/net.h"
#include "virtio/ring/queue.h"

/* A split ring as a device sees it. */
struct served_ring {
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t size, seen; /* seen: the available index up to which it was served */
};

/* A buffer of at most one readable and one writable descriptor. */
struct served_buffer {
	uint8_t *out, *in;
	uint32_t out_length, in_length;
};

/* In which order buffers are served that were made available together, and in which they are used. */
enum serving { SERVE_IN_ORDER, SERVE_BACKWARDS, SERVE_IN_ORDER_USE_BACKWARDS };

/* Serves and uses each buffer that was made available; `serve` returns the used length. */
void serve_ring(struct served_ring *ring, uint32_t (*serve)(const struct served_buffer *buffer),
		enum serving order);

#define LENT_QUEUES     2
#define LENT_QUEUE_SIZE 256

/* The registers. */
struct lent_device {
	uint32_t driver_features;
	uint32_t address[LENT_QUEUES];
	uint16_t queue_select;
	uint8_t status, isr;
	struct virtio_net_config config;
	uint16_t seen[LENT_QUEUES];
	bool keeps_isr;  /* when it is read */
	bool is_deaf;    /* it hears no notification */
	unsigned delay;  /* rounds of a driver's wait until a notification is heard; 0: at once */
	unsigned waits;  /* of these, since one is on its way; 0: none is */
	unsigned kicked; /* the queue that it is about */
};
extern struct lent_device lent_device;

/* As after power-on. */
void lent_device_begin(void);

/*
 * Reads, or writes, `length` bytes at `offset` of the header or of the configuration. False where they are no part of one
 * field, or not inside; `header`: how many bytes the header has.
 */
bool lent_device_read(bool config, uint8_t offset, uint8_t *data, uint32_t length, uint32_t header);
bool lent_device_write(bool config, uint8_t offset, const uint8_t *data, uint32_t length,
		       uint32_t header);

/* A notification of a queue. */
void lent_device_notify(unsigned queue);

/* A round of a driver's wait. */
void lent_device_go_on(void);

#endif
