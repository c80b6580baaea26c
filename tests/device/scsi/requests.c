/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands and their responses (virtio 1.4, 5.6.6.1). Nothing here writes to a disk. */
#include "lib/string.h"
#include "tests/device/evidence.h"
#include "tests/device/scsi/command.h"

#define TARGETS 256u
#define MANY    8u /* targets, which do not all fail at once */

TEST(scsi, commands_are_answered_with_status,
     .about =
	     "good and bad commands end with response OK, a defined status, and sense where it is due",
     .type = VIRTIO_TYPE_SCSI, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(SANE_12, SCSI_REQ_1, SCSI_REQ_2, SCSI_REQ_3))
{
	const struct virtio_scsi_resp_cmd *response;
	struct request *request;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	request = scsi_command(t, unit.target, 0, 36);
	response = scsi_response(request);
	for (unsigned bad = 0; bad < 2; bad++) {
		const char *what = bad ? "an INQUIRY with a page that it may not name" : "INQUIRY";

		scsi_set_inquiry(request, 36);
		scsi_header(request)->cdb[2] = bad; /* PAGE CODE, which needs EVPD */
		scsi_send(t, request);
		CHECK(t, SCSI_REQ_2, response->response <= VIRTIO_SCSI_S_FAILURE, "%s ends with %s",
		      what, scsi_outcome(request));
		CHECK(t, SCSI_REQ_1,
		      response->response != VIRTIO_SCSI_S_OK ||
			      scsi_status_is_defined(response->status),
		      "%s ends with %s, no status code of SAM", what, scsi_outcome(request));
		CHECK(t, SCSI_REQ_3,
		      response->response == VIRTIO_SCSI_S_OK &&
			      (bad ? scsi_status_is_defined(response->status)
				   : response->status == SCSI_GOOD),
		      "%s ends with %s", what, scsi_outcome(request));
	}
	/* What a target makes of a bad command is its own affair, but sense comes with this status. */
	if (response->status != SCSI_CHECK_CONDITION)
		return;
	INSIST(t, SANE_12,
	       from_le32(response->sense_len) > 0 &&
		       from_le32(response->sense_len) <= sizeof(response->sense),
	       "CHECK CONDITION comes with sense_len %u", from_le32(response->sense_len));
	INSIST(t, SANE_12,
	       (response->sense[0] & 0x7f) >= 0x70 && (response->sense[0] & 0x7f) <= 0x73,
	       "sense data begin with %#x, no response code of SPC", response->sense[0]);
}

TEST(scsi, missing_targets_are_named,
     .about = "of the targets up to max_target each is there or answers BAD_TARGET",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SCSI_REQ_2, SCSI_REQ_8))
{
	struct request *request = scsi_command(t, 0, 0, 36);
	unsigned missing = 0, broken = 0, most;

	scsi_up(t, 0);
	scsi_set_inquiry(request, 36);
	most = (unsigned)MINIMUM(SCSI_CONFIG(t, max_target), (uint64_t)TARGETS - 1);
	for (unsigned target = 0; target <= most; target++) {
		uint8_t response;

		scsi_address(scsi_header(request)->lun, (uint8_t)target, 0);
		scsi_send(t, request);
		response = scsi_response(request)->response;
		missing += response == VIRTIO_SCSI_S_BAD_TARGET;
		CHECK(t, SCSI_REQ_2, response <= VIRTIO_SCSI_S_FAILURE,
		      "INQUIRY to target %u ends with %s", target, scsi_outcome(request));
		broken += response == VIRTIO_SCSI_S_FAILURE;
		/* A target that is there may be busy or broken, but not aborted, reset, overrun. */
		CHECK(t, SCSI_REQ_8,
		      response == VIRTIO_SCSI_S_OK || response == VIRTIO_SCSI_S_BAD_TARGET ||
			      (response >= VIRTIO_SCSI_S_BUSY && response <= VIRTIO_SCSI_S_FAILURE),
		      "INQUIRY to target %u ends with %s", target, scsi_outcome(request));
	}
	/* One that is broken is there: but none that is missing would be said to be so. */
	CHECK(t, SCSI_REQ_8, missing || broken < MANY,
	      "INQUIRY to %u of %u targets ends with FAILURE, and to none with BAD_TARGET", broken,
	      most + 1);
	if (!missing)
		skip_test(t, "all targets up to max_target exist");
}

