/* SPDX-License-Identifier: BSD-2-Clause */
/* The chains that the driver is about to show the device, descriptor by descriptor. */
#ifndef SELFCHECK_CHAINS_H
#define SELFCHECK_CHAINS_H

#include "arch/io.h"
#include "virtio/ring/queue.h"

/* A descriptor of either ring format or of a table. */
struct link {
	le64 *addr;
	le32 *len;
	le16 *flags;
	le16 *next; /* NULL in packed rings */
	le16 *id;   /* NULL in split rings */
};

#define CHAIN_LINKS_MOST 40

/* A chain as it stands in a ring, its table looked into. */
struct chain_view {
	uint16_t id;
	uint16_t head;   /* slot of its first descriptor */
	bool table;      /* its links stand in an indirect table … */
	bool prefix;     /* … behind direct descriptors (split) */
	uint16_t flags;  /* of the descriptor that refers to the table, or of the first one */
	le64 *reference; /* where the address of the table stands */
	le16 *table_id;  /* packed: the id of the descriptor that refers to the table */
	unsigned count;
	struct link links[CHAIN_LINKS_MOST];
};

/* What is called with each chain. */
typedef void chain_visitor(struct virtqueue *queue, struct chain_view *chain);

/* Where somebody stands who visits the chains of split rings, by queue: all 0 as the device is fresh. */
struct chain_place {
	const struct virtqueue *queue;
	uint16_t at; /* the available index up to which chains were visited */
};

/*
 * For hooks.publish: visits each chain that was added since the last publication. A queue that was made
 * anew begins from its start. `places` are VIRTIO_QUEUES_MOST.
 */
void visit_chains(struct virtqueue *queue, struct chain_place *places, chain_visitor *visitor);

/* The same for one visitor alone, whose place is kept. */
void visit_new_chains(struct virtqueue *queue, chain_visitor *visitor);

/* Forgets what was visited: to be called from start(). */
void forget_chains(struct virtio_device *device);

/*
 * Makes a chain one that the device does not serve as it should, and seen to be so at once: in a split
 * ring the device sets DEVICE_NEEDS_RESET, in a packed one it uses an id that nobody gave.
 */
void spoil(struct chain_view *chain);

/* Whether the device may write into what the n-th link refers to. */
bool link_is_writable(const struct chain_view *chain, unsigned n);

/* The first link of a direction, or NULL. */
struct link *first_link(struct chain_view *chain, bool writable);

#endif
