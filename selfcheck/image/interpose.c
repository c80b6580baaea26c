/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/interpose.h"

#include "lib/string.h"
#include "selfcheck/image/disguise/offer.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/device.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

static struct interposed chosen;
static struct onlooker standing;
static bool stays; /* between tests, too */
/* Used elements that it was shown, by queue; a queue that was made anew begins at 0. */
static struct {
	const struct virtqueue *queue;
	uint16_t index;
} seen[VIRTIO_QUEUES_MOST];

void interpose(const struct interposed *who)
{
	chosen = *who;
}

/* Shows it the used descriptor that the driver is about to look at, once. */
static void show_new_descriptor(struct virtqueue *queue)
{
	const struct packed_virtqueue *ring = packed_of(queue);
	struct virtq_packed_desc *place = &ring->desc[ring->used_slot];
	uint16_t position = (uint16_t)(ring->used_slot | ring->used_wrap << 15);
	struct used_element element = {from_le16(place->id), from_le32(place->len)};

	if (seen[queue->index].index == position)
		return;
	seen[queue->index].index = position;
	chosen.used_element(queue, &element);
	place->id = to_le16((uint16_t)element.id);
	place->len = to_le32(element.length);
}

/* Shows it each element of a split ring that is new since the last look. */
static void show_new_elements(struct onlooker *self, struct virtqueue *queue)
{
	struct virtq_used *used = split_of(queue)->used;
	uint16_t index = from_le16(used->idx);

	if (seen[queue->index].queue != queue) {
		seen[queue->index].queue = queue;
		seen[queue->index].index = 0;
	}
	if (ring_is_packed(queue)) {
		show_new_descriptor(queue);
		return;
	}
	for (uint16_t *at = &seen[queue->index].index; *at != index; (*at)++) {
		struct virtq_used_elem *place = &used->ring[*at % queue->size];
		struct used_element element = {from_le32(place->id), from_le32(place->len)};

		chosen.used_element(queue, &element);
		place->id = to_le32(element.id);
		place->len = to_le32(element.length);
	}
}

/* For used_request(). */
static void keep_in_mind(struct onlooker *self, struct virtqueue *queue)
{
	note_requests(queue);
	if (chosen.onlooker.publish)
		chosen.onlooker.publish(self, queue);
}

static void start(struct virtio_device *device)
{
	memset(seen, 0, sizeof(seen));
	forget_requests();
	if (chosen.start)
		chosen.start(device);
}

static void stand_before(struct virtio_device *device)
{
	standing = chosen.onlooker;
	standing.place = ONLOOKER_INTERFERES;
	standing.device = device;
	standing.function = device->traits & DEVICE_OVER_PCI ? virtio_pci(device)->function : NULL;
	if (chosen.used_element) {
		standing.used = show_new_elements;
		standing.publish = keep_in_mind;
	}
	if (chosen.offers)
		offer_start(device, chosen.offers);
	start(device);
	onlooker_push(&standing);
}

static void leave(struct virtio_device *device)
{
	onlooker_pop(&standing);
	offer_end();
	if (chosen.stop)
		chosen.stop(device);
}

void interpose_for_long(struct virtio_device *device)
{
	stand_before(device);
	stays = true;
}

void interpose_no_longer(struct virtio_device *device)
{
	stays = false;
	leave(device);
}

static void begin(struct virtio_device *device)
{
	if (stays)
		start(device);
	else
		stand_before(device);
}

static void end(struct virtio_device *device)
{
	if (!stays)
		leave(device);
}

const struct interference interposition = {.begin = begin, .end = end};

struct virtio_device *first_device(void)
{
	for_each_device (device) {
		if (device_selected(device) && !face_of(device)->unusable)
			return device;
	}
	return NULL;
}
