/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data integrity under mixed load: every sector carries its own number and the generation of its last
 * write, so that a block that went astray, was torn, or is stale shows where it comes from.
 */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/lifecycle.h"

/* The load ends after so many steps, or so long: some hosts execute few instructions a second. */
enum { DEPTH = 16, BLOCKS = 64, STEPS = 512, MIDDLE = 64 };

/* Descriptors of a request: header, data, status. */
#define DESCRIPTORS 3u
#define LOAD_NS     (NANOSECONDS_A_SECOND)

struct stamp {
	uint64_t sector;
	uint64_t generation;
};

/* One request in flight, always on the same arena memory. */
struct slot {
	struct request *request[2]; /* to read, to write */
	uint32_t block;
	uint32_t generation;
	unsigned queue;
	bool write, busy;
};

struct load {
	struct slot slots[DEPTH];
	uint32_t generation[BLOCKS];
	bool busy[BLOCKS];
	uint32_t sectors; /* in a block */
	unsigned queues;
	const struct lifecycle_event *event; /* in the middle of it, or NULL */
};

static void stamp_block(uint8_t *data, uint64_t sector, uint32_t sectors, uint32_t generation)
{
	struct stamp *stamp = (struct stamp *)data;

	for (uint32_t n = 0; n < sectors * VIRTIO_BLK_SECTOR / sizeof(*stamp); n++)
		stamp[n] =
			(struct stamp){sector + n * sizeof(*stamp) / VIRTIO_BLK_SECTOR, generation};
}

static void judge_block(struct test_run *t, const uint8_t *data, uint64_t sector, uint32_t sectors,
			uint32_t generation)
{
	const struct stamp *stamp = (const struct stamp *)data;

	for (uint32_t n = 0; n < sectors * VIRTIO_BLK_SECTOR / sizeof(*stamp); n++) {
		uint64_t expected = sector + n * sizeof(*stamp) / VIRTIO_BLK_SECTOR;

		INSIST(t, SANE_3, stamp[n].sector == expected && stamp[n].generation == generation,
		       "sector %lu of generation %u reads as sector %lu of generation %lu, at byte %lu",
		       expected, generation, stamp[n].sector, stamp[n].generation,
		       n * sizeof(*stamp) % VIRTIO_BLK_SECTOR);
	}
}

static void start_slot(struct test_run *t, struct load *load, struct slot *slot)
{
	uint32_t block;

	do
		block = (uint32_t)random_below(&t->random, BLOCKS);
	while (load->busy[block]);
	slot->block = block;
	slot->write = !load->generation[block] || random_below(&t->random, 2);
	slot->generation = load->generation[block] + slot->write;
	slot->busy = load->busy[block] = true;
	blk_aim(slot->request[slot->write], (uint64_t)block * load->sectors);
	if (slot->write)
		stamp_block(blk_data(slot->request[1]), (uint64_t)block * load->sectors,
			    load->sectors, slot->generation);
	slot->queue = (unsigned)random_below(&t->random, load->queues);
	submit(t, t->device->queues[slot->queue], slot->request[slot->write]);
}

/* Whatever is used next on the queue of one of them. */
static void finish_slot(struct test_run *t, struct load *load)
{
	struct completion completion;
	struct slot *slot = load->slots;

	while (!slot->busy)
		slot++;
	INSIST(t, SANE_1, await_announced(t, t->device->queues[slot->queue], &completion),
	       "queue %u: of the requests in flight none is completed in time", slot->queue);
	slot = load->slots;
	while (!slot->busy || slot->request[slot->write] != completion.token)
		slot++;
	blk_excuse(t, completion.token);
	INSIST(t, SANE_2, blk_status(completion.token) == VIRTIO_BLK_S_OK,
	       "a %s of block %u ends with %s", slot->write ? "write" : "read", slot->block,
	       blk_status_name(blk_status(completion.token)));
	if (slot->write)
		load->generation[slot->block] = slot->generation;
	else
		judge_block(t, slot->request[0]->in, (uint64_t)slot->block * load->sectors,
			    load->sectors, slot->generation);
	slot->busy = load->busy[slot->block] = false;
}

/* A load with its slots and requests; leaves the test when the disk is no good for it. */
static struct load *new_load(struct test_run *t)
{
	struct load *load = test_memory(t, "load", sizeof(*load), 8);
	uint32_t bytes;

	blk_skip_unwritable(t);
	load->sectors = blk_block_sectors(t);
	load->queues = 1;
	bytes = load->sectors * VIRTIO_BLK_SECTOR;
	blk_capacity(t, (uint64_t)BLOCKS * load->sectors);
	for (unsigned n = 0; n < DEPTH; n++) {
		load->slots[n].request[0] = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
		load->slots[n].request[1] = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);
	}
	return load;
}