TEST(scsi, missing_units_are_answered,
     .about = "INQUIRY to a missing unit of a target that is there is answered",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SCSI_REQ_2))
{
	struct request *request;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	request = scsi_command(t, unit.target, 0, 36);
	scsi_address(scsi_header(request)->lun, unit.target, 255);
	scsi_set_inquiry(request, 36);
	scsi_send(t, request);
	CHECK(t, SCSI_REQ_2, scsi_response(request)->response <= VIRTIO_SCSI_S_FAILURE,
	      "INQUIRY to unit 255 ends with %s", scsi_outcome(request));
}

/* A READ(10) of the first blocks into a buffer of so many bytes, sent. */
static struct request *read_into(struct test_run *t, const struct scsi_unit *unit, uint32_t bytes,
				 uint16_t blocks)
{
	struct request *request = scsi_command(t, unit->target, 0, bytes);

	scsi_set_transfer(request, SCSI_READ_10, 0, blocks);
	scsi_send(t, request);
	return request;
}

TEST(scsi, short_data_in_is_an_overrun,
     .about = "commands that ask for more than the buffer takes end with OVERRUN",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SCSI_REQ_4))
{
	struct request *request;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	if (unit.blocks < 2)
		skip_test(t, "the disk has one block");
	request = read_into(t, &unit, unit.block, 2);
	CHECK(t, SCSI_REQ_4, scsi_response(request)->response == VIRTIO_SCSI_S_OVERRUN,
	      "a READ of 2 blocks into room for 1 ends with %s", scsi_outcome(request));
	request = read_into(t, &unit, 0, 1);
	CHECK(t, SCSI_REQ_4, scsi_response(request)->response == VIRTIO_SCSI_S_OVERRUN,
	      "a READ of 1 block without a buffer ends with %s", scsi_outcome(request));
}

TEST(scsi, both_directions_need_the_feature,
     .about = "a command with data both ways ends with FAILURE at once, unless INOUT is negotiated",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SCSI_REQ_15))
{
	struct request *request;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	request = scsi_command(t, unit.target, 36, 36);
	memset(scsi_data_in(request), EVIDENCE_FIRST, 36);
	scsi_set_inquiry(request, 36);
	scsi_send(t, request);
	CHECK(t, SCSI_REQ_15, scsi_response(request)->response == VIRTIO_SCSI_S_FAILURE,
	      "INQUIRY with data out and data in ends with %s", scsi_outcome(request));
}

TEST(scsi, residual_counts_what_is_missing,
     .about = "residual is what the target did not send, and all before it was written",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SANE_12, SANE_2))
{
	enum { ROOM = 255 };
	struct request *request[2];
	uint32_t residual, written;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	/* Some targets fill all the room with the standard data; the list of pages is short. */
	for (unsigned vital = 0; vital < 2; vital++) {
		for (unsigned n = 0; n < 2; n++) {
			request[n] = scsi_command(t, unit.target, 0, ROOM);
			scsi_set_inquiry(request[n], ROOM);
			scsi_header(request[n])->cdb[1] = (uint8_t)vital;
			memset(scsi_data_in(request[n]), n ? EVIDENCE_SECOND : EVIDENCE_FIRST,
			       ROOM);
			scsi_send(t, request[n]);
			INSIST(t, SANE_2, scsi_response(request[n])->response == VIRTIO_SCSI_S_OK,
			       "INQUIRY ends with %s", scsi_outcome(request[n]));
		}
		if (vital && scsi_response(request[1])->status != SCSI_GOOD)
			return;
		residual = from_le32(scsi_response(request[1])->residual);
		written = first_unwritten(scsi_data_in(request[0]), scsi_data_in(request[1]), ROOM);
		INSIST(t, SANE_12, residual <= ROOM && written >= ROOM - residual,
		       "INQUIRY has room for %u bytes and a residual of %u, but only %u were written",
		       ROOM, residual, written);
	}
}

TEST(scsi, used_length_is_what_was_written,
     .about = "a command without data is used with no more length than the response it wrote",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SPLIT_USED_2))
{
	struct request *request[2];
	uint32_t length, written;

	scsi_up(t, 0);
	for (unsigned n = 0; n < 2; n++) {
		request[n] = scsi_command(t, 255, 0, 0);
		memset(request[n]->in, n ? EVIDENCE_SECOND : EVIDENCE_FIRST, request[n]->in_length);
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE], request[n]);
		length = scsi_await(t, "TEST UNIT READY").length;
	}
	written = first_unwritten(request[0]->in, request[1]->in, request[1]->in_length);
	CHECK(t, SPLIT_USED_2, written >= MINIMUM(length, request[1]->in_length),
	      "a command is used with length %u, but byte %u was not written", length, written);
}
