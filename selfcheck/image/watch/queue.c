/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a queue in the common configuration (virtio 1.4, 4.1.4.3), and its reset (2.6.1). */
#include "selfcheck/image/watch/watched.h"

#include "arch/io.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"
#include "virtio/transport.h"
#include "virtio/transport/pci/registers.h"

#define FIRST_FIELD COMMON_OFFSET(queue_size)
#define ALL_AREAS   (BIT(AREA_DESCRIPTOR) | BIT(AREA_DRIVER) | BIT(AREA_DEVICE))

/* The queue whose field is accessed; NULL: it is no such field, or no queue is selected. */
static struct watched_queue *selected(struct watched_device *watched,
				      const struct register_access *access)
{
	if (access->offset < FIRST_FIELD || access->offset >= COMMON_OFFSET(admin_queue_index) ||
	    !KEEPS(watched, DRIVER_COMMON_7, watched->has_queue,
		   "offset %u is accessed, and queue_select not written since the reset",
		   access->offset))
		return NULL;
	return watched->queue < VIRTIO_QUEUES_MOST ? &watched->queues[watched->queue] : NULL;
}

bool queue_is_read(struct watched_device *watched, const struct register_access *access,
		   uint64_t value)
{
	struct watched_queue *queue = selected(watched, access);

	if (!queue)
		return false;
	if (is_common(access, queue_size) && !queue->is_sized) {
		queue->most = (uint16_t)value;
	} else if (is_common(access, queue_msix_vector)) {
		queue->unread_vector = false;
	} else if (is_common(access, queue_notify_off)) {
		queue->notify_off = (uint16_t)value;
		queue->has_notify_off = true;
	} else if (is_common(access, queue_notif_config_data)) {
		queue->notify_data = (uint16_t)value;
	} else if (is_common(access, queue_reset) && queue->resetting && !value) {
		queue_forgotten(queue);
		queue->was_reset = true;
	}
	return true;
}

void queue_forgotten(struct watched_queue *queue)
{
	uint16_t notify_off = queue->notify_off, notify_data = queue->notify_data;
	bool has_notify_off = queue->has_notify_off;

	if (queue->ring)
		ring_forgotten(queue);
	memset(queue, 0, sizeof(*queue));
	queue->notify_off = notify_off;
	queue->notify_data = notify_data;
	queue->has_notify_off = has_notify_off;
}

static void size_written(struct watched_device *watched, struct watched_queue *queue, uint16_t size)
{
	KEEPS(watched, DRIVER_COMMON_3,
	      accepts(watched, VIRTIO_F_RING_PACKED) ? size != 0 : IS_POWER_OF_TWO(size),
	      "queue %u: queue_size %u, %s", watched->queue, size,
	      accepts(watched, VIRTIO_F_RING_PACKED) ? "packed" : "split");
	if (queue->most)
		KEEPS(watched, DRIVER_COMMON_4, size <= queue->most,
		      "queue %u: queue_size %u of at most %u", watched->queue, size, queue->most);
	KEEPS(watched, DRIVER_COMMON_5, !queue->enabled,
	      "queue %u: queue_size is written while it is enabled", watched->queue);
	queue->is_sized = true;
}

static unsigned alignment_of(const struct watched_device *watched, enum queue_area area)
{
	bool packed = accepts(watched, VIRTIO_F_RING_PACKED);

	switch (area) {
	case AREA_DESCRIPTOR:
		return packed ? VIRTQ_PACKED_DESC_ALIGNMENT : VIRTQ_DESC_ALIGNMENT;
	case AREA_DRIVER:
		return packed ? VIRTQ_PACKED_EVENT_ALIGNMENT : VIRTQ_AVAIL_ALIGNMENT;
	default:
		return packed ? VIRTQ_PACKED_EVENT_ALIGNMENT : VIRTQ_USED_ALIGNMENT;
	}
}

