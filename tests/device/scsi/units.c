/* SPDX-License-Identifier: BSD-2-Clause */
/* Several targets, logical units and request queues (virtio 1.4, 5.6.2, 5.6.6.1). */
#include "lib/string.h"
#include "tests/device/scsi/command.h"

#define UNITS 8

static bool is_good(const struct request *request)
{
	return scsi_response(request)->response == VIRTIO_SCSI_S_OK &&
	       scsi_response(request)->status == SCSI_GOOD;
}

/* Two units at least; leaves the test as skipped when there are not. */
static unsigned list_units(struct test_run *t, struct scsi_unit *units)
{
	unsigned count = scsi_list(t, units, UNITS);

	if (count < 2)
		skip_test(t, "there are %u units, this takes 2", count);
	return count;
}

TEST(scsi, units_answer_side_by_side,
     .about = "commands in flight to all units at once are each answered for their own",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SANE_3, SCSI_REQ_2))
{
	enum { BYTES = 36 };
	struct request *alone[UNITS], *together[UNITS];
	struct scsi_unit units[UNITS];
	unsigned count;

	scsi_up(t, 0);
	count = list_units(t, units);
	for (unsigned n = 0; n < count; n++) {
		alone[n] = scsi_unit_command(t, &units[n], 0, BYTES);
		together[n] = scsi_unit_command(t, &units[n], 0, BYTES);
		scsi_set_inquiry(alone[n], BYTES);
		scsi_set_inquiry(together[n], BYTES);
		scsi_send(t, alone[n]);
	}
	for (unsigned n = 0; n < count; n++)
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE], together[n]);
	for (unsigned n = 0; n < count; n++)
		scsi_await(t, "one of several INQUIRYs");
	for (unsigned n = 0; n < count; n++) {
		CHECK(t, SCSI_REQ_2, scsi_response(together[n])->response <= VIRTIO_SCSI_S_FAILURE,
		      "INQUIRY to target %u unit %u ends with %s", units[n].target, units[n].lun,
		      scsi_outcome(together[n]));
		CAN_JUDGE(t, !scsi_put_off(together[n]),
			  "INQUIRY to target %u unit %u ends with %s", units[n].target,
			  units[n].lun, scsi_outcome(together[n]));
		INSIST(t, SANE_3,
		       is_good(together[n]) && memcmp(scsi_data_in(together[n]),
						      scsi_data_in(alone[n]), BYTES) == 0,
		       "INQUIRY to target %u unit %u beside others ends with %s and other data than alone",
		       units[n].target, units[n].lun, scsi_outcome(together[n]));
	}
}

TEST(scsi, units_keep_their_own_data,
     .about = "what is written to one unit is read from that unit, not from another",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_SCRATCH, .judges = CLAUSES(SANE_3))
{
	struct request *writes[UNITS];
	struct scsi_unit units[UNITS];
	unsigned count, written = 0;

	scsi_up(t, 0);
	count = list_units(t, units);
	for (unsigned n = 0; n < count; n++) {
		if (units[n].peripheral != SCSI_DISK)
			continue;
		writes[n] = scsi_unit_command(t, &units[n], units[n].block, 0);
		scsi_set_transfer(writes[n], SCSI_WRITE_10, 0, 1);
		random_fill(&t->random, scsi_data_out(writes[n]), units[n].block);
		scsi_send(t, writes[n]);
		if (!is_good(writes[n]))
			skip_test(t, "WRITE to target %u unit %u ends with %s", units[n].target,
				  units[n].lun, scsi_outcome(writes[n]));
		written++;
	}
	if (written < 2)
		skip_test(t, "there are %u disks, this takes 2", written);
	for (unsigned n = 0; n < count; n++) {
		struct request *read;

		if (units[n].peripheral != SCSI_DISK)
			continue;
		read = scsi_unit_command(t, &units[n], 0, units[n].block);
		scsi_set_transfer(read, SCSI_READ_10, 0, 1);
		scsi_send(t, read);
		INSIST(t, SANE_3,
		       is_good(read) && memcmp(scsi_data_in(read), scsi_data_out(writes[n]),
					       units[n].block) == 0,
		       "READ from target %u unit %u ends with %s and other data than were written",
		       units[n].target, units[n].lun, scsi_outcome(read));
	}
}

/* Waits for a command in a request queue, counted from 0. */
static void await_in(struct test_run *t, unsigned n)
{
	struct virtqueue *queue = t->device->queues[SCSI_REQUEST_QUEUE + n];
	struct completion completion;

	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: a command is not completed in time", queue->index);
	CHECK(t, SCSI_REQ_2, scsi_response(completion.token)->response <= VIRTIO_SCSI_S_FAILURE,
	      "queue %u: a command ends with %s", queue->index, scsi_outcome(completion.token));
}

TEST(scsi, each_request_queue_serves,
     .about = "every one of num_queues request queues serves alone, and all of them at once",
     .type = VIRTIO_TYPE_SCSI, .axes = AXIS_INTERRUPT, .judges = CLAUSES(SCSI_REQ_2))
{
	enum { DEPTH = 4 };
	struct request *requests[SCSI_QUEUES_MOST * DEPTH];
	unsigned queues = scsi_up_all(t);

	for (unsigned n = 0; n < queues; n++) {
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE + n], scsi_command(t, 0, 0, 0));
		await_in(t, n);
	}
	for (unsigned n = 0; n < queues * DEPTH; n++)
		requests[n] = scsi_command(t, 0, 0, 0);
	for (unsigned n = 0; n < queues * DEPTH; n++)
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE + n % queues], requests[n]);
	for (unsigned n = 0; n < queues * DEPTH; n++)
		await_in(t, n % queues);
}
