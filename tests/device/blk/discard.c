/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DISCARD, WRITE_ZEROES, SECURE_ERASE (virtio 1.4, 5.2.6). All on scratch: a device that overlooks a
 * flag destroys data.
 */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"

/* A disk is only ever looked at this far from its start. */
#define AREA_BLOCKS 24

static struct request *range_request(struct test_run *t, enum virtio_blk_type type, unsigned count)
{
	return blk_request(t, type, 0, count * sizeof(struct virtio_blk_discard_write_zeroes), 0);
}

static void set_range(struct request *request, unsigned n, uint64_t sector, uint32_t sectors,
		      uint32_t flags)
{
	struct virtio_blk_discard_write_zeroes *range =
		(struct virtio_blk_discard_write_zeroes *)blk_data(request) + n;

	range->sector = to_le64(sector);
	range->num_sectors = to_le32(sectors);
	range->flags = to_le32(flags);
	request->in[0] = BLK_STATUS_UNWRITTEN;
}

/*
 * The smallest range that the device must take: a whole number of blocks, aligned as
 * `alignment` (sectors, 0: as one block) says. Leaves the test as skipped when the disk has no such.
 */
static uint32_t smallest_range(struct test_run *t, uint64_t alignment, uint64_t most)
{
	uint32_t block = blk_block_sectors(t);
	uint32_t sectors = MAXIMUM((uint32_t)alignment, block);

	sectors = (sectors + block - 1) / block * block;
	if (sectors > most)
		skip_test(t, "a range takes %u sectors, the device takes %lu at most", sectors,
			  most);
	blk_capacity(t, sectors);
	return sectors;
}

/* The status of one range, sent alone. */
static uint8_t range_status(struct test_run *t, struct request *request, uint32_t sectors,
			    uint32_t flags)
{
	set_range(request, 0, 0, sectors, flags);
	return blk_send(t, t->device->queues[0], request).status;
}

/* Each flag that the specification does not know, alone, makes a range unsupported. */
static void check_unknown_flags(struct test_run *t, struct request *request, uint32_t sectors,
				enum clause_id clause, const char *what)
{
	for (unsigned bit = 1; bit < 32; bit++) {
		uint8_t status = range_status(t, request, sectors, BIT(bit));

		JUDGE(t, clause, status == VIRTIO_BLK_S_UNSUPP,
		      "with flag bit %u a %s ends with %s", bit, what, blk_status_name(status));
	}
}

/* A range without flags is what the negotiated feature promises. */
static void check_plain(struct test_run *t, struct request *request, uint32_t sectors,
			unsigned feature, const char *what)
{
	CHECK(t, FEAT_4, range_status(t, request, sectors, 0) != VIRTIO_BLK_S_UNSUPP,
	      "%s is negotiated, a plain %s ends with UNSUPP",
	      feature_name(VIRTIO_TYPE_BLK, feature), what);
}

TEST(blk, discard_flags, .about = "a discard with unmap or an unknown flag is unsupported",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_DISCARD),
     .judges = CLAUSES(BLK_OP_5, BLK_OP_8, FEAT_4))
{
	struct request *request = range_request(t, VIRTIO_BLK_T_DISCARD, 1);
	uint32_t sectors = smallest_range(t, BLK_CONFIG(t, discard_sector_alignment),
					  BLK_CONFIG(t, max_discard_sectors));
	uint8_t status;

	blk_skip_unwritable(t);
	blk_up(t, BIT64(VIRTIO_BLK_F_DISCARD), 0);
	status = range_status(t, request, sectors, VIRTIO_BLK_DISCARD_UNMAP);
	CHECK(t, BLK_OP_8, status == VIRTIO_BLK_S_UNSUPP, "with unmap a discard ends with %s",
	      blk_status_name(status));
	check_unknown_flags(t, request, sectors, CLAUSE_BLK_OP_5, "discard");
	check_plain(t, request, sectors, VIRTIO_BLK_F_DISCARD, "discard");
}

