/* SPDX-License-Identifier: BSD-2-Clause */
/* Feature bits 0 … 127 (virtio 1.4, 2.2 and 6) and sets of them. */
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

struct features {
	uint64_t words[FEATURE_BITS / 64];
};

#define NO_FEATURES ((struct features){{0, 0}})

static inline bool features_have(const struct features *features, unsigned bit)
{
	return bit < FEATURE_BITS && (features->words[bit / 64] >> (bit % 64) & 1);
}

static inline void features_add(struct features *features, unsigned bit)
{
	features->words[bit / 64] |= BIT64(bit % 64);
}

static inline void features_remove(struct features *features, unsigned bit)
{
	features->words[bit / 64] &= ~BIT64(bit % 64);
}

static inline bool features_equal(const struct features *a, const struct features *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

static inline struct features features_and(struct features a, struct features b)
{
	return (struct features){{a.words[0] & b.words[0], a.words[1] & b.words[1]}};
}

static inline struct features features_without(struct features a, struct features b)
{
	return (struct features){{a.words[0] & ~b.words[0], a.words[1] & ~b.words[1]}};
}

static inline bool features_empty(struct features a)
{
	return a.words[0] == 0 && a.words[1] == 0;
}

/* The name of a bit for a device type ("VIRTIO_BLK_F_FLUSH"), or NULL when it has none. */
const char *feature_name(uint32_t type, unsigned bit);

/* The bit with this name, of the device type or reserved; false when it is unknown to the type. */
bool feature_by_name(uint32_t type, const char *name, unsigned *bit);

/*
 * Features that depend on others (virtio 2.2: a driver must not accept, a device must not offer, a
 * bit without what it requires). One row: `bit` requires at least one of `any_of`.
 */
struct feature_dependency {
	uint8_t bit;
	uint8_t count; /* how many of any_of count */
	uint8_t any_of[5];
};

/* The rows of a device type; `count` is set. The bits that all types share require nothing of each other. */
const struct feature_dependency *feature_dependencies(uint32_t type, unsigned *count);

/* Drops bits whose requirements are not in the set until what is left is closed. */
struct features features_close(uint32_t type, struct features features);

#endif
