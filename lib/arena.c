/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/arena.h"

#include "lib/string.h"

/* No byte that rings, statuses or zeroed memory are full of. */
static uint8_t canary(size_t offset)
{
	return 0xc5 ^ (uint8_t)(offset * 7);
}

void arena_start(struct arena *arena, void *base, size_t size)
{
	arena->base = base;
	arena->size = size;
	arena_empty(arena);
}

void arena_empty(struct arena *arena)
{
	arena->used = 0;
	arena->pieces = 0;
}

static void lay_canary(struct arena *arena, size_t start, size_t end)
{
	for (size_t offset = start; offset < end; offset++)
		arena->base[offset] = canary(offset);
}

void *arena_allocate(struct arena *arena, const char *name, size_t size, size_t alignment)
{
	uintptr_t base = (uintptr_t)arena->base;
	uintptr_t start = base + arena->used + ARENA_CANARY_BYTES;

	start = ALIGN_UP(start, alignment);

	size_t offset = start - base;

	if (arena->pieces == ARENA_PIECES_MOST || offset > arena->size ||
	    size > arena->size - offset || arena->size - offset - size < ARENA_CANARY_BYTES)
		return NULL;
	lay_canary(arena, arena->used, offset);
	memset(arena->base + offset, 0, size);
	lay_canary(arena, offset + size, offset + size + ARENA_CANARY_BYTES);
	arena->piece[arena->pieces++] = (struct arena_piece){
		.name = name, .offset = (uint32_t)offset, .size = (uint32_t)size};
	arena->used = offset + size + ARENA_CANARY_BYTES;
	return arena->base + offset;
}

/* The piece that a canary offset is nearest to. */
static const struct arena_piece *nearest_piece(const struct arena *arena, size_t offset)
{
	for (unsigned n = 0; n < arena->pieces; n++) {
		const struct arena_piece *piece = &arena->piece[n];

		if (offset < piece->offset + piece->size + ARENA_CANARY_BYTES)
			return piece;
	}
	return &arena->piece[arena->pieces - 1];
}

bool arena_intact(const struct arena *arena, struct arena_damage *damage)
{
	size_t offset = 0;

	for (unsigned n = 0; n <= arena->pieces; n++) {
		size_t end = n < arena->pieces ? arena->piece[n].offset : arena->used;

		for (; offset < end; offset++) {
			const struct arena_piece *piece;

			if (arena->base[offset] == canary(offset))
				continue;
			piece = nearest_piece(arena, offset);
			*damage = (struct arena_damage){
				.name = piece->name,
				.position = (int64_t)offset - piece->offset,
				.size = piece->size,
				.found = arena->base[offset],
			};
			return false;
		}
		if (n < arena->pieces)
			offset = arena->piece[n].offset + arena->piece[n].size;
	}
	return true;
}
