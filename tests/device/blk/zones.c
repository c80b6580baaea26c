/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/blk/zones.h"

/* Zones that are looked at in search of one, and sectors that are written to fill one, at most. */
#define LOOKED_AT_MOST 1024u
#define FILL_MOST      16384u

struct zones zones_up(struct test_run *t)
{
	uint32_t bytes = ZONE_SECTORS_MOST * VIRTIO_BLK_SECTOR;
	struct zones zones = {.t = t};

	blk_up(t, BIT64(VIRTIO_BLK_F_ZONED) | BIT64(VIRTIO_BLK_F_SECURE_ERASE), 0);
	zones.model = (uint8_t)BLK_CONFIG(t, zoned.model);
	if (zones.model != VIRTIO_BLK_Z_HM && zones.model != VIRTIO_BLK_Z_HA)
		skip_test(t, "the model of the disk is %u", zones.model);
	zones.capacity = BLK_CONFIG(t, capacity);
	zones.size = (uint32_t)BLK_CONFIG(t, zoned.zone_sectors);
	zones.granule = (uint32_t)BLK_CONFIG(t, zoned.write_granularity) / VIRTIO_BLK_SECTOR;
	zones.append_most = (uint32_t)BLK_CONFIG(t, zoned.max_append_sectors);
	zones.open_most = (uint32_t)BLK_CONFIG(t, zoned.max_open_zones);
	zones.active_most = (uint32_t)BLK_CONFIG(t, zoned.max_active_zones);
	INSIST(t, SANE_10, zones.size && zones.granule, "zone_sectors is %u, write_granularity %lu",
	       zones.size, BLK_CONFIG(t, zoned.write_granularity));
	if (2 * zones.granule > ZONE_SECTORS_MOST ||
	    blk_segment_sectors(t, ZONE_SECTORS_MOST) < ZONE_SECTORS_MOST)
		skip_test(t, "requests of %u sectors are too large, or too small",
			  ZONE_SECTORS_MOST);
	zones.command = blk_request(t, VIRTIO_BLK_T_ZONE_OPEN, 0, 0, 0);
	zones.report = blk_request(t, VIRTIO_BLK_T_ZONE_REPORT, 0, 0,
				   sizeof(struct virtio_blk_zone_report) +
					   sizeof(struct virtio_blk_zone_descriptor));
	zones.read = blk_request(t, VIRTIO_BLK_T_IN, 0, 0, bytes);
	zones.write = blk_request(t, VIRTIO_BLK_T_OUT, 0, bytes, 0);
	zones.append = blk_request(t, VIRTIO_BLK_T_ZONE_APPEND, 0, bytes, sizeof(le64));
	return zones;
}

struct zones zones_up_empty(struct test_run *t)
{
	struct zones zones = zones_up(t);
	uint8_t status;

	blk_skip_read_only(t);
	status = zone_do(&zones, VIRTIO_BLK_T_ZONE_RESET_ALL, 0);
	INSIST(t, SANE_2, status == VIRTIO_BLK_S_OK, "ZONE_RESET_ALL ends with %s",
	       blk_status_name(status));
	return zones;
}

static uint8_t send(const struct zones *zones, struct request *request, uint64_t sector)
{
	blk_aim(request, sector);
	return blk_send(zones->t, zones->t->device->queues[0], request).status;
}

struct zone zone_at(const struct zones *zones, uint64_t sector)
{
	const struct virtio_blk_zone_report *report = (const void *)zones->report->in;
	const struct virtio_blk_zone_descriptor *zone = (const void *)(report + 1);
	uint8_t status = send(zones, zones->report, sector);

	INSIST(zones->t, SANE_2, status == VIRTIO_BLK_S_OK && from_le64(report->nr_zones) == 1,
	       "a report with room for one zone ends with %s and %lu", blk_status_name(status),
	       from_le64(report->nr_zones));
	return (struct zone){.start = from_le64(zone->z_start),
			     .capacity = from_le64(zone->z_cap),
			     .pointer = from_le64(zone->z_wp),
			     .type = zone->z_type,
			     .state = zone->z_state};
}

bool zone_next(const struct zones *zones, uint8_t type, uint64_t sector, struct zone *zone)
{
	for (unsigned n = 0; n < LOOKED_AT_MOST && sector < zones->capacity; n++) {
		*zone = zone_at(zones, sector);
		if (zone->type == type && zone->state != VIRTIO_BLK_ZS_RDONLY &&
		    zone->state != VIRTIO_BLK_ZS_OFFLINE)
			return true;
		sector += zones->size;
	}
	return false;
}

struct zone zone_take(const struct zones *zones, uint64_t sector)
{
	struct zone zone;

	if (!zone_next(zones, VIRTIO_BLK_ZT_SWR, sector, &zone))
		skip_test(zones->t, "the disk has too few zones that must be written in order");
	return zone;
}

uint8_t zone_do(const struct zones *zones, enum virtio_blk_type type, uint64_t sector)
{
	((struct virtio_blk_req *)zones->command->out)->type = to_le32(type);
	return send(zones, zones->command, sector);
}

static uint8_t send_data(const struct zones *zones, struct request *request, uint64_t sector,
			 uint32_t sectors)
{
	uint32_t bytes = sectors * VIRTIO_BLK_SECTOR;

	random_fill(&zones->t->random, blk_data(request), bytes);
	request->out_length = sizeof(struct virtio_blk_req) + bytes;
	return send(zones, request, sector);
}

uint8_t zone_write(const struct zones *zones, uint64_t sector, uint32_t sectors)
{
	return send_data(zones, zones->write, sector, sectors);
}

uint8_t zone_append(const struct zones *zones, uint64_t sector, uint32_t sectors, uint64_t *where)
{
	uint8_t status = send_data(zones, zones->append, sector, sectors);

	*where = from_le64(*(const le64 *)zones->append->in);
	return status;
}

uint8_t zone_read(const struct zones *zones, uint64_t sector, uint32_t sectors)
{
	zones->read->in_length = sectors * VIRTIO_BLK_SECTOR + 1;
	return send(zones, zones->read, sector);
}

void zone_fill(const struct zones *zones, const struct zone *zone, uint32_t left)
{
	uint64_t end = zone->start + zone->capacity - left;
	uint64_t most = ZONE_SECTORS_MOST / zones->granule * zones->granule;

	if (zone->capacity > FILL_MOST)
		skip_test(zones->t, "a zone takes %lu sectors to be filled", zone->capacity);
	for (uint64_t sector = zone->start; sector < end;) {
		uint32_t part = (uint32_t)MINIMUM(end - sector, most);
		uint8_t status = zone_write(zones, sector, part);

		INSIST(zones->t, SANE_2, status == VIRTIO_BLK_S_OK,
		       "a write of %u sectors at %lu, the write pointer, ends with %s", part,
		       sector, blk_status_name(status));
		sector += part;
	}
}
