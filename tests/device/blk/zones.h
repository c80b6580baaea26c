/* SPDX-License-Identifier: BSD-2-Clause */
/* Zoned disks (virtio 1.4, 5.2.6): requests about zones, and zones to try them on. */
#ifndef TESTS_DEVICE_BLK_ZONES_H
#define TESTS_DEVICE_BLK_ZONES_H

#include "tests/device/blk/exchange.h"

/* The most sectors that a request of these tests reads or writes. */
#define ZONE_SECTORS_MOST 128u

struct zones {
	struct test_run *t;
	uint64_t capacity;
	uint32_t size;    /* zone_sectors */
	uint32_t granule; /* write_granularity, in sectors */
	uint32_t append_most, open_most, active_most;
	uint8_t model;
	struct request *command, *report, *read, *write, *append; /* used again and again */
};

struct zone {
	uint64_t start, capacity, pointer;
	uint8_t type, state;
};

/*
 * Brings the disk up with the zoned feature, and secure erase where it is offered. Leaves the test as
 * skipped when its model is none.
 */
struct zones zones_up(struct test_run *t);

/* The same, then empties all zones: for tests on scratch. */
struct zones zones_up_empty(struct test_run *t);

/* What the zone report says of the zone that holds a sector. */
struct zone zone_at(const struct zones *zones, uint64_t sector);

/* The next zone of a type, from a sector on, that is neither read-only nor offline; false: no more. */
bool zone_next(const struct zones *zones, uint8_t type, uint64_t sector, struct zone *zone);

/* The same of write-required zones; leaves the test as skipped when there is none. */
struct zone zone_take(const struct zones *zones, uint64_t sector);

/* The status of a zone request without data. */
uint8_t zone_do(const struct zones *zones, enum virtio_blk_type type, uint64_t sector);

/* Writes new random data, which zones->write holds. */
uint8_t zone_write(const struct zones *zones, uint64_t sector, uint32_t sectors);

/* The same by ZONE_APPEND from zones->append; `where` is append_sector. */
uint8_t zone_append(const struct zones *zones, uint64_t sector, uint32_t sectors, uint64_t *where);

/* Reads into zones->read->in. */
uint8_t zone_read(const struct zones *zones, uint64_t sector, uint32_t sectors);

/*
 * Writes an empty zone up to `left` sectors before the end of its capacity. Leaves the test as skipped
 * when that is too much.
 */
void zone_fill(const struct zones *zones, const struct zone *zone, uint32_t left);

#endif
