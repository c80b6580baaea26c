/* SPDX-License-Identifier: BSD-2-Clause */
/* SCSI commands of the tests: made, sent, awaited. */
#ifndef TESTS_DEVICE_SCSI_COMMAND_H
#define TESTS_DEVICE_SCSI_COMMAND_H

#include "tests/harness/drive/drive.h"
#include "virtio/device/scsi.h"

/* A field of the configuration of the test's device. */
#define SCSI_CONFIG(t, field) config_read((t)->device, struct virtio_scsi_config, field)

/* A logical unit that was found. */
struct scsi_unit {
	uint8_t target;
	uint16_t lun;
	uint8_t peripheral; /* device type, 0: disk, 5: CD */
	uint32_t block;     /* bytes in a logical block */
	uint32_t blocks;    /* how many there are, at most UINT32_MAX */
};

#define SCSI_DISK 0
#define SCSI_CD   5

/* Brings the device up with these feature bits where they are offered: one request queue. */
void scsi_up(struct test_run *t, uint64_t features);

/* A command with data phases of these sizes; leaves the test when the arena is full. */
struct request *scsi_command(struct test_run *t, uint8_t target, uint32_t out_bytes,
			     uint32_t in_bytes);

/* A command for unit LUN of its target, where that is not 0. */
struct request *scsi_unit_command(struct test_run *t, const struct scsi_unit *unit,
				  uint32_t out_bytes, uint32_t in_bytes);

/* Makes it INQUIRY, standard data, that asks for `allocation` bytes. */
void scsi_set_inquiry(struct request *request, uint16_t allocation);

/* Makes it READ(10) or WRITE(10). */
void scsi_set_transfer(struct request *request, uint8_t operation, uint32_t block, uint16_t blocks);

/*
 * Adds the command with each part (header, data) in a descriptor of its own, the layout that
 * every device understands, and shows it to the device. Leaves the test when the ring is full.
 */
void scsi_submit(struct test_run *t, struct virtqueue *queue, struct request *request);

/*
 * Whether a command was put off: a unit may be busy, or have something to tell first, and takes the same command then
 * (5.6.6.1; SAM-5, 5.3.1, 5.14).
 */
bool scsi_put_off(const struct request *request);

/*
 * Sends it as often as it is put off, a few times at most; leaves the test as failed when it is not completed. Returns the
 * used length.
 */
uint32_t scsi_send(struct test_run *t, struct request *request);

/* Waits for the next completion of the request queue. */
struct completion scsi_await(struct test_run *t, const char *what);

/* The response byte and status of a completed command, in words. */
const char *scsi_outcome(const struct request *request);

/*
 * Finds the first target whose unit 0 answers INQUIRY; unit attentions are cleared on the way. Leaves
 * the test as skipped when there is none.
 */
struct scsi_unit scsi_find(struct test_run *t);

/* The same for the first disk among them with a known capacity. */
struct scsi_unit scsi_find_disk(struct test_run *t);

/*
 * All units of all targets, as REPORT LUNS names them (a target without it: unit 0), at most `most`;
 * only those that answer INQUIRY. Their blocks are known where they are disks. Returns how many.
 */
unsigned scsi_list(struct test_run *t, struct scsi_unit *units, unsigned most);

/* Brings up all request queues (at most SCSI_QUEUES_MOST) and returns how many. */
#define SCSI_QUEUES_MOST 16u
unsigned scsi_up_all(struct test_run *t);

/* Sends a task management function and returns its response; leaves the test when none comes. */
uint8_t scsi_manage(struct test_run *t, enum virtio_scsi_tmf function, uint8_t target, uint64_t id);

#endif
