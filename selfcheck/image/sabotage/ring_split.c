/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that write into a split ring and its buffers what does not belong there (2.7). */
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "tests/harness/subject/subject.h"
#include "virtio/ring/split.h"

static void flip(volatile void *byte)
{
	write8(byte, (uint8_t)~read8(byte));
}

/* ---- what a used element says ---- */

static void use_another_id(struct virtqueue *queue, struct used_element *element)
{
	element->id += queue->size;
}
SABOTEUR(used_id_beyond_the_table, .about = "used elements hold the head plus the queue size",
	 BREAKS(CLAUSE_SPLIT_TXT_11), .used_element = use_another_id);

static void soil_upper_half(struct virtqueue *queue, struct used_element *element)
{
	element->id |= 0x50000;
}
SABOTEUR(used_id_has_upper_half, .about = "the upper half of used ids is not 0",
	 BREAKS(CLAUSE_SPLIT_TXT_11), .used_element = soil_upper_half);

static void lengthen(struct virtqueue *queue, struct used_element *element)
{
	element->length++;
}
SABOTEUR(used_length_one_more, .about = "used lengths count one byte more",
	 BREAKS(CLAUSE_VQ_TXT_5, CLAUSE_VQ_TXT_6), .used_element = lengthen);

static void shorten(struct virtqueue *queue, struct used_element *element)
{
	if (ring_is_packed(queue) && element->length)
		element->length--;
}
/* In a split ring that is allowed: the eccentric ok_counts_less. */
SABOTEUR(used_length_one_less, .about = "used lengths in a packed ring count one byte less",
	 BREAKS(CLAUSE_VQ_TXT_4), .used_element = shorten);

/* ---- bytes that a used length counts and nobody wrote ---- */

#define CHAINS_MOST 1024

static struct {
	uint8_t *readable, *writable;
	uint8_t last; /* what stood in the first writable byte */
} buffers[CHAINS_MOST];

static void note_buffers(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *readable = first_link(chain, false), *writable = first_link(chain, true);

	if (chain->id >= CHAINS_MOST)
		return;
	buffers[chain->id].readable =
		readable ? (uint8_t *)(uintptr_t)from_le64(*readable->addr) : NULL;
	buffers[chain->id].writable =
		writable ? (uint8_t *)(uintptr_t)from_le64(*writable->addr) : NULL;
	if (writable)
		buffers[chain->id].last = *buffers[chain->id].writable;
}

static void note_all_buffers(struct onlooker *self, struct virtqueue *queue)
{
	visit_new_chains(queue, note_buffers);
}

static void unwrite(struct virtqueue *queue, struct used_element *element)
{
	if (element->id < CHAINS_MOST && buffers[element->id].writable)
		*buffers[element->id].writable = buffers[element->id].last;
}
/* A block device tells more than it wrote anyway. */
SABOTEUR(first_byte_not_written, .about = "the first writable byte is counted but never written",
	 BREAKS(CLAUSE_SPLIT_USED_2), .type = VIRTIO_TYPE_ENTROPY, .start = forget_chains,
	 .onlooker.publish = note_all_buffers, .used_element = unwrite);

static void write_readable(struct virtqueue *queue, struct used_element *element)
{
	if (element->id < CHAINS_MOST && buffers[element->id].readable)
		flip(buffers[element->id].readable);
}
SABOTEUR(readable_buffer_written, .about = "the first device-readable byte is changed",
	 BREAKS(CLAUSE_SPLIT_DESC_1, CLAUSE_PACKED_DESC_1), .tests = "ring.*",
	 .start = forget_chains, .onlooker.publish = note_all_buffers,
	 .used_element = write_readable);

/* ---- parts that only the driver writes ---- */

static void write_descriptor(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue) && element->id < queue->size)
		flip(&split_of(queue)->desc[element->id].len);
}
SABOTEUR(descriptor_written_back, .about = "the length in the head descriptor is changed",
	 BREAKS(CLAUSE_SPLIT_DESC_3), .tests = "ring.*", .used_element = write_descriptor);

static void write_table(struct virtqueue *queue, struct used_element *element)
{
	if (element->id < queue->size && queue->chains[element->id].table)
		flip(queue->chains[element->id].table);
}
SABOTEUR(table_written, .about = "the first byte of indirect tables is changed",
	 BREAKS(CLAUSE_SPLIT_DESC_3, CLAUSE_PACKED_TXT_21), .tests = "ring.*ring_is_kept",
	 .used_element = write_table);

static void write_available(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue))
		flip(&split_of(queue)->avail->ring[(uint16_t)(split_of(queue)->avail_index - 1) %
						   queue->size]);
}
SABOTEUR(available_ring_written, .about = "entries of the available ring are changed",
	 BREAKS(CLAUSE_SPLIT_TXT_9), .tests = "ring.*", .used_element = write_available);

/* ---- memory beyond ---- */

