/* SPDX-License-Identifier: BSD-2-Clause */
/* What a split ring looks like before and after a device used it (virtio 1.4, 2.7). */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/split.h"

static uint32_t used_ring_bytes(const struct traffic *traffic)
{
	/* flags, idx, the entries; avail_event behind them is judged on its own. */
	return 4 + 8u * traffic->queue->size;
}

static void split_before(struct traffic *traffic)
{
	struct split_virtqueue *ring = split_of(traffic->queue);
	uint16_t index = read16(&ring->used->idx);

	if (index != ring->used_index)
		traffic_note(traffic, FLAW_STEP,
			     "used idx is %u, though only %u buffers were ever exposed", index,
			     ring->used_index);
	traffic->round_start = ring->used_index;
	traffic->sampled = ring->used_index;
	/* Nothing is in flight, so that the device looks at no used element. */
	for (unsigned n = 0; n < traffic->queue->size; n++) {
		ring->used->ring[n].id = to_le32(UNWRITTEN);
		ring->used->ring[n].len = to_le32(UNWRITTEN);
	}
	memcpy(traffic->desc_copy, ring->desc, traffic->desc_bytes);
	memcpy(traffic->driver_copy, ring->avail, traffic->driver_bytes);
	/* What publish() is about to store. */
	((struct virtq_avail *)traffic->driver_copy)->idx = to_le16(ring->avail_index);
	memcpy(traffic->device_copy, ring->used, traffic->device_bytes);
}

static bool split_look(struct traffic *traffic)
{
	struct virtqueue *queue = traffic->queue;
	const struct split_virtqueue *ring = split_of(queue);
	uint16_t index, flags;

	/* Through the queue, as a driver looks. */
	virtqueue_used_pending(queue);
	index = read16(&ring->used->idx);
	flags = read16(&ring->used->flags);
	if ((int16_t)(index - traffic->sampled) < 0)
		traffic_note(traffic, FLAW_BACK, "used idx went back from %u to %u",
			     traffic->sampled, index);
	if ((uint16_t)(index - traffic->round_start) > traffic->expected)
		traffic_note(traffic, FLAW_BACK, "used idx %u has passed the available idx %u",
			     index, ring->avail_index);
	if (flags > (queue->event_idx ? 0 : VIRTQ_USED_F_NO_NOTIFY))
		traffic_note(traffic, FLAW_FLAGS, "flags of the used ring are %#x", flags);
	traffic->sampled = index;
	traffic->seen = (uint16_t)(index - traffic->round_start);
	return traffic->seen >= traffic->expected;
}

/* The position of the first byte that differs, or length. */
static uint32_t first_difference(const void *a, const void *b, uint32_t length)
{
	const uint8_t *left = a, *right = b;
	uint32_t n = 0;

	while (n < length && left[n] == right[n])
		n++;
	return n;
}

static void compare_driver_parts(struct traffic *traffic)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	uint32_t at;

	if (memcmp(traffic->desc_copy, ring->desc, traffic->desc_bytes) != 0) {
		at = first_difference(traffic->desc_copy, ring->desc, traffic->desc_bytes);
		traffic_note(traffic, FLAW_DESCRIPTOR,
			     "byte %u of descriptor %u has changed from %#x to %#x", at % 16,
			     at / 16, traffic->desc_copy[at], ((const uint8_t *)ring->desc)[at]);
	}
	if (memcmp(traffic->driver_copy, ring->avail, traffic->driver_bytes) != 0) {
		at = first_difference(traffic->driver_copy, ring->avail, traffic->driver_bytes);
		traffic_note(traffic, FLAW_DRIVER_AREA,
			     "byte %u of the available ring has changed from %#x to %#x", at,
			     traffic->driver_copy[at], ((const uint8_t *)ring->avail)[at]);
	}
}

static void compare_behind_used_ring(struct traffic *traffic)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	const uint8_t *used = (const uint8_t *)ring->used;
	uint32_t event = used_ring_bytes(traffic), end = event + 2;

	if (!traffic->queue->event_idx &&
	    memcmp(traffic->device_copy + event, used + event, 2) != 0)
		traffic_note(traffic, FLAW_AVAIL_EVENT,
			     "the two bytes behind the used ring were written: %u",
			     read16(ring->avail_event));
	if (memcmp(traffic->device_copy + end, used + end, traffic->device_bytes - end) != 0) {
		uint32_t at = end + first_difference(traffic->device_copy + end, used + end,
						     traffic->device_bytes - end);

		traffic_note(traffic, FLAW_BEYOND,
			     "byte %u from the start of the used ring of %u entries was written",
			     at, traffic->queue->size);
	}
}

