/* SPDX-License-Identifier: BSD-2-Clause */
/* Traditional memory balloon device (virtio 1.4, 5.5). Any CPU. */
#ifndef VIRTIO_DEVICE_BALLOON_H
#define VIRTIO_DEVICE_BALLOON_H

#include "virtio/device/workload.h"

/* Feature bits (5.5.3). */
enum {
	VIRTIO_BALLOON_F_MUST_TELL_HOST = 0,
	VIRTIO_BALLOON_F_STATS_VQ = 1,
	VIRTIO_BALLOON_F_DEFLATE_ON_OOM = 2,
	VIRTIO_BALLOON_F_FREE_PAGE_HINT = 3,
	VIRTIO_BALLOON_F_PAGE_POISON = 4,
	VIRTIO_BALLOON_F_PAGE_REPORTING = 5,
};

/* The queues that every balloon has (5.5.2). */
enum { BALLOON_INFLATE_QUEUE = 0, BALLOON_DEFLATE_QUEUE = 1 };

/* The queues that exist only with a feature, and which feature. */
enum balloon_queue {
	BALLOON_STATS_QUEUE = 2,
	BALLOON_HINT_QUEUE = 3,
	BALLOON_REPORT_QUEUE = 4,
};

/* The device-specific configuration (5.5.4). */
struct virtio_balloon_config {
	le32 num_pages;
	le32 actual;
	le32 free_page_hint_cmd_id;
	le32 poison_val;
};
static_assert(offsetof(struct virtio_balloon_config, free_page_hint_cmd_id) == 8, "5.5.4");
static_assert(offsetof(struct virtio_balloon_config, poison_val) == 12, "5.5.4");
static_assert(sizeof(struct virtio_balloon_config) == 16, "5.5.4");

/* Reserved command ids. */
enum { VIRTIO_BALLOON_CMD_ID_STOP = 0, VIRTIO_BALLOON_CMD_ID_DONE = 1 };

/* What a statistic speaks of; the tags that tests use. */
enum virtio_balloon_stat_tag {
	VIRTIO_BALLOON_S_SWAP_IN = 0,
	VIRTIO_BALLOON_S_SWAP_OUT = 1,
	VIRTIO_BALLOON_S_MEMFREE = 4,
	VIRTIO_BALLOON_S_MEMTOT = 5,
};

/* One statistic of the driver (5.5.6.3). */
struct virtio_balloon_stat {
	le16 tag;
	le64 val;
} PACKED;
static_assert(sizeof(struct virtio_balloon_stat) == 10, "5.5.6.3");

/* The unit of page numbers, whatever the page size of guest and host. */
#define VIRTIO_BALLOON_PAGE 4096u

/* The number under which the balloon knows the page at an address. */
uint32_t balloon_page_number(const void *page);

/*
 * Where a device keeps one of its optional queues. The specification numbers them for ever; every known
 * device and driver leaves no gap for queues whose feature is not offered. All three are equal when there is
 * none below this queue.
 */
struct balloon_index {
	unsigned specified;
	unsigned without_gaps;
	unsigned gap; /* the first there is: no queue by the specification */
};

/* Where the device keeps a queue, by device->offered. */
struct balloon_index balloon_index(const struct virtio_device *device, enum balloon_queue queue);

#endif
