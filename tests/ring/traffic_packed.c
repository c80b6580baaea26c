/* SPDX-License-Identifier: BSD-2-Clause */
/* What a packed ring looks like before and after a device used it (virtio 1.4, 2.8). */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"

static void packed_before(struct traffic *traffic)
{
	struct packed_virtqueue *ring = packed_of(traffic->queue);
	struct virtq_packed_desc *copy = (struct virtq_packed_desc *)traffic->desc_copy;

	/* Nothing is in flight: whatever was used in the round before stands as it was left. */
	for (unsigned n = 0; traffic->served && n < traffic->queue->size; n++) {
		uint16_t flags = read16(&ring->desc[n].flags);
		bool used =
			!(flags & VIRTQ_PACKED_DESC_F_AVAIL) == !(flags & VIRTQ_PACKED_DESC_F_USED);

		if (used && !(ring->holding && n == ring->held_slot) &&
		    read16(&copy[n].flags) == flags &&
		    memcmp(&copy[n], &ring->desc[n], sizeof(copy[n])) != 0)
			traffic_note(traffic, FLAW_CHANGED_LATER,
				     "used descriptor %u has changed after it was marked used", n);
	}
	traffic->round_start = ring->used_slot;
	traffic->start_wrap = ring->used_wrap;
	memcpy(traffic->desc_copy, ring->desc, traffic->desc_bytes);
	if (ring->holding)
		copy[ring->held_slot].flags = to_le16(ring->held_flags);
	memcpy(traffic->driver_copy, ring->driver, traffic->driver_bytes);
}

/* The slots behind which the next used descriptor stands; IN_ORDER: of all buffers up to this one. */
static unsigned descriptors_used(const struct traffic *traffic, uint16_t id, unsigned *used)
{
	const struct chain *chains = traffic->queue->chains;
	unsigned last = traffic_rank(traffic, id, *used), slots = 0;

	if (!traffic->queue->in_order || last >= traffic->expected) {
		++*used;
		return chains[id].length;
	}
	for (; *used <= last; ++*used)
		slots += chains[traffic->exposed[*used]].length;
	return slots;
}

/* A slot that is not marked used: the device may not have left its mark in any other way either. */
static bool marked_wrongly(struct traffic *traffic, uint16_t slot, bool wrap)
{
	const uint16_t mark = VIRTQ_PACKED_DESC_F_AVAIL | VIRTQ_PACKED_DESC_F_USED;
	const struct virtq_packed_desc *copy = (const void *)traffic->desc_copy;
	uint16_t flags = read16(&packed_of(traffic->queue)->desc[slot].flags);

	if (((flags ^ from_le16(copy[slot].flags)) & mark) == 0 ||
	    (!(flags & VIRTQ_PACKED_DESC_F_AVAIL) == !wrap &&
	     !(flags & VIRTQ_PACKED_DESC_F_USED) == !wrap))
		return false;
	traffic_note(traffic, FLAW_WRAP,
		     "slot %u was marked with AVAIL %u USED %u, the wrap counter is %u", slot,
		     flags & VIRTQ_PACKED_DESC_F_AVAIL ? 1 : 0,
		     flags & VIRTQ_PACKED_DESC_F_USED ? 1 : 0, wrap);
	traffic->broken = true;
	return true;
}

static bool packed_look(struct traffic *traffic)
{
	struct virtqueue *queue = traffic->queue;
	const struct packed_virtqueue *ring = packed_of(queue);
	uint16_t flags = read16(&ring->device->flags);
	unsigned used = 0;
	uint16_t slot = ring->used_slot;
	bool wrap = ring->used_wrap;

	virtqueue_used_pending(queue);
	if (flags > (queue->event_idx ? VIRTQ_EVENT_FLAGS_DESC : VIRTQ_EVENT_FLAGS_DISABLE))
		traffic_note(traffic, FLAW_FLAGS, "the device's event flags are %#x", flags);
	/* From one used descriptor to the next, over as many slots as its chain has. */
	while (used < traffic->expected) {
		uint16_t desc_flags = read16(&ring->desc[slot].flags);
		uint16_t id = read16(&ring->desc[slot].id);
		unsigned by;

		if (!(desc_flags & VIRTQ_PACKED_DESC_F_AVAIL) != !wrap ||
		    !(desc_flags & VIRTQ_PACKED_DESC_F_USED) != !wrap)
			return marked_wrongly(traffic, slot, wrap);
		/* An id of no buffer in flight is found when it is taken. */
		if (id >= queue->size || !queue->chains[id].token)
			return true;
		by = descriptors_used(traffic, id, &used);
		traffic->seen = used;
		wrap = slot + by >= queue->size ? !wrap : wrap;
		slot = (uint16_t)((slot + by) % queue->size);
	}
	return true;
}

