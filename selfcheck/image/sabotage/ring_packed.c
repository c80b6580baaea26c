/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that write into a packed ring what does not belong there (2.8). */
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/ring/packed.h"

static struct virtq_packed_desc *used_descriptor(struct virtqueue *queue)
{
	return &packed_of(queue)->desc[packed_of(queue)->used_slot];
}

static void use_another_id(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue))
		element->id ^= 0x4000;
}
SABOTEUR(packed_id_unknown, .about = "used descriptors hold ids that were never given",
	 BREAKS(CLAUSE_PACKED_TXT_7), .used_element = use_another_id);

/* Devices that leave the flag clear are honest only about what is not written. */
static void set_write_flag(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue))
		used_descriptor(queue)->flags.raw |= VIRTQ_DESC_F_WRITE;
}
SABOTEUR(packed_write_flag_always, .about = "used descriptors always have the WRITE flag",
	 BREAKS(CLAUSE_PACKED_TXT_11), .used_element = set_write_flag);

static void count_unwritten(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue))
		return;
	used_descriptor(queue)->flags.raw |= VIRTQ_DESC_F_WRITE;
	element->length += 1;
}
SABOTEUR(packed_length_one_more, .about = "used descriptors count one byte more than there is",
	 BREAKS(CLAUSE_VQ_TXT_5), .tests = "ring.packed*", .used_element = count_unwritten);

static void soil_wrap(struct onlooker *self, struct virtqueue *queue)
{
	if (ring_is_packed(queue))
		used_descriptor(queue)->flags.raw ^= VIRTQ_PACKED_DESC_F_AVAIL;
}
SABOTEUR(packed_avail_bit_left, .about = "used descriptors keep their AVAIL bit as it was",
	 BREAKS(CLAUSE_PACKED_TXT_2, CLAUSE_PACKED_TXT_3), .tests = "ring.packed*",
	 .onlooker.used = soil_wrap);

static void write_next_slot(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue) && queue->size > 2)
		packed_of(queue)
			->desc[(packed_of(queue)->used_slot + queue->size - 1u) % queue->size]
			.addr.raw++;
}
SABOTEUR(packed_other_slot_written, .about = "a slot beside the used descriptor is written",
	 BREAKS(CLAUSE_PACKED_TXT_6, CLAUSE_PACKED_TXT_5), .tests = "ring.packed*",
	 .used_element = write_next_slot);

static void write_driver_events(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue))
		packed_of(queue)->driver->desc.raw ^= 1;
}
SABOTEUR(packed_driver_events_written, .about = "the driver's event structure is written",
	 BREAKS(CLAUSE_PACKED_TXT_16), .tests = "ring.packed*",
	 .used_element = write_driver_events);

static void soil_event_flags(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue))
		write16(&packed_of(queue)->device->flags, 0x13);
}
SABOTEUR(packed_event_flags_soiled, .about = "the device's event flags hold reserved bits",
	 BREAKS(CLAUSE_PACKED_EV_TXT_8, CLAUSE_PACKED_EV_TXT_9), .tests = "ring.packed*",
	 .used_element = soil_event_flags);

static void change_later(struct virtqueue *queue, struct used_element *element)
{
	struct packed_virtqueue *ring = packed_of(queue);

	/* The one that was used before, which the driver has taken already. */
	if (ring_is_packed(queue) && queue->size > 8)
		ring->desc[(ring->used_slot + queue->size - 1u) % queue->size].addr.raw++;
}
SABOTEUR(packed_descriptor_changed_later, .about = "used descriptors are changed once more",
	 BREAKS(CLAUSE_PACKED_DESC_4), .tests = "ring.packed_ring_is_kept",
	 .used_element = change_later);

/* What is held back is shown to the device by its kick. */
static bool show_held(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	struct virtqueue *queue;

	if (access->structure != STRUCTURE_NOTIFY || *value >= access->device->queue_count)
		return true;
	queue = access->device->queues[*value];
	if (queue && ring_is_packed(queue) && packed_of(queue)->holding)
		write16(&packed_of(queue)->desc[packed_of(queue)->held_slot].flags,
			packed_of(queue)->held_flags);
	return true;
}
SABOTEUR(packed_unavailable_used, .about = "descriptors are used that are not available yet",
	 BREAKS(CLAUSE_PACKED_TXT_4, CLAUSE_PACKED_DESC_3), .onlooker.write = show_held);
