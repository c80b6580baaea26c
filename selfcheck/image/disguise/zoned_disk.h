/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host-managed disk that is pretended: zones of 64 sectors, the first two conventional, with
 * limits and write pointers, over a disk that knows nothing of zones. What is odd about it, or broken, is chosen.
 */
#ifndef SELFCHECK_ZONED_DISK_H
#define SELFCHECK_ZONED_DISK_H

#include "selfcheck/image/disguise/request.h"
#include "virtio/device/blk.h"
#include "virtio/onlooker.h"

/* What it breaks, but for the first: bits for zoned_begin(). */
enum zoned_fault {
	ZONED_ALL_IN_ORDER = BIT(13),  /* no zone is conventional */
	ZONED_SERVES_ALL = BIT(0),     /* whatever is asked succeeds */
	ZONED_HIDES_STATES = BIT(1),   /* every zone is reported as one without a write pointer */
	ZONED_REFUSES = BIT(2),        /* zones cannot be opened or appended to */
	ZONED_REMEMBERS = BIT(3),      /* beyond the write pointer stands what once was written */
	ZONED_FICKLE = BIT(4),         /* … or something else each time */
	ZONED_KEEPS = BIT(5),          /* a secure erase resets nothing */
	ZONED_MISLEADS = BIT(6),       /* append_sector is 0 */
	ZONED_NO_APPEND = BIT(7),      /* max_append_sectors is 0 */
	ZONED_HOST_AWARE = BIT(8),     /* the model, with zones to suit */
	ZONED_WRONG_MODEL = BIT(9),    /* the zones suit the other model */
	ZONED_WRONG_NUMBERS = BIT(10), /* padding, alignment, limits and starts of zones */
	ZONED_WRONG_REFUSAL = BIT(11), /* without the feature FEATURES_OK is the wrong way round */
	ZONED_LEFTOVERS = BIT(12),     /* without the feature the fields are there all the same */
};

/* Begins anew with all zones empty. */
void zoned_begin(unsigned faults);

/* What the disk makes of a read of a register: its features and configuration. */
uint64_t zoned_read(struct onlooker *self, const struct register_access *access, uint64_t value);

/* Serves a request that the disk behind has used already. */
void zoned_serve(struct virtqueue *queue, struct used_element *element);

#define ZONED_OFFERS                                                                               \
	(BIT64(VIRTIO_BLK_F_ZONED) | BIT64(VIRTIO_BLK_F_SECURE_ERASE) |                            \
	 BIT64(VIRTIO_BLK_F_SIZE_MAX))

#endif