/* Keeps as many requests in flight as the queue and the slots allow, then ends them all. */
static void run_load(struct test_run *t, struct load *load)
{
	uint32_t fit = t->device->queues[0]->size / DESCRIPTORS;
	uint32_t depth = MAXIMUM(MINIMUM((unsigned)DEPTH, fit), 1u);
	uint64_t deadline = clock_deadline(LOAD_NS);
	uint32_t in_flight = 0;

	for (unsigned step = 0; step < STEPS && !clock_passed(deadline); step++) {
		struct slot *slot = load->slots;

		if (in_flight == depth)
			finish_slot(t, load);
		else
			in_flight++;
		while (slot->busy)
			slot++;
		start_slot(t, load, slot);
		if (step == MIDDLE && load->event) {
			live_through(t, load->event);
			deadline = clock_deadline(LOAD_NS);
		}
	}
	for (; in_flight > 0; in_flight--)
		finish_slot(t, load);
}

static void judge_disk(struct test_run *t, const struct load *load)
{
	uint8_t *data = test_memory(t, "data", load->sectors * VIRTIO_BLK_SECTOR, 16);

	for (uint32_t block = 0; block < BLOCKS; block++) {
		if (!load->generation[block])
			continue;
		blk_read(t, (uint64_t)block * load->sectors, load->sectors, data);
		judge_block(t, data, (uint64_t)block * load->sectors, load->sectors,
			    load->generation[block]);
	}
}

TEST(blk, data_survives_mixed_load,
     .about = "blocks hold what was last written to them, reads and writes up to 16 deep",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .axes = AXES_OF_RING,
     .judges = CLAUSES(SANE_3))
{
	struct load *load = new_load(t);

	blk_up(t, 0, 0);
	run_load(t, load);
	judge_disk(t, load);
}

TEST(blk, data_survives_load_on_all_queues,
     .about =
	     "blocks hold what was last written to them, whichever queues that and the reading took",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .axes = AXES_OF_RING,
     WITH_FEATURE(VIRTIO_BLK_F_MQ), .judges = CLAUSES(SANE_3))
{
	struct load *load = new_load(t);

	load->queues = blk_up_all(t);
	run_load(t, load);
	judge_disk(t, load);
}

static void load_across(struct test_run *t, const struct lifecycle_event *event)
{
	struct load *load;

	need_lifecycle(t, event);
	load = new_load(t);
	load->event = event;
	blk_up(t, 0, 0);
	run_load(t, load);
	judge_disk(t, load);
}

TEST(lifecycle, data_outlive_a_pause,
     .about = "blocks hold what was last written to them, across a pause amid reads and writes",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH | NEEDS_HOST, .axes = AXIS_RING,
     .judges = CLAUSES(SANE_3), .timeout_ms = 60000)
{
	load_across(t, &machine_paused);
}

TEST(lifecycle, data_outlive_a_restore,
     .about = "blocks hold what was last written to them, across a restore amid reads and writes",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH | NEEDS_HOST, .axes = AXIS_RING,
     .judges = CLAUSES(SANE_3), .timeout_ms = 60000)
{
	load_across(t, &machine_restored);
}

TEST(lifecycle, data_outlive_a_migration,
     .about = "blocks hold what was last written to them, across a migration amid reads and writes",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH | NEEDS_HOST, .axes = AXIS_RING,
     .judges = CLAUSES(SANE_3), .timeout_ms = 60000)
{
	load_across(t, &machine_migrated);
}

TEST(blk, backend_holds_what_was_written,
     .about = "after mixed load and a flush the host finds the same data in the backend",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH | NEEDS_HOST, WITH_FEATURE(VIRTIO_BLK_F_FLUSH),
     .judges = CLAUSES(BLK_OP_19, SANE_3))
{
	struct load *load = new_load(t);
	uint32_t bytes = load->sectors * VIRTIO_BLK_SECTOR;
	uint8_t *data = test_memory(t, "data", bytes, 16);
	uint64_t sum = HASH_START, found;

	blk_up(t, 0, 0);
	run_load(t, load);
	for (uint32_t block = 0; block < BLOCKS; block++) {
		uint64_t sector = (uint64_t)block * load->sectors;

		if (load->generation[block])
			stamp_block(data, sector, load->sectors, load->generation[block]);
		else
			blk_read(t, sector, load->sectors, data);
		sum = hash_add(sum, data, bytes);
	}
	blk_send(t, t->device->queues[0], blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0));
	found = ask_hash_or_skip(t, 0, (uint64_t)BLOCKS * bytes);
	/* Where it is there nothing shows that the flush brought it there. */
	if (found != sum)
		CHECK(t, BLK_OP_19, false,
		      "after a flush the backend does not hold in %u blocks what was written to them",
		      BLOCKS);
}
