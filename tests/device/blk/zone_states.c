/* SPDX-License-Identifier: BSD-2-Clause */
/* The states of zones and what moves them (virtio 1.4, 5.2.6.2). On scratch: all zones are emptied. */
#include "tests/device/blk/zones.h"

#define NAME(status) blk_status_name(status)

TEST(blk, conventional_zones_have_no_state,
     .about =
	     "requests that open, close, finish, reset or append to a conventional zone are invalid",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_OP_33, BLK_OP_34, BLK_OP_35, BLK_OP_36, BLK_OP_37, SANE_10))
{
	struct zones zones = zones_up(t);
	struct zone zone;
	uint64_t where;
	uint8_t status;

	blk_skip_read_only(t);
	if (!zone_next(&zones, VIRTIO_BLK_ZT_CONV, 0, &zone))
		skip_test(t, "the disk has no conventional zone");
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_OPEN, zone.start);
	CHECK(t, BLK_OP_33, status == VIRTIO_BLK_S_ZONE_INVALID_CMD, "an open ends with %s",
	      NAME(status));
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_CLOSE, zone.start);
	CHECK(t, BLK_OP_34, status == VIRTIO_BLK_S_ZONE_INVALID_CMD, "a close ends with %s",
	      NAME(status));
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_FINISH, zone.start);
	CHECK(t, BLK_OP_35, status == VIRTIO_BLK_S_ZONE_INVALID_CMD, "a finish ends with %s",
	      NAME(status));
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_RESET, zone.start);
	CHECK(t, BLK_OP_36, status == VIRTIO_BLK_S_ZONE_INVALID_CMD, "a reset ends with %s",
	      NAME(status));
	if (!zones.append_most)
		return;
	status = zone_append(&zones, zone.start, zones.granule, &where);
	CHECK(t, BLK_OP_37, status == VIRTIO_BLK_S_ZONE_INVALID_CMD, "an append ends with %s",
	      NAME(status));
}

/* Whether a request about a zone succeeds and leaves it in a state; what was seen is in `seen`. */
static bool moves(const struct zones *zones, enum virtio_blk_type type, uint64_t sector,
		  uint8_t state, char seen[64])
{
	uint8_t status = zone_do(zones, type, sector);
	struct zone zone = zone_at(zones, sector);

	format_text(seen, 64, "it ends with %s, the zone is in state %u", NAME(status), zone.state);
	return status == VIRTIO_BLK_S_OK && zone.state == state &&
	       (state != VIRTIO_BLK_ZS_EMPTY || zone.pointer == zone.start);
}

static void write_granule(const struct zones *zones, uint64_t sector)
{
	uint8_t status = zone_write(zones, sector, zones->granule);

	INSIST(zones->t, SANE_2, status == VIRTIO_BLK_S_OK,
	       "a write at the write pointer ends with %s", NAME(status));
}

TEST(blk, zones_go_through_their_states,
     .about = "zones are opened, closed, finished and emptied from each state that allows it",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_OP_38, BLK_OP_39, BLK_OP_42, BLK_OP_43, BLK_OP_44, BLK_OP_47, BLK_OP_50,
		       SANE_10))
{
	struct zones zones = zones_up_empty(t);
	uint64_t first = zone_take(&zones, 0).start;
	uint64_t second = zone_take(&zones, first + zones.size).start;
	char seen[64];
	uint8_t status;
	bool right;

	right = moves(&zones, VIRTIO_BLK_T_ZONE_OPEN, first, VIRTIO_BLK_ZS_EOPEN, seen);
	CHECK(t, BLK_OP_38, right, "open of an empty zone: %s", seen);
	write_granule(&zones, first);
	right = moves(&zones, VIRTIO_BLK_T_ZONE_CLOSE, first, VIRTIO_BLK_ZS_CLOSED, seen);
	CHECK(t, BLK_OP_42, right, "close of a written zone: %s", seen);
	right = moves(&zones, VIRTIO_BLK_T_ZONE_OPEN, first, VIRTIO_BLK_ZS_EOPEN, seen);
	CHECK(t, BLK_OP_38, right, "open of a closed zone: %s", seen);
	right = moves(&zones, VIRTIO_BLK_T_ZONE_FINISH, first, VIRTIO_BLK_ZS_FULL, seen);
	CHECK(t, BLK_OP_44, right, "finish of an open zone: %s", seen);
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_OPEN, first);
	CHECK(t, BLK_OP_39, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "open of a full zone ends with %s", NAME(status));
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_CLOSE, first);
	CHECK(t, BLK_OP_43, status == VIRTIO_BLK_S_ZONE_INVALID_CMD,
	      "close of a full zone ends with %s", NAME(status));
	right = moves(&zones, VIRTIO_BLK_T_ZONE_RESET, first, VIRTIO_BLK_ZS_EMPTY, seen);
	CHECK(t, BLK_OP_47, right, "reset of a full zone: %s", seen);
	write_granule(&zones, first);
	right = moves(&zones, VIRTIO_BLK_T_ZONE_RESET, first, VIRTIO_BLK_ZS_EMPTY, seen);
	CHECK(t, BLK_OP_47, right, "reset of a written zone: %s", seen);
	write_granule(&zones, first);
	zone_do(&zones, VIRTIO_BLK_T_ZONE_FINISH, second);
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_RESET_ALL, 0);
	CHECK(t, BLK_OP_50,
	      status == VIRTIO_BLK_S_OK && zone_at(&zones, first).state == VIRTIO_BLK_ZS_EMPTY &&
		      zone_at(&zones, second).state == VIRTIO_BLK_ZS_EMPTY,
	      "a reset of all zones ends with %s, two are in states %u and %u then", NAME(status),
	      zone_at(&zones, first).state, zone_at(&zones, second).state);
}

