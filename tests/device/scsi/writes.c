/* SPDX-License-Identifier: BSD-2-Clause */
/* What writes to disks, on scratch only. */
#include "lib/string.h"
#include "tests/device/scsi/command.h"

TEST(scsi, writes_are_read_back, .about = "blocks hold what was written to them",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_SCRATCH, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(SANE_2, SANE_3))
{
	enum { BLOCKS = 4 };
	struct request *write, *read;
	struct scsi_unit unit;
	uint32_t bytes;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	if (unit.blocks < BLOCKS)
		skip_test(t, "the disk has %u blocks", unit.blocks);
	bytes = BLOCKS * unit.block;
	write = scsi_command(t, unit.target, bytes, 0);
	scsi_set_transfer(write, SCSI_WRITE_10, unit.blocks - BLOCKS, BLOCKS);
	random_fill(&t->random, scsi_data_out(write), bytes);
	scsi_send(t, write);
	if (scsi_response(write)->response == VIRTIO_SCSI_S_OK &&
	    scsi_response(write)->status == SCSI_CHECK_CONDITION)
		skip_test(t, "the disk is not writable");
	INSIST(t, SANE_2, scsi_response(write)->response == VIRTIO_SCSI_S_OK, "WRITE ends with %s",
	       scsi_outcome(write));
	read = scsi_command(t, unit.target, 0, bytes);
	scsi_set_transfer(read, SCSI_READ_10, unit.blocks - BLOCKS, BLOCKS);
	scsi_send(t, read);
	if (all_bytes_are(scsi_data_in(read), 0, bytes))
		skip_test(t, "the disk keeps nothing");
	INSIST(t, SANE_3,
	       scsi_response(read)->response == VIRTIO_SCSI_S_OK &&
		       memcmp(scsi_data_in(read), scsi_data_out(write), bytes) == 0,
	       "READ ends with %s and other data than were written", scsi_outcome(read));
}

TEST(scsi, short_data_out_is_an_overrun,
     .about = "a write of more blocks than the buffer holds ends with OVERRUN",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_SCRATCH, .judges = CLAUSES(SCSI_REQ_5))
{
	struct request *request;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	if (unit.blocks < 2)
		skip_test(t, "the disk has one block");
	request = scsi_command(t, unit.target, unit.block, 0);
	scsi_set_transfer(request, SCSI_WRITE_10, 0, 2);
	scsi_send(t, request);
	CHECK(t, SCSI_REQ_5, scsi_response(request)->response == VIRTIO_SCSI_S_OVERRUN,
	      "a WRITE of 2 blocks with data for 1 ends with %s", scsi_outcome(request));
}
