/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes, appends and reads of zones that are written in order (virtio 1.4, 5.2.6.2). On scratch. */
#include "lib/string.h"
#include "tests/device/blk/zones.h"

#define NAME(status) blk_status_name(status)

static bool is_open(const struct zones *zones, uint64_t sector)
{
	uint8_t state = zone_at(zones, sector).state;

	/* Under pressure a device may close at once what it has opened by itself. */
	return state == VIRTIO_BLK_ZS_IOPEN || state == VIRTIO_BLK_ZS_CLOSED;
}

TEST(blk, zones_are_written_at_the_pointer,
     .about = "a write at the write pointer opens the zone, one elsewhere is unaligned",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_21, BLK_OP_51, BLK_OP_65, SANE_10))
{
	struct zones zones = zones_up_empty(t);
	struct zone zone = zone_take(&zones, 0);
	uint8_t status;

	for (unsigned closed = 0; closed < 2; closed++) {
		status = zone_write(&zones, zone.start + closed * zones.granule, zones.granule);
		CHECK(t, BLK_INIT_21, status == VIRTIO_BLK_S_OK,
		      "write_granularity is %u sectors, such a write ends with %s", zones.granule,
		      NAME(status));
		CHECK(t, BLK_OP_51, is_open(&zones, zone.start), "%s zone is then in state %u",
		      closed ? "a closed" : "an empty", zone_at(&zones, zone.start).state);
		if (!closed)
			zone_do(&zones, VIRTIO_BLK_T_ZONE_CLOSE, zone.start);
	}
	status = zone_write(&zones, zone.start, zones.granule);
	CHECK(t, BLK_OP_65, status == VIRTIO_BLK_S_ZONE_UNALIGNED_WP,
	      "a write behind the write pointer ends with %s", NAME(status));
	status = zone_write(&zones, zone.start + 3 * zones.granule, zones.granule);
	CHECK(t, BLK_OP_65, status == VIRTIO_BLK_S_ZONE_UNALIGNED_WP,
	      "a write ahead of the write pointer ends with %s", NAME(status));
	if (zones.granule < 2)
		return;
	status = zone_write(&zones, zone.start + 2 * zones.granule, 1);
	CHECK(t, BLK_INIT_21, status != VIRTIO_BLK_S_OK,
	      "write_granularity is %u sectors, a write of one sector ends with OK", zones.granule);
}

TEST(blk, zones_are_appended_to,
     .about = "an append tells where its data are; its address and size are minded",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_18, BLK_OP_52, BLK_OP_55, BLK_OP_58, BLK_OP_60, BLK_OP_61,
		       BLK_OP_62, SANE_10))
{
	struct zones zones = zones_up_empty(t);
	struct zone zone = zone_take(&zones, 0);
	uint32_t bytes = zones.granule * VIRTIO_BLK_SECTOR;
	uint64_t where;
	uint8_t status;

	if (!zones.append_most) {
		status = zone_append(&zones, zone.start, zones.granule, &where);
		CHECK(t, BLK_OP_60, status == VIRTIO_BLK_S_UNSUPP,
		      "max_append_sectors is 0, it ends with %s", NAME(status));
		return;
	}
	for (unsigned n = 0; n < 2; n++) {
		status = zone_append(&zones, zone.start, zones.granule, &where);
		CHECK(t, BLK_OP_58,
		      status == VIRTIO_BLK_S_OK && where == zone.start + n * zones.granule &&
			      zone_read(&zones, where, zones.granule) == VIRTIO_BLK_S_OK &&
			      memcmp(zones.read->in, blk_data(zones.append), bytes) == 0,
		      "append %u ends with %s, append_sector is %lu", n + 1, NAME(status), where);
		CHECK(t, BLK_OP_52, is_open(&zones, zone.start),
		      "after an append the zone is in state %u", zone_at(&zones, zone.start).state);
		zone_do(&zones, VIRTIO_BLK_T_ZONE_CLOSE, zone.start);
	}
	status = zone_append(&zones, zone.start + 2 * zones.granule, zones.granule, &where);
	CHECK(t, BLK_OP_55, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "an append to the inside of a zone ends with %s", NAME(status));
	zone = zone_take(&zones, zone.start + zones.size);
	if (zones.append_most + zones.granule > MINIMUM(ZONE_SECTORS_MOST, zone.capacity))
		skip_test(t, "max_append_sectors is %u: too large to be tried", zones.append_most);
	status = zone_append(&zones, zone.start, zones.append_most + zones.granule, &where);
	CHECK(t, BLK_OP_61, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "an append of more than max_append_sectors ends with %s", NAME(status));
	status = zone_append(&zones, zone.start, zones.append_most / zones.granule * zones.granule,
			     &where);
	CHECK(t, BLK_INIT_18, status == VIRTIO_BLK_S_OK,
	      "an append of max_append_sectors ends with %s", NAME(status));
	if (zones.size + zones.granule > ZONE_SECTORS_MOST)
		return;
	zone = zone_take(&zones, zone.start + zones.size);
	status = zone_append(&zones, zone.start, zones.size + zones.granule, &where);
	CHECK(t, BLK_OP_62, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "an append of more than a zone ends with %s", NAME(status));
}

