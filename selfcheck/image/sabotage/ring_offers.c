/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saboteurs of features that few devices have: they are pretended (selfcheck/image/disguise/offer.h), and
 * something is wrong with how they work.
 */
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "selfcheck/image/disguise/hand.h"
#include "selfcheck/image/disguise/offer.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

#define IN_ORDER BIT64(VIRTIO_F_IN_ORDER)

/* ---- IN_ORDER ---- */

static bool in_order(const struct virtqueue *queue)
{
	return queue->in_order && !ring_is_packed(queue);
}

static struct virtq_used_elem *element_at(struct virtqueue *queue, uint16_t index)
{
	return &split_of(queue)->used->ring[index % queue->size];
}

/* Everything of a round is used: how many elements the driver has not looked at. */
static uint16_t complete_round(const struct virtqueue *queue)
{
	uint16_t used = read16(&split_of(queue)->used->idx);

	return used == split_of(queue)->avail_index ? (uint16_t)(used - split_of(queue)->used_index)
						    : 0;
}

static uint16_t treated; /* the used index up to which elements have been changed */

static void start_order(struct virtio_device *device)
{
	treated = 0;
}

/* True once for each complete round of at least `least` buffers; first: the index of its first. */
static bool new_round(struct virtqueue *queue, uint16_t least, uint16_t *first, uint16_t *count)
{
	*first = split_of(queue)->used_index;
	*count = complete_round(queue);
	if (!in_order(queue) || *count < least || treated == split_of(queue)->avail_index)
		return false;
	treated = split_of(queue)->avail_index;
	return true;
}

static void swap_elements(struct onlooker *self, struct virtqueue *queue)
{
	uint16_t first, count;

	if (new_round(queue, 2, &first, &count)) {
		struct virtq_used_elem element = *element_at(queue, first);

		*element_at(queue, first) = *element_at(queue, (uint16_t)(first + 1));
		*element_at(queue, (uint16_t)(first + 1)) = element;
	}
}
SABOTEUR(order_reversed, .about = "two buffers change places in the used ring despite IN_ORDER",
	 BREAKS(CLAUSE_RESV_6), .offers = IN_ORDER, .start = start_order,
	 .onlooker.used = swap_elements);

static void unknown_end(struct onlooker *self, struct virtqueue *queue)
{
	uint16_t first, count;

	if (new_round(queue, 1, &first, &count))
		element_at(queue, first)->id.raw += queue->size;
}
SABOTEUR(batch_ends_nowhere, .about = "batches end with an id of no buffer",
	 BREAKS(CLAUSE_INORD_TXT_2), .offers = IN_ORDER, .start = start_order,
	 .onlooker.used = unknown_end);

/* All of a round as one batch whose element stands where that of the last one would. */
static void batch_at_its_end(struct onlooker *self, struct virtqueue *queue)
{
	uint16_t first, count;

	if (!new_round(queue, 2, &first, &count))
		return;
	for (uint16_t n = 0; n + 1 < count; n++)
		*element_at(queue, (uint16_t)(first + n)) =
			(struct virtq_used_elem){to_le32(0xb5b5b5b5), to_le32(0xb5b5b5b5)};
}
SABOTEUR(batch_element_misplaced,
	 .about = "a batch's element stands at the place of its last buffer",
	 BREAKS(CLAUSE_INORD_TXT_4), .tests = "ring.split_buffers*", .offers = IN_ORDER,
	 .start = start_order, .onlooker.used = batch_at_its_end);

static void count_batch_twice(struct onlooker *self, struct virtqueue *queue)
{
	if (in_order(queue) && complete_round(queue))
		write16(&split_of(queue)->used->idx, (uint16_t)(split_of(queue)->avail_index + 1));
}
SABOTEUR(batch_miscounted, .about = "the used index grows by more than a batch has buffers",
	 BREAKS(CLAUSE_INORD_TXT_3), .tests = "ring.split_buffers*", .offers = IN_ORDER,
	 .onlooker.used = count_batch_twice);

/* A batch as it should be, but for the buffers that it skips: those were not written. */
static struct {
	uint8_t *bytes;
	uint8_t value;
} unwritten[1024];

