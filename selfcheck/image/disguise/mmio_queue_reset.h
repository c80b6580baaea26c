/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disguise: an MMIO device of one queue that offers VIRTIO_F_RING_RESET and has QueueReset (virtio 1.4, 4.2.2). The device
 * behind it knows neither: it is reset as a whole, and brought as far again as the driver had brought it.
 */
#ifndef SELFCHECK_MMIO_QUEUE_RESET_H
#define SELFCHECK_MMIO_QUEUE_RESET_H

#include "virtio/onlooker.h"

/* In .offers of who wears it. */
#define QUEUE_RESET_OFFERS BIT64(VIRTIO_F_RING_RESET)

/* What may be wrong with it. */
enum {
	QUEUE_RESET_IS_NONE = BIT(0),         /* the queue goes on where it was */
	QUEUE_RESET_NEVER_ENDS = BIT(1),      /* QueueReset stays 1 */
	QUEUE_RESET_OUTLIVES_READY = BIT(2),  /* it reads 1 of a queue that was made ready again */
	QUEUE_RESET_OUTLIVES_DEVICE = BIT(3), /* it reads 1 after a reset of the device */
	QUEUE_RESET_LEAVES_QUEUE_READY = BIT(4) /* QueueReady reads 1 of a queue that was reset */
};

/* The device is fresh, and wrong in so far: of the above. */
void queue_reset_begin(unsigned faults);

/* What a register of the device reads: for onlooker.read. */
uint64_t queue_reset_read(struct onlooker *self, const struct register_access *access,
			  uint64_t value);

/* What becomes of a write; false: the device behind gets to know nothing of it. For onlooker.write. */
bool queue_reset_write(struct onlooker *self, const struct register_access *access,
		       uint64_t *value);

#endif
