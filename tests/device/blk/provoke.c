/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that a driver must not send (virtio 1.4, 5.2.6.1). Nothing lays down how they end, so all that
 * counts is that the disk is as it was: it serves, if need be after a reset, and holds what it held.
 */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"

/* The first block and what it held before the driver went astray. */
struct witness {
	uint32_t block;
	uint8_t *before, *after;
};

static struct witness call_witness(struct test_run *t)
{
	struct witness witness = {.block = blk_block_sectors(t)};
	uint32_t bytes = witness.block * VIRTIO_BLK_SECTOR;

	witness.before = test_memory(t, "before", bytes, 16);
	witness.after = test_memory(t, "after", bytes, 16);
	blk_capacity(t, 2 * witness.block);
	blk_up(t, 0, 0);
	return witness;
}

/* Sends `bytes` of a read or write at a sector; then the first block must read as before. */
static void provoke(struct test_run *t, const struct witness *witness, enum virtio_blk_type type,
		    uint64_t sector, uint32_t bytes)
{
	bool out = type == VIRTIO_BLK_T_OUT;
	uint32_t length = witness->block * VIRTIO_BLK_SECTOR;

	blk_provoke(t, blk_request(t, type, sector, out ? bytes : 0, out ? 0 : bytes));
	blk_read(t, 0, witness->block, witness->after);
	INSIST(t, SANE_3, memcmp(witness->before, witness->after, length) == 0,
	       "after a %s of %u bytes at sector %lu the first block differs from byte %u on",
	       out ? "write" : "read", bytes, sector,
	       blk_difference(witness->before, witness->after, length));
}

TEST(blk, reads_beyond_the_end_do_no_harm,
     .about =
	     "after reads that leave the disk, also where sums overflow, it serves and is unchanged",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(SANE_3), .breaks = RULES(DRIVER_BLK_1))
{
	struct witness witness = call_witness(t);
	uint32_t block = witness.block, bytes = block * VIRTIO_BLK_SECTOR;
	uint64_t capacity = BLK_CONFIG(t, capacity);

	blk_read(t, 0, block, witness.before);
	provoke(t, &witness, VIRTIO_BLK_T_IN, capacity, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_IN, capacity - block, 2 * bytes);
	provoke(t, &witness, VIRTIO_BLK_T_IN, 1ull << 55, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_IN, -(uint64_t)block, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_IN, -(uint64_t)block, 2 * bytes);
}

TEST(blk, writes_beyond_the_end_do_no_harm,
     .about =
	     "after writes that leave the disk, also where sums overflow, it serves and is unchanged",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .judges = CLAUSES(SANE_3),
     .breaks = RULES(DRIVER_BLK_1))
{
	uint64_t capacity = BLK_CONFIG(t, capacity);
	struct witness witness;
	uint32_t block, bytes;

	blk_skip_unwritable(t);
	witness = call_witness(t);
	block = witness.block;
	bytes = block * VIRTIO_BLK_SECTOR;
	random_fill(&t->random, witness.before, bytes);
	blk_write(t, 0, block, witness.before);
	provoke(t, &witness, VIRTIO_BLK_T_OUT, capacity, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_OUT, 1ull << 55, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_OUT, -(uint64_t)block, bytes);
	provoke(t, &witness, VIRTIO_BLK_T_OUT, -(uint64_t)block, 2 * bytes);
}

TEST(blk, reads_of_odd_lengths_do_no_harm,
     .about = "after reads of no whole number of sectors the disk serves and is unchanged",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(SANE_3), .breaks = RULES(DRIVER_BLK_1))
{
	static const uint32_t lengths[] = {0, 1, 511, 513, 1000};
	struct witness witness = call_witness(t);

	blk_read(t, 0, witness.block, witness.before);
	for (unsigned n = 0; n < ARRAY_LENGTH(lengths); n++)
		provoke(t, &witness, VIRTIO_BLK_T_IN, 0, lengths[n]);
}
