/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that make assumptions about layouts that a driver is free to choose (2.7.4, 2.7.5, 2.8.7). */
#include "arch/memory.h"
#include "lib/string.h"
#include "selfcheck/image/disguise/chains.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

/* Looks at the chains with `look` before the device sees them, which spoils what it would not have taken. */
#define CHAIN_SABOTEUR(symbol, look, ...)                                                          \
	STARTED_CHAIN_SABOTEUR(symbol, forget_chains, look, __VA_ARGS__)

/* The same with a start() of its own, which has to forget_chains(). */
#define STARTED_CHAIN_SABOTEUR(symbol, begin, look, ...)                                           \
	static void symbol##_publish(struct onlooker *self, struct virtqueue *queue)               \
	{                                                                                          \
		(void)self;                                                                        \
		visit_new_chains(queue, look);                                                     \
	}                                                                                          \
	SABOTEUR(symbol, .start = begin, .onlooker.publish = symbol##_publish, __VA_ARGS__)

static void want_whole_header(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *first = first_link(chain, false);

	if (first && from_le32(*first->len) < 12)
		spoil(chain);
}
CHAIN_SABOTEUR(header_in_one_piece, want_whole_header,
	       .about = "a header of fewer than 12 bytes in its descriptor is refused",
	       BREAKS(CLAUSE_SPLIT_FRAME_1), .type = VIRTIO_TYPE_BLK);
CHAIN_SABOTEUR(pci_legacy_header_in_one_piece, want_whole_header,
	       .about = "with VIRTIO_F_ANY_LAYOUT, too, a header of fewer than 12 bytes is refused",
	       BREAKS(CLAUSE_SPLIT_LEG_3), .type = VIRTIO_TYPE_BLK);

static void want_ascending(struct virtqueue *queue, struct chain_view *chain)
{
	for (unsigned n = 1; n < chain->count && !chain->table && !ring_is_packed(queue); n++) {
		if (chain->links[n].addr < chain->links[n - 1].addr)
			spoil(chain);
	}
}
CHAIN_SABOTEUR(chains_ascend, want_ascending,
	       .about = "chains are refused that go back in the descriptor table",
	       BREAKS(CLAUSE_SPLIT_TXT_3));

static void want_low_head(struct virtqueue *queue, struct chain_view *chain)
{
	if (!ring_is_packed(queue) && chain->id > queue->size / 4)
		spoil(chain);
}
CHAIN_SABOTEUR(heads_stand_low, want_low_head,
	       .about = "heads beyond the first quarter of the table are refused",
	       BREAKS(CLAUSE_SPLIT_TXT_5));

static void heed_every_next(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *last = &chain->links[chain->count - 1];

	if (last->next && from_le16(*last->next) >= queue->size)
		spoil(chain);
}
CHAIN_SABOTEUR(next_without_flag, heed_every_next,
	       .about = "next is heeded where the NEXT flag is clear", BREAKS(CLAUSE_SPLIT_TXT_4));

/* What a slot of the table held when it was used for the first time. */
static struct virtq_desc cached[1024];

static void start_cache(struct virtio_device *device)
{
	forget_chains(device);
	memset(cached, 0, sizeof(cached));
}

static void take_from_cache(struct virtqueue *queue, struct chain_view *chain)
{
	if (ring_is_packed(queue) || chain->table)
		return;
	for (unsigned n = 0; n < chain->count; n++) {
		struct virtq_desc *desc =
			CONTAINER_OF(chain->links[n].addr, struct virtq_desc, addr);
		struct virtq_desc *first =
			&cached[(desc - split_of(queue)->desc) % ARRAY_LENGTH(cached)];

		if (from_le32(first->len))
			*desc = *first;
		else
			*first = *desc;
	}
}
STARTED_CHAIN_SABOTEUR(descriptors_cached, start_cache, take_from_cache,
		       .about = "a descriptor counts for ever as it stood the first time",
		       BREAKS(CLAUSE_SPLIT_TXT_8), .type = VIRTIO_TYPE_BLK,
		       .tests = "ring.split_descriptors*");

static void heed_write_on_reference(struct virtqueue *queue, struct chain_view *chain)
{
	if (chain->table && (chain->flags & VIRTQ_DESC_F_WRITE))
		spoil(chain);
}
CHAIN_SABOTEUR(write_on_table_reference, heed_write_on_reference,
	       .about = "WRITE counts on a descriptor that refers to a table",
	       BREAKS(CLAUSE_SPLIT_IND_1, CLAUSE_PACKED_TXT_20));

static void want_ascending_table(struct virtqueue *queue, struct chain_view *chain)
{
	for (unsigned n = 1; n < chain->count && chain->table; n++) {
		if (chain->links[n].addr < chain->links[n - 1].addr)
			spoil(chain);
	}
}
CHAIN_SABOTEUR(tables_ascend, want_ascending_table,
	       .about = "tables are refused whose entries are not linked one after the other",
	       BREAKS(CLAUSE_SPLIT_IND_TXT_1));

static void read_on_in_table(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *last = &chain->links[chain->count - 1];

	/* The last entry of a table that has one behind it. */
	if (!ring_is_packed(queue) && chain->table && queue->shape.tail)
		last->flags->raw |= VIRTQ_DESC_F_NEXT, last->next->raw = (uint16_t)(chain->count);
}
CHAIN_SABOTEUR(table_read_to_its_end, read_on_in_table,
	       .about = "entries behind the one without NEXT are taken too",
	       BREAKS(CLAUSE_SPLIT_IND_TXT_2));

static void want_aligned_table(struct virtqueue *queue, struct chain_view *chain)
{
	if (chain->table && from_le64(*chain->reference) % 16)
		spoil(chain);
}
CHAIN_SABOTEUR(tables_aligned, want_aligned_table,
	       .about = "tables are refused whose address is no multiple of 16",
	       BREAKS(CLAUSE_SPLIT_IND_TXT_3));

static void use_table_index(struct virtqueue *queue, struct used_element *element)
{
	if (!ring_is_packed(queue) && element->id < queue->size && queue->chains[element->id].table)
		element->id = 0xffff;
}
SABOTEUR(table_index_as_id, .about = "indirect buffers are used under an id that is not their head",
	 BREAKS(CLAUSE_SPLIT_IND_TXT_4), .used_element = use_table_index);

static void want_one_entry(struct virtqueue *queue, struct chain_view *chain)
{
	if (ring_is_packed(queue) && chain->table && chain->count > 1)
		spoil(chain);
}
CHAIN_SABOTEUR(packed_tables_of_one_entry, want_one_entry,
	       .about = "tables of a packed ring have one entry at most",
	       BREAKS(CLAUSE_PACKED_TXT_17));

static void heed_table_flags(struct virtqueue *queue, struct chain_view *chain)
{
	for (unsigned n = 0; n < chain->count && chain->table && ring_is_packed(queue); n++) {
		if (from_le16(*chain->links[n].flags) & ~VIRTQ_DESC_F_WRITE)
			spoil(chain);
	}
}
CHAIN_SABOTEUR(packed_table_flags_heeded, heed_table_flags,
	       .about = "flags beside WRITE count in tables of a packed ring",
	       BREAKS(CLAUSE_PACKED_TXT_18));

static void heed_table_ids(struct virtqueue *queue, struct chain_view *chain)
{
	if (ring_is_packed(queue) && chain->table && from_le16(*chain->links[0].id))
		spoil(chain);
}
CHAIN_SABOTEUR(packed_table_ids_heeded, heed_table_ids,
	       .about = "ids count in tables of a packed ring", BREAKS(CLAUSE_PACKED_TXT_19));

static bool table_seen;

static void start_mixing(struct virtio_device *device)
{
	forget_chains(device);
	table_seen = false;
}

static void want_no_mixture(struct virtqueue *queue, struct chain_view *chain)
{
	if (ring_is_packed(queue) && table_seen && !chain->table)
		spoil(chain);
	table_seen = table_seen || chain->table;
}
STARTED_CHAIN_SABOTEUR(packed_mixture_refused, start_mixing, want_no_mixture,
		       .about = "lists are refused in a packed ring that held a table",
		       BREAKS(CLAUSE_PACKED_TXT_22));

/* Lists whose writable elements are taken in another order. */
static void swap_elements(struct virtqueue *queue, struct chain_view *chain)
{
	struct link *first = first_link(chain, true), *last = first + 1;

	/* A block request cut in no more pieces than it must be has two of them. */
	if (ring_is_packed(queue) && !chain->table && first &&
	    last + 1 < &chain->links[chain->count]) {
		le64 addr = *first->addr;
		le32 len = *first->len;

		*first->addr = *last->addr;
		*first->len = *last->len;
		*last->addr = addr;
		*last->len = len;
	}
}
CHAIN_SABOTEUR(packed_elements_swapped, swap_elements,
	       .about = "the first two writable elements of a list change places",
	       BREAKS(CLAUSE_PACKED_SG_1), .type = VIRTIO_TYPE_BLK, .tests = "ring.packed_lists*");

static void want_power_of_two(struct virtqueue *queue, struct chain_view *chain)
{
	if (!IS_POWER_OF_TWO(queue->size))
		spoil(chain);
}
CHAIN_SABOTEUR(packed_odd_sizes_refused, want_power_of_two,
	       .about = "nothing is served in rings of odd sizes", BREAKS(CLAUSE_PACKED_TXT_14));

static void want_no_crossing(struct virtqueue *queue, struct chain_view *chain)
{
	for (unsigned n = 0; n < chain->count; n++) {
		uint64_t first = from_le64(*chain->links[n].addr);
		uint64_t last = first + from_le32(*chain->links[n].len) - 1;

		if (first / 4096 != last / 4096)
			spoil(chain);
	}
}
CHAIN_SABOTEUR(buffers_within_a_page, want_no_crossing,
	       .about = "buffers are refused that cross a page boundary", BREAKS(CLAUSE_FEAT_TXT_6),
	       .tests = "ring.buffers*");

static void want_no_end(struct virtqueue *queue, struct chain_view *chain)
{
	for (unsigned n = 0; n < chain->count; n++) {
		uint64_t end = from_le64(*chain->links[n].addr) + from_le32(*chain->links[n].len);

		if (end == physical(memory_last_page(false)) + PAGE_SIZE)
			spoil(chain);
	}
}
CHAIN_SABOTEUR(buffers_not_to_the_end, want_no_end,
	       .about = "buffers are refused that end with the RAM", BREAKS(CLAUSE_FEAT_TXT_6),
	       .tests = "ring.buffers*");

/* ---- where the parts of a ring lie ---- */

static uint64_t queue_desc;

static bool want_order(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure != STRUCTURE_COMMON)
		return true;
	if (access->offset == COMMON_OFFSET(queue_desc))
		queue_desc = *value;
	/* Used rings below the descriptor table are looked for above it. */
	if (access->offset == COMMON_OFFSET(queue_device) && *value < queue_desc)
		*value += 64;
	return true;
}
SABOTEUR(used_ring_above_the_table,
	 .about = "the used ring is missed where it lies below the table",
	 BREAKS(CLAUSE_SPLIT_TXT_1), .onlooker.write = want_order);

static bool align_parts(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (access->structure == STRUCTURE_COMMON &&
	    (access->offset == COMMON_OFFSET(queue_driver) ||
	     access->offset == COMMON_OFFSET(queue_device)))
		*value = ALIGN_DOWN(*value, 64ull);
	return true;
}
SABOTEUR(parts_aligned_to_64,
	 .about = "the lower 6 bits of queue_driver and queue_device are dropped",
	 BREAKS(CLAUSE_SPLIT_TXT_2, CLAUSE_PACKED_TXT_15), .onlooker.write = align_parts);
