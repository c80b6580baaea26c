/* SPDX-License-Identifier: BSD-2-Clause */
/* What saboteurs of rings share: the chains that the driver is about to show the device. */
#ifndef SELFCHECK_CHAINS_H
#define SELFCHECK_CHAINS_H

#include "arch/io.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* A descriptor of either ring format or of a table. */
struct link {
	le64 *addr;
	le32 *len;
	le16 *flags;
	le16 *next; /* NULL in packed rings */
	le16 *id;   /* NULL in split rings */
};

#define CHAIN_LINKS_MOST 40

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

typedef void chain_visitor(struct virtqueue *queue, struct chain_view *chain);

/*
 * For hooks.publish: visits each chain that was added since the last publication. A queue that was made
 * anew begins from its start.
 */
void visit_new_chains(struct virtqueue *queue, chain_visitor *visitor);

/* Forgets what was visited: to be called from start(). */
void forget_chains(struct virtio_device *device);

/*
 * Makes a chain one that the device does not serve as it should, and seen to be so at once: in a split
 * ring the device sets DEVICE_NEEDS_RESET, in a packed one it uses an id that nobody gave.
 */
void spoil(struct chain_view *chain);

/* The first link of a direction, or NULL. */
struct link *first_link(struct chain_view *chain, bool writable);

#endif