TEST(blk, discard_flags_of_a_later_range,
     .about = "an unknown flag in the last of several ranges makes the discard unsupported",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_DISCARD),
     .judges = CLAUSES(BLK_OP_5))
{
	struct request *request = range_request(t, VIRTIO_BLK_T_DISCARD, 2);
	uint32_t sectors = smallest_range(t, BLK_CONFIG(t, discard_sector_alignment),
					  BLK_CONFIG(t, max_discard_sectors));
	uint8_t status;

	blk_skip_unwritable(t);
	if (BLK_CONFIG(t, max_discard_seg) < 2)
		skip_test(t, "max_discard_seg is %lu", BLK_CONFIG(t, max_discard_seg));
	blk_capacity(t, 2 * sectors);
	blk_up(t, BIT64(VIRTIO_BLK_F_DISCARD), 0);
	set_range(request, 0, 0, sectors, BIT(31));
	set_range(request, 1, sectors, sectors, BIT(31));
	status = blk_send(t, t->device->queues[0], request).status;
	CAN_JUDGE(t, status == VIRTIO_BLK_S_UNSUPP,
		  "with a flag in each range a discard ends with %s: see blk.discard_flags",
		  blk_status_name(status));
	set_range(request, 0, 0, sectors, 0);
	status = blk_send(t, t->device->queues[0], request).status;
	CHECK(t, BLK_OP_5, status == VIRTIO_BLK_S_UNSUPP,
	      "with a flag in its second range a discard ends with %s", blk_status_name(status));
}

TEST(blk, secure_erase_flags, .about = "a secure erase with an unknown flag is unsupported",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_SECURE_ERASE),
     .judges = CLAUSES(BLK_OP_6, FEAT_4))
{
	struct request *request = range_request(t, VIRTIO_BLK_T_SECURE_ERASE, 1);
	uint32_t sectors = smallest_range(t, BLK_CONFIG(t, secure_erase_sector_alignment),
					  BLK_CONFIG(t, max_secure_erase_sectors));

	blk_skip_unwritable(t);
	blk_up(t, BIT64(VIRTIO_BLK_F_SECURE_ERASE), 0);
	check_unknown_flags(t, request, sectors, CLAUSE_BLK_OP_6, "secure erase");
	check_plain(t, request, sectors, VIRTIO_BLK_F_SECURE_ERASE, "secure erase");
}

TEST(blk, write_zeroes_flags, .about = "a write zeroes with an unknown flag is unsupported",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_WRITE_ZEROES),
     .judges = CLAUSES(BLK_OP_7))
{
	struct request *request = range_request(t, VIRTIO_BLK_T_WRITE_ZEROES, 1);
	uint32_t sectors = smallest_range(t, 0, BLK_CONFIG(t, max_write_zeroes_sectors));

	blk_skip_unwritable(t);
	blk_up(t, BIT64(VIRTIO_BLK_F_WRITE_ZEROES), 0);
	for (unsigned bit = 1; bit < 32; bit++) {
		for (uint32_t unmap = 0; unmap <= VIRTIO_BLK_DISCARD_UNMAP; unmap++) {
			uint8_t status = range_status(t, request, sectors, BIT(bit) | unmap);

			CHECK(t, BLK_OP_7, status == VIRTIO_BLK_S_UNSUPP,
			      "with flag bit %u%s a write zeroes ends with %s", bit,
			      unmap ? " and unmap" : "", blk_status_name(status));
		}
	}
}