TEST(blk, zones_end_where_they_end,
     .about = "requests beyond the capacity of a zone, or over two zones, are invalid",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_OP_56, BLK_OP_57, BLK_OP_63, BLK_OP_64, SANE_10))
{
	struct zones zones = zones_up_empty(t);
	struct zone zone = zone_take(&zones, 0), next;
	uint64_t last = zone.start + zone.capacity - zones.granule, where;
	uint8_t status;

	zone_fill(&zones, &zone, zones.granule);
	if (zones.append_most >= 2 * zones.granule) {
		status = zone_append(&zones, zone.start, 2 * zones.granule, &where);
		CHECK(t, BLK_OP_56, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
		      "an append beyond the capacity ends with %s", NAME(status));
	}
	status = zone_write(&zones, last, 2 * zones.granule);
	CHECK(t, BLK_OP_57, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "a write beyond the capacity ends with %s", NAME(status));
	next = zone_take(&zones, zone.start + zones.size);
	if (zone.capacity < zones.size || next.start != zone.start + zones.size)
		skip_test(t, "no two zones are next to each other without a gap");
	CHECK(t, BLK_OP_64, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "a write over two zones ends with %s", NAME(status));
	zone_write(&zones, last, zones.granule);
	zone_write(&zones, next.start, zones.granule);
	status = zone_read(&zones, last, 2 * zones.granule);
	CHECK(t, BLK_OP_63, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "a read over two zones ends with %s", NAME(status));
}

/* Reads the first two granules, of which the first is written; gives the second. */
static uint8_t read_tail(const struct zones *zones, uint64_t sector, const uint8_t *written,
			 uint8_t *tail)
{
	uint32_t bytes = zones->granule * VIRTIO_BLK_SECTOR;
	uint8_t status = zone_read(zones, sector, 2 * zones->granule);

	if (status == VIRTIO_BLK_S_OK)
		INSIST(zones->t, SANE_3, memcmp(zones->read->in, written, bytes) == 0,
		       "what was written before the write pointer reads differently");
	memcpy(tail, zones->read->in + bytes, bytes);
	return status;
}

TEST(blk, emptied_zones_forget,
     .about = "what lies beyond the write pointer reads as a filler or not at all",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_OP_70, BLK_OP_71, BLK_OP_72, SANE_10, SANE_2, SANE_3))
{
	struct zones zones = zones_up_empty(t);
	uint64_t start = zone_take(&zones, 0).start;
	uint32_t bytes = zones.granule * VIRTIO_BLK_SECTOR;
	uint8_t *former = test_memory(t, "former", bytes, 16), status, again;
	uint8_t *tail = test_memory(t, "tail", bytes, 16);
	uint8_t *second = test_memory(t, "second", bytes, 16);

	zone_write(&zones, start, zones.granule);
	zone_write(&zones, start + zones.granule, zones.granule);
	memcpy(former, blk_data(zones.write), bytes);
	zone_do(&zones, VIRTIO_BLK_T_ZONE_RESET, start);
	status = zone_write(&zones, start, zones.granule);
	INSIST(t, SANE_2, status == VIRTIO_BLK_S_OK,
	       "a write to a zone that was reset ends with %s", NAME(status));
	status = read_tail(&zones, start, blk_data(zones.write), tail);
	again = read_tail(&zones, start, blk_data(zones.write), second);
	CHECK(t, BLK_OP_70, status != VIRTIO_BLK_S_OK || memcmp(tail, former, bytes) != 0,
	      "data from before the reset are read beyond the write pointer");
	CHECK(t, BLK_OP_72,
	      status == again && (status != VIRTIO_BLK_S_OK || memcmp(tail, second, bytes) == 0),
	      "unwritten data read as one thing, then as another");
	zone_do(&zones, VIRTIO_BLK_T_ZONE_FINISH, start);
	status = read_tail(&zones, start, blk_data(zones.write), tail);
	CHECK(t, BLK_OP_71, status != VIRTIO_BLK_S_OK || memcmp(tail, former, bytes) != 0,
	      "data from before the reset are read in a finished zone");
}
