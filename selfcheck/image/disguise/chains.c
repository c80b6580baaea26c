/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/chains.h"

#include "lib/string.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

static struct chain_place visited[VIRTIO_QUEUES_MOST];

void forget_chains(struct virtio_device *device)
{
	memset(visited, 0, sizeof(visited));
}

static void *pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static void add_split(struct chain_view *chain, struct virtq_desc *desc)
{
	if (chain->count < CHAIN_LINKS_MOST)
		chain->links[chain->count++] =
			(struct link){&desc->addr, &desc->len, &desc->flags, &desc->next, NULL};
}

static void add_packed(struct chain_view *chain, struct virtq_packed_desc *desc)
{
	if (chain->count < CHAIN_LINKS_MOST)
		chain->links[chain->count++] =
			(struct link){&desc->addr, &desc->len, &desc->flags, NULL, &desc->id};
}

static void view_split(const struct virtqueue *queue, uint16_t head, struct chain_view *chain)
{
	struct virtq_desc *table = split_of(queue)->desc;
	unsigned at = head, bound = queue->size;

	*chain = (struct chain_view){.id = head, .head = head};
	chain->flags = from_le16(table[head].flags);
	while (at < bound && chain->count < CHAIN_LINKS_MOST) {
		uint16_t flags = from_le16(table[at].flags);

		if (flags & VIRTQ_DESC_F_INDIRECT) {
			chain->table = true;
			chain->prefix = at != head;
			chain->flags = flags;
			chain->reference = &table[at].addr;
			bound = from_le32(table[at].len) / (uint32_t)sizeof(*table);
			table = pointer(from_le64(table[at].addr));
			at = 0;
			continue;
		}
		add_split(chain, &table[at]);
		if (!(flags & VIRTQ_DESC_F_NEXT))
			return;
		at = from_le16(table[at].next);
	}
}

/* Returns how many slots the chain takes. */
static unsigned view_packed(const struct virtqueue *queue, uint16_t slot, struct chain_view *chain)
{
	struct virtq_packed_desc *desc = &packed_of(queue)->desc[slot];
	uint16_t flags = packed_of(queue)->holding && packed_of(queue)->held_slot == slot
				 ? packed_of(queue)->held_flags
				 : from_le16(desc->flags);
	unsigned slots = 0;

	*chain = (struct chain_view){.head = slot, .flags = flags};
	if (flags & VIRTQ_DESC_F_INDIRECT) {
		struct virtq_packed_desc *table = pointer(from_le64(desc->addr));

		chain->table = true;
		chain->reference = &desc->addr;
		chain->id = from_le16(desc->id);
		chain->table_id = &desc->id;
		for (unsigned n = 0; n < from_le32(desc->len) / sizeof(*table); n++)
			add_packed(chain, &table[n]);
		return 1;
	}
	for (bool more = true; more; slots++) {
		desc = &packed_of(queue)->desc[(slot + slots) % queue->size];
		if (slots)
			flags = from_le16(desc->flags);
		chain->id = from_le16(desc->id);
		add_packed(chain, desc);
		more = flags & VIRTQ_DESC_F_NEXT;
	}
	return slots;
}

void visit_chains(struct virtqueue *queue, struct chain_place *places, chain_visitor *visitor)
{
	static struct chain_view chain;
	struct chain_place *place = &places[queue->index];

	if (ring_is_packed(queue)) {
		uint16_t slot = packed_of(queue)->held_slot;

		/* The first chain that is not published is the one held back. */
		if (!packed_of(queue)->holding)
			return;
		do {
			unsigned slots = view_packed(queue, slot, &chain);

			visitor(queue, &chain);
			slot = (uint16_t)((slot + slots) % queue->size);
		} while (slot != packed_of(queue)->avail_slot);
		return;
	}
	if (place->queue != queue)
		*place = (struct chain_place){queue, 0};
	for (; place->at != split_of(queue)->avail_index; place->at++) {
		view_split(queue, from_le16(split_of(queue)->avail->ring[place->at % queue->size]),
			   &chain);
		visitor(queue, &chain);
	}
}

void visit_new_chains(struct virtqueue *queue, chain_visitor *visitor)
{
	visit_chains(queue, visited, visitor);
}

/* Stray ids are below the most ids of a ring and above those of the usual ones. */
#define STRAY_ID 0x7a00

void spoil(struct chain_view *chain)
{
	if (chain->table_id)
		*chain->table_id = to_le16(STRAY_ID);
	for (unsigned n = 0; n < chain->count; n++) {
		/* A split ring's descriptor without bytes is refused by the devices behind it. */
		if (!chain->links[n].id)
			*chain->links[n].len = to_le32(0);
		else if (!chain->table_id)
			*chain->links[n].id = to_le16(STRAY_ID);
	}
}

bool link_is_writable(const struct chain_view *chain, unsigned n)
{
	/* The flags of a packed ring's head may be held back. */
	uint16_t flags = n == 0 && !chain->table && !chain->prefix
				 ? chain->flags
				 : from_le16(*chain->links[n].flags);

	return flags & VIRTQ_DESC_F_WRITE;
}

struct link *first_link(struct chain_view *chain, bool writable)
{
	for (unsigned n = 0; n < chain->count; n++) {
		if (link_is_writable(chain, n) == writable)
			return &chain->links[n];
	}
	return NULL;
}