static void note_buffer(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *link = first_link(chain, true);

	if (chain->id >= ARRAY_LENGTH(unwritten))
		return;
	unwritten[chain->id].bytes = link ? (uint8_t *)(uintptr_t)from_le64(*link->addr) : NULL;
	if (link)
		unwritten[chain->id].value = *unwritten[chain->id].bytes;
}

static void note_buffers(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, note_buffer);
}

static void skip_unwritten(struct onlooker *self, struct virtqueue *queue)
{
	uint16_t first, count;
	uint32_t last;

	if (!new_round(queue, 2, &first, &count))
		return;
	last = from_le32(element_at(queue, (uint16_t)(first + count - 1))->id);
	for (uint16_t n = 0; n + 1 < count; n++) {
		uint32_t id = from_le32(element_at(queue, (uint16_t)(first + n))->id);

		if (id < ARRAY_LENGTH(unwritten) && unwritten[id].bytes)
			*unwritten[id].bytes = unwritten[id].value;
		*element_at(queue, (uint16_t)(first + n)) =
			(struct virtq_used_elem){to_le32(0xb5b5b5b5), to_le32(0xb5b5b5b5)};
	}
	*element_at(queue, first) = *element_at(queue, (uint16_t)(first + count - 1));
	*element_at(queue, (uint16_t)(first + count - 1)) =
		(struct virtq_used_elem){to_le32(0xb5b5b5b5), to_le32(0xb5b5b5b5)};
	element_at(queue, first)->id = to_le32(last);
}

static void start_skipping(struct virtio_device *device)
{
	forget_chains(device);
	start_order(device);
}
SABOTEUR(skipped_buffers_unwritten, .about = "a batch skips buffers that were not written",
	 BREAKS(CLAUSE_INORD_TXT_6), .tests = "ring.split_buffers*", .offers = IN_ORDER,
	 .start = start_skipping, .onlooker.publish = note_buffers,
	 .onlooker.used = skip_unwritten);

static void use_unknown_id(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue) && queue->in_order)
		element->id ^= 0x4000;
}
SABOTEUR(packed_batch_ends_nowhere, .about = "batches of a packed ring end with an id of no buffer",
	 BREAKS(CLAUSE_INORD_TXT_7, CLAUSE_INORD_TXT_9), .tests = "ring.packed_buffers*",
	 .offers = IN_ORDER, .used_element = use_unknown_id);

static void write_skipped_slot(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue) && queue->in_order && queue->size > 2)
		packed_of(queue)
			->desc[(packed_of(queue)->used_slot + queue->size - 1u) % queue->size]
			.addr.raw++;
}
SABOTEUR(packed_skipped_slot_written, .about = "slots are written that a batch skips",
	 BREAKS(CLAUSE_INORD_TXT_8), .tests = "ring.packed_buffers*", .offers = IN_ORDER,
	 .used_element = write_skipped_slot);

/* ---- NOTIFICATION_DATA, NOTIF_CONFIG_DATA ---- */

/* Kicks whose upper half is not what stands in the ring are not heard: every 17th position. */
static bool misread_position(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || access->width != 4 ||
	       (*value >> 16) % 17 != 16;
}
SABOTEUR(kick_position_misread, .about = "kicks that carry certain positions are not heard",
	 BREAKS(CLAUSE_KICK_TXT_3), .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA),
	 .onlooker.write = misread_position);

static bool want_plain_index(struct onlooker *self, const struct register_access *access,
			     uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY ||
	       (*value & 0xffff) < offered_queues(access->device);
}
static bool want_identifier(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	return access->structure != STRUCTURE_NOTIFY || offer_accepted(VIRTIO_F_NOTIF_CONFIG_DATA);
}
SABOTEUR(queue_index_refused, .about = "kicks by index are not heard where identifiers are offered",
	 BREAKS(CLAUSE_KICK_TXT_1), .offers = BIT64(VIRTIO_F_NOTIF_CONFIG_DATA),
	 .onlooker.write = want_identifier);

SABOTEUR(queue_identifier_refused, .about = "kicks with the device's own identifier are not heard",
	 BREAKS(CLAUSE_KICK_TXT_2, CLAUSE_PCI_KICK_TXT_3),
	 .offers = BIT64(VIRTIO_F_NOTIFICATION_DATA) | BIT64(VIRTIO_F_NOTIF_CONFIG_DATA),
	 .onlooker.write = want_plain_index);

/* ---- SUSPEND ---- */

