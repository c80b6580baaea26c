/* SPDX-License-Identifier: BSD-2-Clause */
/* Feature bits 0 … 127 (virtio 1.4, 2.2 and 6) and sets of them. Handler-safe. */
#ifndef VIRTIO_FEATURE_H
#define VIRTIO_FEATURE_H

#include "lib/base.h"

/* Bits that every device type shares (virtio 1.4, chapter 6). */
enum {
	VIRTIO_F_NOTIFY_ON_EMPTY = 24, /* legacy */
	VIRTIO_F_ANY_LAYOUT = 27,      /* legacy */
	VIRTIO_F_INDIRECT_DESC = 28,
	VIRTIO_F_EVENT_IDX = 29,
	VIRTIO_F_BAD_FEATURE = 30, /* legacy, unused */
	VIRTIO_F_VERSION_1 = 32,
	VIRTIO_F_ACCESS_PLATFORM = 33,
	VIRTIO_F_RING_PACKED = 34,
	VIRTIO_F_IN_ORDER = 35,
	VIRTIO_F_ORDER_PLATFORM = 36,
	VIRTIO_F_SR_IOV = 37,
	VIRTIO_F_NOTIFICATION_DATA = 38,
	VIRTIO_F_NOTIF_CONFIG_DATA = 39,
	VIRTIO_F_RING_RESET = 40,
	VIRTIO_F_ADMIN_VQ = 41,
	VIRTIO_F_SUSPEND = 43,
};

#define FEATURE_BITS 128

/* A set of feature bits: bit n stands in words[n / 64]. */
struct features {
	uint64_t words[FEATURE_BITS / 64];
};

#define NO_FEATURES ((struct features){{0, 0}})

/* True when a bit is in the set; bits past FEATURE_BITS never are. */
static inline bool features_have(const struct features *features, unsigned bit)
{
	return bit < FEATURE_BITS && (features->words[bit / 64] >> (bit % 64) & 1);
}

/* Puts a bit, below FEATURE_BITS, in. */
static inline void features_add(struct features *features, unsigned bit)
{
	features->words[bit / 64] |= BIT64(bit % 64);
}

/* Takes a bit, below FEATURE_BITS, out. */
static inline void features_remove(struct features *features, unsigned bit)
{
	features->words[bit / 64] &= ~BIT64(bit % 64);
}

/* True when both sets have the same bits. */
static inline bool features_equal(const struct features *a, const struct features *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

/* The bits that both have. */
static inline struct features features_and(struct features a, struct features b)
{
	return (struct features){{a.words[0] & b.words[0], a.words[1] & b.words[1]}};
}

/* What is in one of them. */
static inline struct features features_or(struct features a, struct features b)
{
	return (struct features){{a.words[0] | b.words[0], a.words[1] | b.words[1]}};
}

/* The bits of `a` that `b` has not. */
static inline struct features features_without(struct features a, struct features b)
{
	return (struct features){{a.words[0] & ~b.words[0], a.words[1] & ~b.words[1]}};
}

/* True when no bit is in. */
static inline bool features_empty(struct features a)
{
	return a.words[0] == 0 && a.words[1] == 0;
}

#endif
