/* SPDX-License-Identifier: BSD-2-Clause */
/* Blk requests of the tests: made, sent, awaited. */
#ifndef TESTS_DEVICE_BLK_EXCHANGE_H
#define TESTS_DEVICE_BLK_EXCHANGE_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/blk.h"

#define BLK_CONFIG(t, field) config_read((t)->device, struct virtio_blk_config, field)

/* What the status byte holds until the device writes it. */
#define BLK_STATUS_UNWRITTEN 0xff

/*
 * Brings the device up with what the workload wants and those bits of `features` that are offered;
 * `without` are left out. One queue.
 */
void blk_up(struct test_run *t, uint64_t features, uint64_t without);

/* Brings up all queues that num_queues names, 64 at most, where the feature is offered; returns how many. */
unsigned blk_up_all(struct test_run *t);

/* True when the device offers the bit. */
bool blk_offers(const struct test_run *t, unsigned bit);

/* Sectors in one block: what is safe as the unit and alignment of reads and writes. */
uint32_t blk_block_sectors(const struct test_run *t);

/* `capacity`; leaves the test as skipped when the disk is smaller than `least` sectors. */
uint64_t blk_capacity(struct test_run *t, uint64_t least);

/* The first sector of the last whole block: capacity need not be a multiple of blk_size. */
uint64_t blk_last(const struct test_run *t);

/* A request in the arena (see blk_prepare()); leaves the test when the arena is full. */
struct request *blk_request(struct test_run *t, enum virtio_blk_type type, uint64_t sector,
			    uint32_t out_bytes, uint32_t in_bytes);

/* Points a request that has been completed at another sector, its status unwritten again. */
void blk_aim(struct request *request, uint64_t sector);

/* The data behind the header of a request. */
uint8_t *blk_data(const struct request *request);

struct blk_answer {
	uint8_t status;
	uint32_t length; /* used length */
};

/* Sends a request and waits; leaves the test as failed when it is not completed. */
struct blk_answer blk_send(struct test_run *t, struct virtqueue *queue, struct request *request);

/* The same with a chain of the caller's own cut. */
struct blk_answer blk_send_cut(struct test_run *t, struct virtqueue *queue, struct request *request,
			       const struct segment *segments, unsigned count);

/*
 * Sends a request that a driver must not send, and waits for what becomes of it, which nothing lays
 * down: a device that does not complete it is reset and brought back to where blk_up() left it.
 */
void blk_provoke(struct test_run *t, struct request *request);

/*
 * Leaves the test as not judged when a request for data ended with IOERR, and a plain one for the same
 * sectors on a fresh device does so, too: a device or what is behind it may fail (5.2.6), which
 * blk.some_block_can_be_read tells. A fresh device is left when that one succeeds: the way in which the
 * request was made is to blame. A write is repeated: only for scratch.
 */
void blk_excuse(struct test_run *t, const struct request *request);

/*
 * Judges the used length of what has been served, of which `written` bytes were written (2.6). In a split ring it may
 * be an underestimate (2.7.8.2): there nothing is judged.
 */
void blk_judge_length(struct test_run *t, const char *what, uint32_t length, uint32_t written);

/* Reads or writes whole sectors; leaves the test as failed unless the status is OK, but see blk_excuse(). */
void blk_read(struct test_run *t, uint64_t sector, uint32_t sectors, uint8_t *data);
void blk_write(struct test_run *t, uint64_t sector, uint32_t sectors, const uint8_t *data);

/* The index of the first byte that differs, `length` when none does. */
uint32_t blk_difference(const uint8_t *a, const uint8_t *b, uint32_t length);

/*
 * Leaves the test as skipped on a disk that takes no writes in any order: read-only, or host-managed. The
 * device is as fresh afterwards.
 */
void blk_skip_unwritable(struct test_run *t);

/* Leaves the test as skipped on a read-only disk. */
void blk_skip_read_only(struct test_run *t);

/* Resets the device and brings it up with the features it had. */
void blk_again(struct test_run *t);

/* The most whole sectors that one data segment takes, at most `most`. */
uint32_t blk_segment_sectors(const struct test_run *t, uint32_t most);

/* "OK", "IOERR", "UNSUPP", … */
const char *blk_status_name(uint8_t status);

#endif