static void write_behind_used_ring(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue))
		flip((uint8_t *)split_of(queue)->used + virtq_used_bytes(queue->size));
}
SABOTEUR(memory_behind_the_used_ring, .about = "the byte behind avail_event is written",
	 BREAKS(CLAUSE_SPLIT_TXT_10, CLAUSE_EVIDX_TXT_5), .tests = "ring.*",
	 .used_element = write_behind_used_ring);

static void write_far_event(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue) && queue->event_idx)
		write16((uint8_t *)split_of(queue)->used + 4 + 8u * offered_size(queue->device),
			(uint16_t)(split_of(queue)->used_index + 1));
}
SABOTEUR(avail_event_of_the_largest_ring,
	 .about = "avail_event is kept where the largest ring would have it",
	 BREAKS(CLAUSE_EVIDX_TXT_5), .tests = "ring.split_avail_event*",
	 .used_element = write_far_event);

static void write_avail_event(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue) && !queue->event_idx)
		write16(split_of(queue)->avail_event, (uint16_t)(split_of(queue)->used_index + 1));
}
SABOTEUR(avail_event_without_feature, .about = "avail_event is written without EVENT_IDX",
	 BREAKS(CLAUSE_EVIDX_TXT_7), .used_element = write_avail_event);

static void soil_flags(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue))
		write16(&split_of(queue)->used->flags,
			queue->event_idx ? VIRTQ_USED_F_NO_NOTIFY : 2);
}
SABOTEUR(used_flags_soiled, .about = "flags of the used ring hold a value of no meaning",
	 BREAKS(CLAUSE_SPLIT_KICK_1, CLAUSE_SPLIT_KICK_3), .used_element = soil_flags);

/* ---- where elements stand ---- */

static void move_element(struct virtqueue *queue, struct used_element *element)
{
	uint16_t index = from_le16(split_of(queue)->used->idx);
	struct virtq_used_elem *ring = split_of(queue)->used->ring;

	if (ring_is_packed(queue) || queue->size <= 2)
		return;
	ring[index % queue->size] =
		(struct virtq_used_elem){to_le32(element->id), to_le32(element->length)};
	element->id = element->length = 0xb5b5b5b5; /* what stood there */
}
SABOTEUR(element_in_the_next_slot, .about = "used elements are written into the slot behind theirs",
	 BREAKS(CLAUSE_SPLIT_TXT_15, CLAUSE_FEAT_TXT_4), .used_element = move_element);

static void repeat_element(struct virtqueue *queue, struct used_element *element)
{
	uint16_t index = from_le16(split_of(queue)->used->idx);

	if (ring_is_packed(queue) || queue->in_flight < 2 || queue->size < 4)
		return;
	/* The one before stands there once more. */
	element->id = from_le32(
		split_of(queue)->used->ring[(uint16_t)(index - queue->in_flight) % queue->size].id);
}
SABOTEUR(buffer_used_twice, .about = "with several buffers in flight the first is used for all",
	 BREAKS(CLAUSE_VQ_TXT_2), .tests = "ring.split_ring_is_kept",
	 .used_element = repeat_element);

/* ---- the used index ---- */

static void add_one(struct onlooker *self, struct virtqueue *queue)
{
	struct split_virtqueue *ring = split_of(queue);

	if (!ring_is_packed(queue) && read16(&ring->used->idx) == ring->avail_index)
		write16(&ring->used->idx, (uint16_t)(ring->avail_index + 1));
}
SABOTEUR(used_index_one_ahead, .about = "the used index counts one buffer too many",
	 BREAKS(CLAUSE_SPLIT_TXT_13, CLAUSE_SPLIT_TXT_17), .tests = "ring.split_ring_is_kept",
	 .onlooker.used = add_one);

static void skip_0(struct onlooker *self, struct virtqueue *queue)
{
	/* On the second lap it is one ahead. */
	if (split_of(queue)->avail_index < split_of(queue)->used_index)
		add_one(self, queue);
}
SABOTEUR(used_index_skips_0, .about = "the used index goes from 65535 to 1",
	 BREAKS(CLAUSE_SPLIT_TXT_14), .tests = "ring.split_indices*", .onlooker.used = skip_0);

static void stop_at_wrap(struct onlooker *self, struct virtqueue *queue)
{
	/* What is exposed beyond 65535 is not shown to the device. */
	if (!ring_is_packed(queue) && split_of(queue)->avail_index < split_of(queue)->used_index)
		split_of(queue)
			->avail->ring[(uint16_t)(split_of(queue)->avail_index - 1) % queue->size] =
			to_le16(0xffff);
}
SABOTEUR(available_index_wrap, .about = "entries exposed across index 65535 are misread",
	 BREAKS(CLAUSE_SPLIT_TXT_7), .tests = "ring.split_indices*",
	 .onlooker.publish = stop_at_wrap);
