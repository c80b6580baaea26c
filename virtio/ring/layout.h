/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtqueues in memory: the split ring (virtio 1.4, 2.7) and the packed ring (2.8). */
#ifndef VIRTIO_RING_LAYOUT_H
#define VIRTIO_RING_LAYOUT_H

#include "lib/base.h"

#define VIRTQ_SIZE_MOST       32768

#define VIRTQ_DESC_F_NEXT     1
#define VIRTQ_DESC_F_WRITE    2
#define VIRTQ_DESC_F_INDIRECT 4

struct virtq_desc {
	le64 addr;
	le32 len;
	le16 flags;
	le16 next;
};
static_assert(offsetof(struct virtq_desc, len) == 8, "2.7.5");
static_assert(offsetof(struct virtq_desc, flags) == 12, "2.7.5");
static_assert(offsetof(struct virtq_desc, next) == 14, "2.7.5");
static_assert(sizeof(struct virtq_desc) == 16, "2.7.5");

#define VIRTQ_AVAIL_F_NO_INTERRUPT 1

/* Followed by le16 used_event behind ring[size]. */
struct virtq_avail {
	le16 flags;
	le16 idx;
	le16 ring[];
};
static_assert(offsetof(struct virtq_avail, ring) == 4, "2.7.6");

#define VIRTQ_USED_F_NO_NOTIFY 1

struct virtq_used_elem {
	le32 id;
	le32 len;
};
static_assert(sizeof(struct virtq_used_elem) == 8, "2.7.8");

/* Followed by le16 avail_event behind ring[size]. */
struct virtq_used {
	le16 flags;
	le16 idx;
	struct virtq_used_elem ring[];
};
static_assert(offsetof(struct virtq_used, ring) == 4, "2.7.8");

/* Alignments of the three parts of a split ring (2.7). */
#define VIRTQ_DESC_ALIGNMENT  16
#define VIRTQ_AVAIL_ALIGNMENT 2
#define VIRTQ_USED_ALIGNMENT  4

/* Sizes in bytes of the parts of a split ring of `size` entries, event fields included (2.7). */
static inline uint32_t virtq_desc_bytes(uint32_t size)
{
	return 16 * size;
}

static inline uint32_t virtq_avail_bytes(uint32_t size)
{
	return 6 + 2 * size;
}

static inline uint32_t virtq_used_bytes(uint32_t size)
{
	return 6 + 8 * size;
}

/* The packed ring's flags beside those above (2.8.1). */
#define VIRTQ_PACKED_DESC_F_AVAIL BIT(7)
#define VIRTQ_PACKED_DESC_F_USED  BIT(15)

struct virtq_packed_desc {
	le64 addr;
	le32 len;
	le16 id;
	le16 flags;
};
static_assert(offsetof(struct virtq_packed_desc, len) == 8, "2.8.13");
static_assert(offsetof(struct virtq_packed_desc, id) == 12, "2.8.13");
static_assert(offsetof(struct virtq_packed_desc, flags) == 14, "2.8.13");
static_assert(sizeof(struct virtq_packed_desc) == 16, "2.8.13");

/* Event suppression (2.8.14): desc is the offset (bits 0 … 14) and the wrap counter (bit 15). */
#define VIRTQ_EVENT_FLAGS_ENABLE  0
#define VIRTQ_EVENT_FLAGS_DISABLE 1
#define VIRTQ_EVENT_FLAGS_DESC    2

struct virtq_event_suppress {
	le16 desc;
	le16 flags;
};
static_assert(sizeof(struct virtq_event_suppress) == 4, "2.8.14");

/* Alignments of the parts of a packed ring (2.8). */
#define VIRTQ_PACKED_DESC_ALIGNMENT  16
#define VIRTQ_PACKED_EVENT_ALIGNMENT 4

#endif
