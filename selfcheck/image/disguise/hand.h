/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts that no device has sent: messages by hand, which pass a filter of arrivals. */
#ifndef SELFCHECK_HAND_H
#define SELFCHECK_HAND_H

#include "virtio/ring/queue.h"

/* The device that is lied about. */
extern struct virtio_device *victim;

/* Makes a device the victim: a start() for struct interposed. */
void hand_start(struct virtio_device *device);

/* Sends an interrupt that hand_passes() will let through once. */
void hand_send(unsigned cpu, unsigned vector);

/* For arrival filters: whether this arrival was sent by hand_send(). */
bool hand_passes(void);

/*
 * The same from another CPU, again and again for some milliseconds; nothing when there is no second
 * CPU. A single message could come too early: what a test takes for late is a matter of its pace.
 */
void hand_haunt(unsigned cpu, unsigned vector);

/* One message from there, after so many nanoseconds. */
void hand_send_later(unsigned cpu, unsigned vector, uint64_t ns);

/* Ends it: the stop() of those who haunt, or send later. */
void hand_stop(struct virtio_device *device);

/* The victim's queue that a vector belongs to, or NULL. */
struct virtqueue *victim_queue(unsigned vector);

/* The vector of the victim's last queue: that of most workloads. 0 before the queues are set up. */
unsigned victim_vector(void);

#endif