/*
 * Each element of the round stands in the slot of its position. What a device writes into slots that are
 * not due is its own affair: hardware may write whole lines.
 */
static void compare_elements(struct traffic *traffic, uint16_t used)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	uint16_t size = traffic->queue->size;

	for (uint16_t n = 0; n < used; n++) {
		uint16_t slot = (uint16_t)(traffic->round_start + n) % size;

		if (read32(&ring->used->ring[slot].id) == UNWRITTEN)
			traffic_note(traffic, FLAW_SLOT,
				     "used idx went from %u to %u, but used[%u] was not written",
				     traffic->round_start, traffic->sampled, slot);
	}
}

static void compare_ids(struct traffic *traffic, uint16_t used)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	uint16_t size = traffic->queue->size;

	for (uint16_t n = 0; n < used; n++) {
		uint32_t id =
			read32(&ring->used->ring[(uint16_t)(traffic->round_start + n) % size].id);

		for (uint16_t m = 0; m < n; m++) {
			uint16_t at = (uint16_t)(traffic->round_start + m) % size;

			if (id != UNWRITTEN && read32(&ring->used->ring[at].id) == id)
				traffic_note(traffic, FLAW_AGAIN,
					     "head %u stands in used[%u] and again in used[%u]", id,
					     at, (uint16_t)(traffic->round_start + n) % size);
		}
	}
}

/*
 * Whether the elements behind the one of a batch, which need not be there, name each of the others of it once: then
 * these were used in another order. Anything else there means nothing: hardware may write whole lines.
 */
static bool is_shuffled(const struct traffic *traffic, unsigned at, unsigned last)
{
	const struct virtq_used_elem *elements = split_of(traffic->queue)->used->ring;
	uint16_t size = traffic->queue->size;

	for (unsigned n = at + 1; n <= last; n++) {
		const struct virtq_used_elem *element =
			&elements[(uint16_t)(traffic->round_start + n) % size];

		if (traffic_rank(traffic, read32(&element->id), at) >= last ||
		    (traffic->loads->request->in_length && !read32(&element->len)))
			return false;
		for (unsigned m = at + 1; m < n; m++) {
			if (read32(&elements[(uint16_t)(traffic->round_start + m) % size].id) ==
			    read32(&element->id))
				return false;
		}
	}
	return last > at;
}

/* 2.7.9: one element a batch, where its first buffer has its place, with the head of its last. */
static void compare_batches(struct traffic *traffic, uint16_t used)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	uint16_t size = traffic->queue->size;

	for (unsigned at = 0; at < used;) {
		uint16_t slot = (uint16_t)(traffic->round_start + at) % size;
		uint32_t id = read32(&ring->used->ring[slot].id);
		unsigned last = traffic_rank(traffic, id, at);

		if (id == UNWRITTEN) {
			traffic_note(traffic, FLAW_BATCH_PLACE,
				     "used[%u], the place of the oldest buffer, was not written",
				     slot);
			return;
		}
		if (last >= used) {
			traffic_note(
				traffic, FLAW_BATCH_ID,
				"used[%u] holds id %u, which is the head of no buffer that is due",
				slot, id);
			return;
		}
		if (is_shuffled(traffic, at, last))
			traffic_note(
				traffic, FLAW_ORDER,
				"head %u in used[%u] was exposed as number %u of its round, and "
				"those before it stand behind it",
				id, slot, last);
		at = last + 1;
	}
}

static void split_after(struct traffic *traffic)
{
	const struct split_virtqueue *ring = split_of(traffic->queue);
	uint16_t step = (uint16_t)(read16(&ring->used->idx) - traffic->round_start);

	compare_driver_parts(traffic);
	compare_behind_used_ring(traffic);
	if (step != traffic->expected && !*traffic->flaws[FLAW_SILENT])
		traffic_note(traffic, FLAW_STEP, "%u buffers were exposed, used idx grew by %u",
			     traffic->expected, step);
	if (step > traffic->queue->size)
		return;
	if (traffic->queue->in_order) {
		compare_batches(traffic, step);
		return;
	}
	compare_elements(traffic, step);
	if (step <= 16)
		compare_ids(traffic, step);
}

static void split_element(struct traffic *traffic, const struct completion *completion,
			  const struct load *load, bool written)
{
	if (completion->id != load->id)
		traffic_note(traffic, FLAW_ID, "used id %u for head %u", completion->id, load->id);
}

const struct traffic_format traffic_split = {
	.before = split_before,
	.look = split_look,
	.after = split_after,
	.element = split_element,
};