#define SUSPEND BIT64(VIRTIO_F_SUSPEND)

static uint64_t status_read(const struct register_access *access, uint64_t value, bool when,
			    uint8_t set, uint8_t clear)
{
	if (!is_common(access, device_status) || !when)
		return value;
	return (value | set) & ~(uint64_t)clear;
}

static uint64_t suspend_early(struct onlooker *self, const struct register_access *access,
			      uint64_t value)
{
	return status_read(access, value, value && !(value & VIRTIO_STATUS_DRIVER_OK),
			   VIRTIO_STATUS_SUSPEND, 0);
}
SABOTEUR(suspended_too_early, .about = "SUSPEND shows before DRIVER_OK", BREAKS(CLAUSE_SUSPEND_1),
	 .offers = SUSPEND, .onlooker.read = suspend_early);

static uint64_t hide_suspension(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	return status_read(access, value, offer_suspended(), VIRTIO_STATUS_DRIVER_OK,
			   VIRTIO_STATUS_SUSPEND);
}
SABOTEUR(suspension_refused, .about = "setting SUSPEND does nothing", BREAKS(CLAUSE_SUSPEND_8),
	 .tests = "ring.suspend*", .offers = SUSPEND, .onlooker.read = hide_suspension);

static uint64_t keep_driver_ok(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	return status_read(access, value, offer_suspended(), VIRTIO_STATUS_DRIVER_OK, 0);
}
SABOTEUR(driver_ok_while_suspended, .about = "DRIVER_OK reads 1 on a suspended device",
	 BREAKS(CLAUSE_SUSPEND_TXT_1), .tests = "ring.suspend*", .offers = SUSPEND,
	 .onlooker.read = keep_driver_ok);

static bool was_suspended;

static void start_suspension(struct virtio_device *device)
{
	hand_start(device);
	was_suspended = false;
}

static uint64_t stay_suspended(struct onlooker *self, const struct register_access *access,
			       uint64_t value)
{
	was_suspended = was_suspended || offer_suspended();
	return status_read(access, value, was_suspended && value, VIRTIO_STATUS_SUSPEND,
			   VIRTIO_STATUS_DRIVER_OK);
}
SABOTEUR(never_resumes, .about = "a suspended device does not resume", BREAKS(CLAUSE_SUSPEND_9),
	 .tests = "ring.suspend*", .offers = SUSPEND, .start = start_suspension,
	 .onlooker.read = stay_suspended);

static uint64_t keep_suspend_bit(struct onlooker *self, const struct register_access *access,
				 uint64_t value)
{
	was_suspended = was_suspended || offer_suspended();
	return status_read(access, value, was_suspended && (value & VIRTIO_STATUS_DRIVER_OK),
			   VIRTIO_STATUS_SUSPEND, 0);
}
SABOTEUR(suspend_bit_stays, .about = "SUSPEND reads 1 after the device has resumed",
	 BREAKS(CLAUSE_SUSPEND_TXT_2), .tests = "ring.suspend*", .offers = SUSPEND,
	 .start = start_suspension, .onlooker.read = keep_suspend_bit);

static bool hold_messages(struct onlooker *self, unsigned vector)
{
	return !victim_queue(vector) || !victim->queues[0] || was_suspended;
}
SABOTEUR(messages_owed_at_suspension, .about = "used buffers are not announced before suspension",
	 BREAKS(CLAUSE_SUSPEND_12), .tests = "ring.suspended*", .offers = SUSPEND,
	 .start = start_suspension, .onlooker.arrival = hold_messages);

/* What is in the ring as it becomes full is never found again. */
static bool overlook_full_ring(struct onlooker *self, const struct register_access *access,
			       uint64_t *value)
{
	const struct virtio_device *device = access->device;
	unsigned queue = (unsigned)(*value & 0xffff);

	return access->structure != STRUCTURE_NOTIFY || queue >= device->queue_count ||
	       !device->queues[queue] || !device->queues[queue]->in_order ||
	       device->queues[queue]->free;
}
SABOTEUR(full_ring_stops, .about = "with IN_ORDER a queue stops when a list fills its ring",
	 BREAKS(CLAUSE_VQ_TXT_1), .tests = "ring.full_ring*", .offers = IN_ORDER,
	 .onlooker.write = overlook_full_ring);