static void area_written(struct watched_device *watched, struct watched_queue *queue,
			 enum queue_area area, bool upper, uint32_t value)
{
	KEEPS(watched, DRIVER_COMMON_5, !queue->enabled,
	      "queue %u: area %u is written while it is enabled", watched->queue, area);
	if (!upper)
		KEEPS(watched, DRIVER_VQ_1, value % alignment_of(watched, area) == 0,
		      "queue %u: area %u at %#x", watched->queue, area, value);
	queue->areas |= (uint8_t)BIT(area);
	if (area == AREA_DEVICE && upper)
		queue->device_area = (uint32_t)queue->device_area | (uint64_t)value << 32;
	else if (area == AREA_DEVICE)
		queue->device_area = (queue->device_area >> 32 << 32) | value;
}

/* The ring that the driver has at this area; NULL: it was made some other way. */
static const struct virtqueue *ring_at(const struct watched_device *watched, uint64_t device_area)
{
	const struct virtio_device *device = watched->device;
	const struct virtqueue *ring;

	if (watched->queue >= device->queue_count)
		return NULL;
	ring = device->queues[watched->queue];
	return ring && physical(ring->parts[AREA_DEVICE]) == device_area ? ring : NULL;
}

static void enabled(struct watched_device *watched, struct watched_queue *queue, uint16_t value)
{
	const struct virtqueue *ring = ring_at(watched, queue->device_area);

	if (!KEEPS(watched, DRIVER_COMMON_6, value, "queue %u: queue_enable 0", watched->queue))
		return;
	KEEPS(watched, DRIVER_COMMON_5, queue->areas == ALL_AREAS,
	      "queue %u is enabled, and of its areas only those of %#x are written", watched->queue,
	      queue->areas);
	KEEPS(watched, DRIVER_INIT_5, watched->reread,
	      "queue %u is enabled, and device_status not read since FEATURES_OK was set",
	      watched->queue);
	if (ring && !ring_is_packed(ring))
		KEEPS(watched, DRIVER_SPLIT_5, !read16(&split_of(ring)->used->flags),
		      "queue %u is enabled, and the flags of its used ring are %#x", watched->queue,
		      read16(&split_of(ring)->used->flags));
	queue->enabled = true;
	queue->was_reset = false;
}

static void reset_written(struct watched_device *watched, struct watched_queue *queue,
			  uint16_t value)
{
	KEEPS(watched, DRIVER_COMMON_9,
	      value == 1 && accepts(watched, VIRTIO_F_RING_RESET) && queue->enabled,
	      "queue %u: queue_reset %u, it is %senabled", watched->queue, value,
	      queue->enabled ? "" : "not ");
	queue->resetting = value == 1;
}

static const char *name_of(const struct register_access *access)
{
	return is_common(access, queue_size)          ? "queue_size"
	       : is_common(access, queue_msix_vector) ? "queue_msix_vector"
	       : is_common(access, queue_enable)      ? "queue_enable"
	       : is_common(access, queue_reset)       ? "queue_reset"
						      : "an area of a queue";
}

bool queue_is_written(struct watched_device *watched, const struct register_access *access,
		      uint64_t value)
{
	struct watched_queue *queue;
	unsigned in_areas = access->offset - COMMON_OFFSET(queue_desc);

	if (is_common(access, queue_select)) {
		vector_left(watched);
		watched->queue = (uint16_t)value;
		watched->has_queue = true;
		return true;
	}
	queue = selected(watched, access);
	if (!queue)
		return false;
	set_up_written(watched, true, name_of(access));
	KEEPS(watched, DRIVER_COMMON_8, !queue->resetting,
	      "queue %u: %s is written before queue_reset has read 0", watched->queue,
	      name_of(access));
	if (is_common(access, queue_size)) {
		size_written(watched, queue, (uint16_t)value);
	} else if (is_common(access, queue_msix_vector)) {
		vector_written(watched, (uint16_t)value, "queue_msix_vector");
		queue->unread_vector = value != VIRTIO_MSI_NO_VECTOR;
	} else if (is_common(access, queue_enable)) {
		enabled(watched, queue, (uint16_t)value);
	} else if (is_common(access, queue_reset)) {
		reset_written(watched, queue, (uint16_t)value);
	} else if (in_areas < 24) {
		area_written(watched, queue, in_areas / 8, in_areas % 8 >= 4, (uint32_t)value);
	}
	return true;
}