TEST(blk, secure_erase_resets_zones, .about = "a zone that is securely erased is empty",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_SECURE_ERASE),
     .judges = CLAUSES(BLK_OP_75, SANE_10))
{
	struct virtio_blk_discard_write_zeroes *range;
	struct request *request;
	struct zones zones;
	struct zone zone;
	uint8_t status;

	if (!blk_offers(t, VIRTIO_BLK_F_ZONED))
		skip_test(t, "the disk is not zoned");
	zones = zones_up_empty(t);
	zone = zone_take(&zones, 0);
	if (BLK_CONFIG(t, max_secure_erase_sectors) < zones.size ||
	    zone.start % MAXIMUM(BLK_CONFIG(t, secure_erase_sector_alignment), 1ul))
		skip_test(t, "a zone cannot be erased by itself");
	write_granule(&zones, zone.start);
	request = blk_request(t, VIRTIO_BLK_T_SECURE_ERASE, 0, sizeof(*range), 0);
	range = (struct virtio_blk_discard_write_zeroes *)blk_data(request);
	range->sector = to_le64(zone.start);
	range->num_sectors = to_le32(zones.size);
	status = blk_send(t, t->device->queues[0], request).status;
	zone = zone_at(&zones, zone.start);
	CHECK(t, BLK_OP_75, status == VIRTIO_BLK_S_OK && zone.state == VIRTIO_BLK_ZS_EMPTY,
	      "an erase of the zone ends with %s, and leaves it in state %u", NAME(status),
	      zone.state);
}

#define LIMIT_MOST 64u

static bool lacks_resources(uint8_t status)
{
	return status == VIRTIO_BLK_S_ZONE_OPEN_RESOURCE ||
	       status == VIRTIO_BLK_S_ZONE_ACTIVE_RESOURCE;
}

/* The stricter of two limits, of which 0 is none; 0 when there is none or it is too large to try. */
static uint32_t strictest(uint32_t one, uint32_t other)
{
	uint32_t limit = MINIMUM(one - 1, other - 1) + 1;

	return limit <= LIMIT_MOST ? limit : 0;
}

TEST(blk, open_zones_are_limited,
     .about = "as many zones can be opened as the limits say, and one more lacks a resource",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_16, BLK_OP_40, BLK_OP_41, BLK_OP_53, BLK_OP_54, SANE_10))
{
	struct zones zones = zones_up_empty(t);
	uint32_t limit = strictest(zones.open_most, zones.active_most);
	uint64_t sector = 0, where;
	struct zone zone;
	uint8_t status;

	for (unsigned n = 0; n < (limit ? limit : 2); n++) {
		zone = zone_take(&zones, sector);
		sector = zone.start + zones.size;
		status = zone_do(&zones, VIRTIO_BLK_T_ZONE_OPEN, zone.start);
		CHECK(t, BLK_INIT_16, status == VIRTIO_BLK_S_OK,
		      "max_open_zones is %u, max_active_zones %u, zone %u is opened with %s",
		      zones.open_most, zones.active_most, n + 1, NAME(status));
	}
	if (!limit)
		skip_test(t, "there is no limit, or a large one");
	zone = zone_take(&zones, sector);
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_OPEN, zone.start);
	CHECK(t, BLK_OP_41, lacks_resources(status), "zone %u is opened with %s", limit + 1,
	      NAME(status));
	CHECK(t, BLK_OP_40, zone_at(&zones, zone.start).state == VIRTIO_BLK_ZS_EMPTY,
	      "zone %u is in state %u", limit + 1, zone_at(&zones, zone.start).state);
	if (zones.model != VIRTIO_BLK_Z_HM)
		return;
	status = zone_write(&zones, zone.start, zones.granule);
	CHECK(t, BLK_OP_53, lacks_resources(status), "%u zones are open, it ends with %s", limit,
	      NAME(status));
	if (!zones.append_most)
		return;
	status = zone_append(&zones, zone.start, zones.granule, &where);
	CHECK(t, BLK_OP_54, lacks_resources(status), "%u zones are open, it ends with %s", limit,
	      NAME(status));
}

TEST(blk, active_zones_are_limited,
     .about = "as many zones can be active as the limit says, and one more lacks a resource",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_SCRATCH, WITH_FEATURE(VIRTIO_BLK_F_ZONED),
     .judges = CLAUSES(BLK_INIT_17, SANE_10))
{
	struct zones zones = zones_up_empty(t);
	uint32_t limit = strictest(zones.active_most, 0);
	uint64_t sector = 0;
	uint8_t status;

	for (unsigned n = 0; n <= (limit ? limit : 1); n++) {
		struct zone zone = zone_take(&zones, sector);

		sector = zone.start + zones.size;
		status = zone_write(&zones, zone.start, zones.granule);
		CHECK(t, BLK_INIT_17,
		      limit && n == limit ? status == VIRTIO_BLK_S_ZONE_ACTIVE_RESOURCE
					  : status == VIRTIO_BLK_S_OK,
		      "max_active_zones is %u, a write to zone %u ends with %s", zones.active_most,
		      n + 1, NAME(status));
		zone_do(&zones, VIRTIO_BLK_T_ZONE_CLOSE, zone.start);
	}
}
