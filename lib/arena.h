/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that a device may touch: pieces of one region, each between canaries, so that a byte
 * written beside a piece is found, named and placed.
 */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include "lib/base.h"

#define ARENA_CANARY_BYTES 64
#define ARENA_PIECES_MOST  8192

/* A piece that was given away: offset from the arena's base and size, in bytes. */
struct arena_piece {
	const char *name;
	uint32_t offset;
	uint32_t size;
};

/*
 * A region of `size` bytes of which `used` are given away, canaries included, in `pieces` pieces.
 */
struct arena {
	uint8_t *base;
	size_t size;
	size_t used;
	unsigned pieces;
	struct arena_piece piece[ARENA_PIECES_MOST];
};

/* Takes over `size` bytes at `base`; nothing is given away yet. */
void arena_start(struct arena *arena, void *base, size_t size);

/* Takes everything back. */
void arena_empty(struct arena *arena);

/*
 * A zeroed piece of `size` bytes at a multiple of `alignment` (a power of two), with canaries
 * before and behind; NULL when the arena is full. `name` is kept, not copied.
 */
void *arena_allocate(struct arena *arena, const char *name, size_t size, size_t alignment);

/* The first damaged canary byte. */
struct arena_damage {
	const char *name; /* the piece it belongs to */
	int64_t position; /* relative to the piece's first byte; negative: before it */
	uint32_t size;    /* of that piece */
	uint8_t found;
};

/* False when a canary byte has changed; *damage then says where. */
bool arena_intact(const struct arena *arena, struct arena_damage *damage);

#endif
