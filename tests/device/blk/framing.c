/* SPDX-License-Identifier: BSD-2-Clause */
/* However a request is cut into descriptors, it means the same (virtio 1.4, 2.7.4). */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/device/blk/exchange.h"

/* How the bytes of each direction are cut: 0 ends the list, the last piece takes what is left. */
struct cut {
	const char *name;
	uint16_t out[6], in[6];
};

/* The pieces of one direction, at most. */
#define PIECES_MOST 5u

static const struct cut cuts[] = {
	{"header in one piece, status joined to the data", {0}, {0}},
	{"header in one piece, status alone", {16}, {512}},
	{"header cut behind its first byte", {1}, {512}},
	{"header cut into its fields", {4, 4, 8}, {512}},
	{"header joined to what follows", {20}, {512}},
	{"data in odd pieces", {16, 1, 510, 3}, {1, 510, 3}},
	{"data in halves, status joined to the second", {16, 256}, {256}},
	{"every piece odd", {7, 9, 101, 13}, {101, 13, 300}},
};

static unsigned cut_run(uint8_t *bytes, uint32_t length, const uint16_t pieces[6], bool writable,
			struct segment *segments)
{
	uint32_t done = 0;
	unsigned count = 0;

	while (done < length) {
		uint32_t piece = count < 6 && pieces[count] ? pieces[count] : length - done;

		piece = MINIMUM(piece, length - done);
		segments[count++] = (struct segment){physical(bytes + done), piece, writable};
		done += piece;
	}
	return count;
}

/* Pieces joined to a block of data must still fit a segment. */
static void skip_narrow_segments(struct test_run *t)
{
	uint32_t joined = 2 * blk_block_sectors(t);

	if (blk_segment_sectors(t, joined) < joined)
		skip_test(t, "size_max has no room for more than a block");
	if (blk_offers(t, VIRTIO_BLK_F_SEG_MAX) && BLK_CONFIG(t, seg_max) < PIECES_MOST)
		skip_test(t, "seg_max is %lu, a cut takes up to %u", BLK_CONFIG(t, seg_max),
			  PIECES_MOST);
}

static struct blk_answer send_cut(struct test_run *t, struct request *request,
				  const struct cut *cut)
{
	struct segment segments[14];
	unsigned count = cut_run(request->out, request->out_length, cut->out, false, segments);

	count += cut_run(request->in, request->in_length, cut->in, true, segments + count);
	return blk_send_cut(t, t->device->queues[0], request, segments, count);
}

TEST(blk, reads_in_any_framing, .about = "a read gives the same bytes however it is cut",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_INDIRECT, .judges = CLAUSES(SPLIT_FRAME_1))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);

	skip_narrow_segments(t);
	blk_capacity(t, block);
	blk_up(t, 0, 0);
	blk_read(t, 0, block, expected);
	for (unsigned n = 0; n < ARRAY_LENGTH(cuts); n++) {
		struct request *request = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
		uint8_t status;

		for (uint32_t at = 0; at < bytes; at++)
			request->in[at] = (uint8_t)~expected[at];
		status = send_cut(t, request, &cuts[n]).status;
		blk_excuse(t, request);
		CHECK(t, SPLIT_FRAME_1,
		      status == VIRTIO_BLK_S_OK && memcmp(request->in, expected, bytes) == 0,
		      "%s: a read ends with %s, its first wrong byte is %u of %u", cuts[n].name,
		      blk_status_name(status), blk_difference(request->in, expected, bytes), bytes);
	}
}

TEST(blk, writes_in_any_framing, .about = "a write stores the same bytes however it is cut",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .axes = AXIS_INDIRECT,
     .judges = CLAUSES(SPLIT_FRAME_1))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	uint8_t *found = test_memory(t, "found", bytes, 16);

	blk_skip_unwritable(t);
	skip_narrow_segments(t);
	blk_capacity(t, block);
	blk_up(t, 0, 0);
	for (unsigned n = 0; n < ARRAY_LENGTH(cuts); n++) {
		struct request *request = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);
		uint8_t status;

		random_fill(&t->random, expected, bytes);
		memcpy(blk_data(request), expected, bytes);
		status = send_cut(t, request, &cuts[n]).status;
		blk_excuse(t, request);
		blk_read(t, 0, block, found);
		CHECK(t, SPLIT_FRAME_1,
		      status == VIRTIO_BLK_S_OK && memcmp(found, expected, bytes) == 0,
		      "%s: a write ends with %s, the first wrong byte is %u of %u", cuts[n].name,
		      blk_status_name(status), blk_difference(found, expected, bytes), bytes);
	}
}

enum { ROUNDS = 12, BLOCKS_MOST = 16 };

/* Cuts a run into up to PIECES_MOST pieces of any length. */
static unsigned cut_anywhere(struct test_run *t, uint8_t *bytes, uint32_t length, bool writable,
			     struct segment *segments)
{
	uint32_t done = 0;
	unsigned count = 0;

	while (done < length) {
		uint32_t piece = length - done;

		if (count < PIECES_MOST - 1)
			piece = 1 + (uint32_t)random_below(&t->random, piece);
		segments[count++] = (struct segment){physical(bytes + done), piece, writable};
		done += piece;
	}
	return count;
}

static uint8_t send_anyhow(struct test_run *t, struct request *request)
{
	struct segment segments[2 * PIECES_MOST];
	unsigned count = cut_anywhere(t, request->out, request->out_length, false, segments);

	count += cut_anywhere(t, request->in, request->in_length, true, segments + count);
	return blk_send_cut(t, t->device->queues[0], request, segments, count).status;
}

TEST(blk, data_survive_any_scattering,
     .about = "1 to 16 blocks written from and read to random pieces are the same",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(SPLIT_FRAME_1))
{
	uint32_t block = blk_block_sectors(t), unit = block * VIRTIO_BLK_SECTOR;

	blk_skip_unwritable(t);
	skip_narrow_segments(t);
	if (blk_segment_sectors(t, 2 * BLOCKS_MOST * block) < 2 * BLOCKS_MOST * block)
		skip_test(t, "size_max has no room for %u blocks", 2 * BLOCKS_MOST);
	blk_capacity(t, BLOCKS_MOST * block);
	blk_up(t, 0, 0);
	for (unsigned n = 0; n < ROUNDS; n++) {
		uint32_t bytes =
			(n ? 1 + (uint32_t)random_below(&t->random, BLOCKS_MOST) : 1) * unit;
		struct request *write = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);
		struct request *read = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
		uint8_t written, found;

		random_fill(&t->random, blk_data(write), bytes);
		written = send_anyhow(t, write);
		blk_excuse(t, write);
		found = send_anyhow(t, read);
		blk_excuse(t, read);
		CHECK(t, SPLIT_FRAME_1,
		      written == VIRTIO_BLK_S_OK && found == VIRTIO_BLK_S_OK &&
			      memcmp(read->in, blk_data(write), bytes) == 0,
		      "a write of %u bytes ends with %s, a read with %s, byte %u is wrong", bytes,
		      blk_status_name(written), blk_status_name(found),
		      blk_difference(read->in, blk_data(write), bytes));
	}
}