/* What the device wrote into the slots of this round's chains. */
static void compare_slots(struct traffic *traffic)
{
	const struct virtqueue *queue = traffic->queue;
	const struct packed_virtqueue *ring = packed_of(queue);
	const struct virtq_packed_desc *copy = (const void *)traffic->desc_copy;
	static bool due[VIRTQ_SIZE_MOST];
	uint16_t slot = traffic->round_start;
	bool wrap = traffic->start_wrap;
	unsigned n = 0;

	memset(due, false, queue->size);
	while (n < traffic->expected) {
		uint16_t id = read16(&ring->desc[slot].id), flags = read16(&ring->desc[slot].flags);

		if (queue->in_order && traffic_rank(traffic, id, n) >= traffic->expected)
			traffic_note(
				traffic, FLAW_BATCH_ID,
				"slot %u was used with id %u, which is of no buffer that is due",
				slot, id);
		if (id >= queue->size || !queue->chains[id].token)
			return;
		due[slot] = true;
		if (!(flags & VIRTQ_PACKED_DESC_F_AVAIL) != !wrap ||
		    !(flags & VIRTQ_PACKED_DESC_F_USED) != !wrap)
			traffic_note(
				traffic, FLAW_WRAP,
				"slot %u was used with AVAIL %u USED %u, the wrap counter is %u",
				slot, flags & VIRTQ_PACKED_DESC_F_AVAIL ? 1 : 0,
				flags & VIRTQ_PACKED_DESC_F_USED ? 1 : 0, wrap);
		slot += descriptors_used(traffic, id, &n);
		if (slot >= queue->size) {
			slot -= queue->size;
			wrap = !wrap;
		}
	}
	for (n = 0; n < queue->size; n++) {
		if (!due[n] && memcmp(&copy[n], &ring->desc[n], sizeof(copy[n])) != 0)
			traffic_note(traffic, FLAW_SLOT,
				     "slot %u has changed, where no used descriptor is due", n);
	}
}

static void packed_after(struct traffic *traffic)
{
	const struct virtqueue *queue = traffic->queue;
	const struct packed_virtqueue *ring = packed_of(queue);
	uint32_t extent = queue->size * (uint32_t)sizeof(*ring->desc);

	if (!traffic->broken)
		compare_slots(traffic);
	if (memcmp(traffic->driver_copy, ring->driver, traffic->driver_bytes) != 0)
		traffic_note(traffic, FLAW_DRIVER_AREA,
			     "the driver's event structure has changed: desc %#x flags %#x",
			     read16(&ring->driver->desc), read16(&ring->driver->flags));
	if (memcmp(traffic->desc_copy + extent, (const uint8_t *)ring->desc + extent,
		   traffic->desc_bytes - extent) != 0)
		traffic_note(traffic, FLAW_BEYOND, "memory behind the last of %u slots was written",
			     queue->size);
	/* From now on used descriptors have to stay: see packed_before(). */
	memcpy(traffic->desc_copy, ring->desc, traffic->desc_bytes);
}

static void packed_element(struct traffic *traffic, const struct completion *completion,
			   const struct load *load, bool written)
{
	if (completion->skipped)
		return;
	if (completion->id != load->id)
		traffic_note(traffic, FLAW_ID, "used id %u for the buffer with id %u",
			     completion->id, load->id);
	if (written && !completion->has_length)
		traffic_note(
			traffic, FLAW_FLAG_MISSING,
			"id %u: the device wrote into the buffer and left the WRITE flag clear",
			completion->id);
	if (!load->request->in_length && completion->has_length)
		traffic_note(traffic, FLAW_FLAG_STRAY,
			     "id %u: the WRITE flag is set for a buffer without writable bytes",
			     completion->id);
}

const struct traffic_format traffic_packed = {
	.before = packed_before,
	.look = packed_look,
	.after = packed_after,
	.element = packed_element,
};
