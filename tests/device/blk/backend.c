/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host knows of the backend: of which kind it is, what storage it takes, when it fails. */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/harness/drive/ask.h"

enum { ANSWER = 48 };

/* What the host says of a property of the device; leaves the test as skipped when it does not. */
static void ask_property(struct test_run *t, const char *name, char answer[ANSWER])
{
	struct ask ask = ask_for("property", t->device);

	ask_text(&ask, "name", name);
	ask_text_or_skip(t, &ask, answer, ANSWER);
}

TEST(blk, plain_storage_has_no_rare_features,
     .about = "neither zones nor wear figures are offered where the backend is a file or nothing",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST, .judges = CLAUSES(BLK_INIT_6, BLK_OP_22))
{
	char kind[ANSWER];

	ask_property(t, "storage", kind);
	if (strcmp(kind, "plain") != 0)
		skip_test(t, "the backend is %s", kind);
	CHECK(t, BLK_INIT_6, !blk_offers(t, VIRTIO_BLK_F_ZONED),
	      "the backend is a file or nothing, and VIRTIO_BLK_F_ZONED is offered");
	CHECK(t, BLK_OP_22, !blk_offers(t, VIRTIO_BLK_F_LIFETIME),
	      "the backend is a file or nothing, and VIRTIO_BLK_F_LIFETIME is offered");
}

static uint8_t flush(struct test_run *t)
{
	struct request *request = blk_request(t, VIRTIO_BLK_T_FLUSH, 0, 0, 0);

	return blk_send(t, t->device->queues[0], request).status;
}

/* Bytes that the backend takes on the host, with everything written so far on its way there. */
static uint64_t allocated(struct test_run *t)
{
	struct ask ask = ask_for("allocated", t->device);
	char answer[ANSWER];
	uint64_t bytes = 0;

	if (blk_offers(t, VIRTIO_BLK_F_FLUSH))
		flush(t);
	ask_text_or_skip(t, &ask, answer, ANSWER);
	for (const char *at = answer; *at >= '0' && *at <= '9'; at++)
		bytes = 10 * bytes + (uint64_t)(*at - '0');
	return bytes;
}

/* Fills the area, then zeroes it with unmap; how much storage that gave back. */
static uint64_t given_back(struct test_run *t, uint32_t sectors)
{
	uint32_t bytes = sectors * VIRTIO_BLK_SECTOR;
	struct request *request = blk_request(t, VIRTIO_BLK_T_WRITE_ZEROES, 0,
					      sizeof(struct virtio_blk_discard_write_zeroes), 0);
	struct virtio_blk_discard_write_zeroes *range = (void *)blk_data(request);
	uint8_t *data = test_memory(t, "data", bytes, 16), status;
	uint64_t before, after;

	random_fill(&t->random, data, bytes);
	blk_write(t, 0, sectors, data);
	before = allocated(t);
	range->num_sectors = to_le32(sectors);
	range->flags = to_le32(VIRTIO_BLK_DISCARD_UNMAP);
	status = blk_send(t, t->device->queues[0], request).status;
	if (status != VIRTIO_BLK_S_OK)
		skip_test(t, "a write zeroes with unmap ends with %s", blk_status_name(status));
	after = allocated(t);
	return before > after ? before - after : 0;
}

TEST(blk, unmapping_is_announced_where_it_happens,
     .about = "write_zeroes_may_unmap says whether zeroing can give storage back",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST | NEEDS_SCRATCH,
     WITH_FEATURE(VIRTIO_BLK_F_WRITE_ZEROES), .judges = CLAUSES(BLK_OP_13, BLK_OP_14))
{
	uint32_t sectors = 256;
	uint64_t may_unmap, less;
	char can[ANSWER];

	blk_skip_unwritable(t);
	blk_capacity(t, sectors);
	if (BLK_CONFIG(t, max_write_zeroes_sectors) < sectors ||
	    sectors % blk_block_sectors(t) != 0 || blk_segment_sectors(t, sectors) < sectors)
		skip_test(t, "a request has no room for %u sectors", sectors);
	blk_up(t, BIT64(VIRTIO_BLK_F_WRITE_ZEROES), 0);
	may_unmap = BLK_CONFIG(t, write_zeroes_may_unmap);
	less = given_back(t, sectors);
	if (less) {
		CHECK(t, BLK_OP_14, may_unmap != 0,
		      "write_zeroes_may_unmap is 0, and a write zeroes gave %lu bytes back", less);
		return;
	}
	ask_property(t, "deallocates", can);
	if (*can != '0')
		skip_test(t, "this write zeroes gave nothing back, and another might");
	CHECK(t, BLK_OP_13, may_unmap == 0,
	      "write_zeroes_may_unmap is %lu, and the backend never gives storage back", may_unmap);
}

/* Has the next `count` accesses of a kind fail in the backend; 0 ends that. */
static void fail_next(struct test_run *t, const char *kind, unsigned count)
{
	struct ask ask = ask_for("error", t->device);

	ask_number(&ask, "count", count);
	ask_text(&ask, "kind", kind);
	ask_or_skip(t, &ask);
}

TEST(blk, flush_tells_of_a_failing_backend,
     .about = "a flush is no success while the backend fails to make writes stable",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST | NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_FLUSH),
     .judges = CLAUSES(BLK_OP_19, SANE_2))
{
	enum { FAILURES = 4 };
	uint32_t block = blk_block_sectors(t);
	uint8_t *data = test_memory(t, "data", block * VIRTIO_BLK_SECTOR, 16), failing, healed;

	blk_skip_unwritable(t);
	blk_capacity(t, block);
	blk_up(t, 0, 0);
	if (flush(t) != VIRTIO_BLK_S_OK)
		skip_test(t, "flushes fail at any rate");
	blk_write(t, 0, block, data);
	fail_next(t, "sync", FAILURES);
	blk_write(t, 0, block, data);
	failing = flush(t);
	fail_next(t, "sync", 0);
	healed = flush(t);
	CHECK(t, BLK_OP_19, failing != VIRTIO_BLK_S_OK,
	      "the backend failed to make a write stable, and the flush ends with OK");
	INSIST(t, SANE_2, healed == VIRTIO_BLK_S_OK,
	       "the backend is in order again, and a flush ends with %s", blk_status_name(healed));
}

/* A device may try again by itself: OK is right where the data are. */
TEST(blk, reads_tell_of_a_failing_backend,
     .about = "a read that the backend fails is no success, and the next one is right",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_HOST, .judges = CLAUSES(SANE_3))
{
	uint32_t block = blk_block_sectors(t), bytes = block * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	uint8_t *found = test_memory(t, "found", bytes, 16);
	struct request *request = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
	uint8_t status;

	blk_capacity(t, block);
	blk_up(t, 0, 0);
	blk_read(t, 0, block, expected);
	for (uint32_t n = 0; n < bytes; n++)
		request->in[n] = (uint8_t)~expected[n];
	fail_next(t, "read", 1);
	status = blk_send(t, t->device->queues[0], request).status;
	fail_next(t, "read", 0);
	INSIST(t, SANE_3,
	       status == VIRTIO_BLK_S_IOERR ||
		       (status == VIRTIO_BLK_S_OK && memcmp(request->in, expected, bytes) == 0),
	       "the backend failed a read, which ends with %s, byte %u is wrong",
	       blk_status_name(status), blk_difference(request->in, expected, bytes));
	blk_read(t, 0, block, found);
	INSIST(t, SANE_3, memcmp(found, expected, bytes) == 0,
	       "after a failed read the block differs from byte %u on",
	       blk_difference(found, expected, bytes));
}
