/* SPDX-License-Identifier: BSD-2-Clause */
/* What shows only with the host's help: the disk grows, and what really is in its backend. */
#include "arch/interrupt.h"
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/harness/drive/ask.h"

struct expected_capacity {
	struct test_run *t;
	uint64_t sectors;
};

static bool capacity_is(void *context)
{
	const struct expected_capacity *expected = context;

	return BLK_CONFIG(expected->t, capacity) == expected->sectors;
}

/* Asks for a size and waits for it; false when capacity does not follow, which it need not. */
static bool resize(struct test_run *t, uint64_t sectors)
{
	struct expected_capacity expected = {t, sectors};
	struct ask ask = ask_for("resize", t->device);

	ask_number(&ask, "bytes", sectors * VIRTIO_BLK_SECTOR);
	ask_or_skip(t, &ask);
	return wait_until(capacity_is, &expected, clock_deadline(PATIENCE_NS));
}

TEST(blk, resize_is_announced,
     .about = "a new capacity comes with a configuration change notification, and can be read",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST | NEEDS_SCRATCH | NEEDS_CONFIG | NEEDS_MSIX,
     .judges = CLAUSES(BLK_OP_2))
{
	uint32_t block = blk_block_sectors(t);
	uint8_t *data = test_memory(t, "data", block * VIRTIO_BLK_SECTOR, 16);
	uint64_t before = blk_capacity(t, block), arrivals;
	bool followed, announced;

	blk_up(t, 0, 0);
	arrivals = interrupt_count(t->device->config_vector);
	followed = resize(t, before + 2048);
	announced = await_interrupts(t->device->config_vector, arrivals + 1);
	if (followed)
		blk_read(t, blk_last(t), block, data);
	resize(t, before);
	if (!followed)
		skip_test(t, "the host resized the disk, and capacity does not follow");
	CHECK(t, BLK_OP_2, announced,
	      "capacity changed from %lu to %lu, and no configuration change was notified", before,
	      before + 2048);
}

#define COMPARED 128u

/* Writes a block and compares its beginning with what the host finds in the backend. */
static uint32_t write_and_compare(struct test_run *t, bool flush)
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *data = test_memory(t, "data", bytes, 16), found[COMPARED];
	struct ask ask = ask_for("read", t->device);
	char text[2 * COMPARED + 16];

	random_fill(&t->random, data, bytes);
	blk_write(t, block, block, data);
	if (flush)
		blk_send(t, t->device->queues[0], blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0));
	ask_number(&ask, "offset", bytes);
	ask_number(&ask, "bytes", COMPARED);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	if (told_bytes(text, found, COMPARED) != COMPARED)
		skip_test(t, "the host does not say what the backend holds");
	return blk_difference(data, found, COMPARED);
}

/*
 * That the backend keeps what it holds through a loss of power, no test of ours sees: what is there shows
 * nothing. That it does not even hold what must be stable by now, counts.
 */
#define IN_THE_BACKEND(t, clause, same, ...)                                                       \
	do {                                                                                       \
		if ((same) != COMPARED)                                                            \
			CHECK(t, clause, false, __VA_ARGS__);                                      \
	} while (0)

TEST(blk, stable_writes_are_in_the_backend,
     .about =
	     "a write is in the backend once it is stable: flushed, written through, or both declined",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST | NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_FLUSH),
     .judges = CLAUSES(BLK_OP_17, BLK_OP_18, BLK_OP_19))
{
	uint64_t toggle = BIT64(VIRTIO_BLK_F_CONFIG_WCE), flush = BIT64(VIRTIO_BLK_F_FLUSH);
	uint32_t same;

	blk_skip_unwritable(t);
	blk_capacity(t, 2 * blk_block_sectors(t));
	blk_up(t, 0, 0);
	same = write_and_compare(t, true);
	IN_THE_BACKEND(t, BLK_OP_19, same,
		       "byte %u of a write that was flushed is not in the backend", same);
	start_over(t);
	blk_up(t, 0, flush | toggle);
	same = write_and_compare(t, false);
	IN_THE_BACKEND(t, BLK_OP_17, same,
		       "flush declined: byte %u of a completed write is not in the backend", same);
	if (blk_offers(t, VIRTIO_BLK_F_CONFIG_WCE)) {
		start_over(t);
		blk_up(t, toggle, 0);
		config_write(t->device, struct virtio_blk_config, writeback, 0);
		same = write_and_compare(t, false);
		IN_THE_BACKEND(t, BLK_OP_18, same,
			       "writeback is 0: byte %u of a completed write is not in the backend",
			       same);
	}
	skip_test(t, "the backend holds what was written, which does not show that it is stable");
}