/* Zeroes blocks 8 … 19 of a patterned area and compares all of it with what it must hold. */
static uint32_t zero_and_compare(struct test_run *t, uint32_t flags, uint32_t bytes,
				 uint8_t *expected, uint8_t *found)
{
	uint32_t block = blk_block_sectors(t), first = 8 * block, sectors = 12 * block;
	struct request *request = range_request(t, VIRTIO_BLK_T_WRITE_ZEROES, 1);
	uint8_t status;

	random_fill(&t->random, expected, bytes);
	blk_write(t, 0, AREA_BLOCKS * block, expected);
	set_range(request, 0, first, sectors, flags);
	status = blk_send(t, t->device->queues[0], request).status;
	CAN_JUDGE(t, status != VIRTIO_BLK_S_IOERR, "the disk fails a write zeroes, as it may");
	INSIST(t, SANE_2, status == VIRTIO_BLK_S_OK,
	       "a write zeroes of %u sectors at %u ends with %s", sectors, first,
	       blk_status_name(status));
	memset(expected + first * VIRTIO_BLK_SECTOR, 0, sectors * VIRTIO_BLK_SECTOR);
	blk_read(t, 0, AREA_BLOCKS * block, found);
	return blk_difference(found, expected, bytes);
}

TEST(blk, write_zeroes_reads_as_zeroes,
     .about = "a zeroed range reads as zeroes, with and without unmap; its neighbours stay",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_WRITE_ZEROES),
     .judges = CLAUSES(BLK_OP_11, BLK_OP_12))
{
	uint32_t block = blk_block_sectors(t);
	uint32_t bytes = AREA_BLOCKS * block * VIRTIO_BLK_SECTOR, wrong;
	uint8_t *expected = test_memory(t, "expected", bytes, 16);
	uint8_t *found = test_memory(t, "found", bytes, 16);

	blk_skip_unwritable(t);
	blk_capacity(t, AREA_BLOCKS * block);
	if (BLK_CONFIG(t, max_write_zeroes_sectors) < 12 * block)
		skip_test(t, "max_write_zeroes_sectors is less than 12 blocks");
	blk_up(t, BIT64(VIRTIO_BLK_F_WRITE_ZEROES), 0);
	wrong = zero_and_compare(t, 0, bytes, expected, found);
	CHECK(t, BLK_OP_11, wrong == bytes, "without unmap: byte %u of the area reads %#x", wrong,
	      found[MINIMUM(wrong, bytes - 1)]);
	wrong = zero_and_compare(t, VIRTIO_BLK_DISCARD_UNMAP, bytes, expected, found);
	CHECK(t, BLK_OP_12, wrong == bytes, "with unmap: byte %u of the area reads %#x", wrong,
	      found[MINIMUM(wrong, bytes - 1)]);
}

TEST(blk, discard_spares_its_neighbours,
     .about = "a discard is served, or fails, and leaves what lies around its range",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_DISCARD),
     .judges = CLAUSES(SANE_12, SANE_3))
{
	uint32_t unit = smallest_range(t, BLK_CONFIG(t, discard_sector_alignment),
				       BLK_CONFIG(t, max_discard_sectors));
	uint32_t part = unit * VIRTIO_BLK_SECTOR;
	uint8_t *expected = test_memory(t, "expected", 3 * part, 16);
	uint8_t *found = test_memory(t, "found", 3 * part, 16);
	struct request *request = range_request(t, VIRTIO_BLK_T_DISCARD, 1);
	uint8_t status;

	blk_skip_unwritable(t);
	blk_capacity(t, 3 * unit);
	blk_up(t, BIT64(VIRTIO_BLK_F_DISCARD), 0);
	random_fill(&t->random, expected, 3 * part);
	blk_write(t, 0, 3 * unit, expected);
	set_range(request, 0, unit, unit, 0);
	status = blk_send(t, t->device->queues[0], request).status;
	INSIST(t, SANE_12, status == VIRTIO_BLK_S_OK || status == VIRTIO_BLK_S_IOERR,
	       "a discard of %u sectors at %u ends with %s", unit, unit, blk_status_name(status));
	blk_read(t, 0, 3 * unit, found);
	INSIST(t, SANE_3,
	       memcmp(found, expected, part) == 0 &&
		       memcmp(found + 2 * part, expected + 2 * part, part) == 0,
	       "a discard of sectors %u to %u changed a sector beside them", unit, 2 * unit - 1);
}
