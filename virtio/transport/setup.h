/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bringing a device up and down, in the order of virtio 1.4, 3.1.1, whatever its transport. Nothing here
 * judges: what goes wrong is told in device->problem, as a clause of a sentence. Boot CPU.
 */
#ifndef VIRTIO_TRANSPORT_SETUP_H
#define VIRTIO_TRANSPORT_SETUP_H

#include "virtio/transport.h"

struct ring_shape;

/* What is asked for, queue by queue. */
struct virtqueue_request {
	bool skip; /* leave this queue alone */
	uint16_t
		size; /* entries at most; 0: as many as the device takes, which one whose sizes are its own always gets */
	unsigned cpu;                   /* where its interrupts go */
	bool held;                      /* configure the queue, but do not enable it */
	const struct ring_shape *shape; /* virtio/ring/shape.h; NULL: the usual one */
};

/* How long resets are waited for from now on, at least 3 s: as long as for anything else. */
void virtio_reset_patience(uint64_t nanoseconds);

/* Writes 0 to the status and waits until 0 reads back (2.4); false when it does not in time. */
bool virtio_reset(struct virtio_device *device);

/* Sets bits of the status beside those that it reads: DRIVER_OK, FAILED, SUSPEND. */
void virtio_add_status(struct virtio_device *device, uint8_t bits);

/* What the device offers; no bit above 63 where a word beyond all features (PCI-COMMON-4) is not 0. */
struct features virtio_read_offer(struct virtio_device *device);

/*
 * Selects a queue that there need not be. False where the selector reads otherwise then: what the registers of the
 * queue read would be another queue's.
 */
bool virtio_select_queue(struct virtio_device *device, unsigned queue);

/* Writes all words of the features that a driver takes. */
void virtio_write_features(struct virtio_device *device, const struct features *features);

/* What the device holds of them, nothing where that cannot be read. */
struct features virtio_read_held_features(struct virtio_device *device);

/*
 * Steps 2 to 6 of 3.1.1: ACKNOWLEDGE, DRIVER, the offer is read (into device->offered), `features` are
 * written (they are device->negotiated then) and FEATURES_OK set. True when it reads back set.
 */
bool virtio_negotiate(struct virtio_device *device, struct features features);

/*
 * Step 7: sets up queues 0 … count - 1 (count up to VIRTIO_QUEUES_MOST) and their interrupts, with rings
 * in the arena. False with device->problem set; device->vector_refused when the device has no vector left,
 * device->means_missing when it is not the device that lacks something.
 */
bool virtio_set_up_queues(struct virtio_device *device, unsigned count,
			  const struct virtqueue_request *requests, enum interrupt_mode mode,
			  struct arena *arena) MUST_CHECK;

/* Gives vectors and queues back; the device has been reset before. */
void virtio_give_back_queues(struct virtio_device *device);

/* RING_RESET: resets one queue and waits until that is complete (2.6.1); false when it is not in time. */
bool virtio_reset_queue(struct virtqueue *queue);

/*
 * Sets a queue up again, after virtio_reset_queue(), in a ring of its own, of the same
 * shape unless the request has one; its vector stays. The queue that it replaces is used no more. False with device->problem set.
 */
bool virtio_enable_queue(struct virtio_device *device, unsigned index,
			 const struct virtqueue_request *request, struct arena *arena);

/*
 * Sends the messages of a queue, and of those that share its table entry, to another CPU. False when it has
 * no entry, or with device->problem set.
 */
bool virtio_set_affinity(struct virtqueue *queue, unsigned cpu);

#endif
