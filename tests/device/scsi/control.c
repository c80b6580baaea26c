/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Task management (virtio 1.4, 5.6.6.2). Commands in flight are there only on a disk that takes its
 * time; what became of those that were not done when the function came is judged.
 */
#include "lib/string.h"
#include "tests/device/scsi/command.h"

#define DEPTH   40
#define ASKED   8 /* of them, whether they are active */
#define SLOW_MS 20000

static bool response_is_defined(uint8_t response)
{
	switch (response) {
	case VIRTIO_SCSI_S_FUNCTION_COMPLETE:
	case VIRTIO_SCSI_S_BAD_TARGET:
	case VIRTIO_SCSI_S_BUSY:
	case VIRTIO_SCSI_S_TRANSPORT_FAILURE:
	case VIRTIO_SCSI_S_TARGET_FAILURE:
	case VIRTIO_SCSI_S_NEXUS_FAILURE:
	case VIRTIO_SCSI_S_FAILURE:
	case VIRTIO_SCSI_S_FUNCTION_SUCCEEDED:
	case VIRTIO_SCSI_S_FUNCTION_REJECTED:
	case VIRTIO_SCSI_S_INCORRECT_LUN:
		return true;
	default:
		return false;
	}
}

TEST(scsi, task_management_is_answered,
     .about = "every task management function, known or not, gets one of the defined responses",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SANE_12))
{
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	for (unsigned function = 0; function < 10; function++) {
		uint8_t response =
			scsi_manage(t, (enum virtio_scsi_tmf)function, unit.target, 0x1234);

		INSIST(t, SANE_12, response_is_defined(response),
		       "task management function %u ends with response %#x", function, response);
	}
}

TEST(scsi, notification_queries_are_answered,
     .about = "a query of asynchronous notifications answers with events that were asked for",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SANE_1, SANE_12, SCSI_CTRL_LEG_2))
{
	struct virtio_scsi_ctrl_an *query = test_memory(t, "query", sizeof(*query), 8);
	struct virtio_scsi_ctrl_an_answer *answer = test_memory(t, "answer", sizeof(*answer), 4);
	struct request request = {.out = (uint8_t *)query,
				  .out_length = sizeof(*query),
				  .in = (uint8_t *)answer,
				  .in_length = sizeof(*answer)};
	const uint32_t events = 0x7e; /* the six that MMC knows */
	uint32_t actual;
	struct completion completion;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	query->type = to_le32(VIRTIO_SCSI_T_AN_QUERY);
	query->event_requested = to_le32(events);
	scsi_address(query->lun, unit.target, 0);
	answer->event_actual = to_le32(UINT32_MAX);
	answer->response = VIRTIO_SCSI_PRESET;
	submit(t, t->device->queues[SCSI_CONTROL_QUEUE], &request);
	INSIST(t, SANE_1, await_announced(t, t->device->queues[SCSI_CONTROL_QUEUE], &completion),
	       "a notification query is not completed in time");
	INSIST(t, SANE_12, response_is_defined(answer->response),
	       "a notification query ends with response %#x", answer->response);
	if (answer->response != VIRTIO_SCSI_S_OK)
		return;
	actual = from_le32(answer->event_actual);
	INSIST(t, SCSI_CTRL_LEG_2, !(actual & ~events) || (__builtin_bswap32(actual) & ~events),
	       "event_actual is %#x: its bytes are swapped", actual);
	INSIST(t, SANE_12, !(actual & ~events), "event_actual is %#x, %#x was requested", actual,
	       events);
}

/*
 * Reads in flight. What is in the ring and not yet fetched is in no task set, and no function is about it: those
 * are `active` that QUERY TASK has found there.
 */
struct reads {
	struct request *request[DEPTH];
	bool active[DEPTH], ended[DEPTH];
};

/* Puts reads of the first blocks in flight, ids 1 … DEPTH. */
static struct reads *start_reads(struct test_run *t, const struct scsi_unit *unit)
{
	struct reads *reads = test_memory(t, "reads", sizeof(*reads), 8);

	if (SCSI_CONFIG(t, cmd_per_lun) < DEPTH)
		skip_test(t, "cmd_per_lun is %lu, this takes %u", SCSI_CONFIG(t, cmd_per_lun),
			  DEPTH);
	for (unsigned n = 0; n < DEPTH; n++) {
		reads->request[n] = scsi_command(t, unit->target, 0, unit->block);
		scsi_set_transfer(reads->request[n], SCSI_READ_10, n % unit->blocks, 1);
		scsi_header(reads->request[n])->id = to_le64(n + 1);
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE], reads->request[n]);
	}
	return reads;
}

static bool read_done(void *queue)
{
	return virtqueue_used_pending(queue);
}

/*
 * Asks about the last few, which are the last to be done, once the first is: false when none of them is known
 * to be active.
 */
static bool any_active(struct test_run *t, const struct scsi_unit *unit, struct reads *reads)
{
	bool any = false;

	wait_until(read_done, t->device->queues[SCSI_REQUEST_QUEUE], clock_deadline(PATIENCE_NS));
	for (unsigned n = DEPTH - ASKED; n < DEPTH; n++) {
		reads->active[n] = scsi_manage(t, VIRTIO_SCSI_T_TMF_QUERY_TASK, unit->target,
					       n + 1) == VIRTIO_SCSI_S_FUNCTION_SUCCEEDED;
		any = any || reads->active[n];
	}
	return any;
}

#define NONE_ACTIVE "no command is known to be in the task set: QUERY TASK finds none"

/* Marks a completed read. */
static struct request *note_end(struct reads *reads, const struct completion *completion)
{
	for (unsigned n = 0; n < DEPTH; n++) {
		if (completion->token == reads->request[n])
			reads->ended[n] = true;
	}
	return completion->token;
}

/* How many of the active reads have not ended. */
static unsigned left_active(const struct reads *reads)
{
	unsigned left = 0;

	for (unsigned n = 0; n < DEPTH; n++)
		left += reads->active[n] && !reads->ended[n];
	return left;
}

/* Whether a read ended otherwise than by itself: what a full device refuses before any function comes is not cancelled. */
static bool ended_badly(const struct request *request)
{
	uint8_t response = scsi_response(request)->response;

	return response != VIRTIO_SCSI_S_OK && response != VIRTIO_SCSI_S_BUSY;
}

/* … and by the function, not by the disk: the same is good when it is sent again. */
static bool was_cancelled(struct test_run *t, const struct scsi_unit *unit,
			  const struct request *request)
{
	struct request *again;

	if (!ended_badly(request))
		return false;
	again = scsi_command(t, unit->target, 0, unit->block);
	memcpy(scsi_header(again)->cdb, scsi_header(request)->cdb, VIRTIO_SCSI_CDB_SIZE);
	scsi_send(t, again);
	return scsi_response(again)->response == VIRTIO_SCSI_S_OK &&
	       scsi_response(again)->status == SCSI_GOOD;
}

/*
 * Takes the completions of reads that a function has ended; fails the test unless all that were active are
 * there by now, which 5.6.6.2 asks for, and the others in time.
 */
static void take_ended(struct test_run *t, struct reads *reads, const char *function)
{
	struct virtqueue *queue = t->device->queues[SCSI_REQUEST_QUEUE];
	struct completion completion;

	while (queue->in_flight) {
		if (!virtqueue_take(queue, &completion)) {
			INSIST(t, SANE_1, left_active(reads) == 0,
			       "%s is complete, but %u commands of the logical unit are not",
			       function, left_active(reads));
			completion = scsi_await(t, "a READ");
		}
		insist_on_chain(t, queue, &completion, NULL);
		note_end(reads, &completion);
	}
}

/* Judges the response of each read that a function has cancelled; how many. */
static unsigned judge_cancelled(struct test_run *t, const struct scsi_unit *unit,
				struct reads *reads, const char *function, enum clause_id clause,
				enum virtio_scsi_response wanted)
{
	unsigned cancelled = 0;

	take_ended(t, reads, function);
	for (unsigned n = 0; n < DEPTH; n++) {
		if (!was_cancelled(t, unit, reads->request[n]))
			continue;
		cancelled++;
		JUDGE(t, clause, scsi_response(reads->request[n])->response == wanted,
		      "%s: a cancelled command ends with %s", function,
		      scsi_outcome(reads->request[n]));
	}
	return cancelled;
}

TEST(scsi, aborted_task_says_so,
     .about = "ABORT TASK on the last of many reads: it is done or has response ABORTED",
     .type = VIRTIO_TYPE_SCSI, .timeout_ms = SLOW_MS, .judges = CLAUSES(SANE_1, SCSI_REQ_6))
{
	struct completion completion;
	struct reads *reads;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	reads = start_reads(t, &unit);
	any_active(t, &unit, reads);
	if (!reads->active[DEPTH - 1])
		skip_test(t, NONE_ACTIVE);
	if (scsi_manage(t, VIRTIO_SCSI_T_TMF_ABORT_TASK, unit.target, DEPTH) !=
	    VIRTIO_SCSI_S_FUNCTION_COMPLETE)
		skip_test(t, "ABORT TASK is not supported");
	while (virtqueue_take(t->device->queues[SCSI_REQUEST_QUEUE], &completion))
		note_end(reads, &completion);
	INSIST(t, SANE_1, reads->ended[DEPTH - 1],
	       "ABORT TASK is complete, but the command that it names is not");
	take_ended(t, reads, "ABORT TASK");
	if (!was_cancelled(t, &unit, reads->request[DEPTH - 1]))
		skip_test(t, "the disk is too fast: every command was done before it was aborted");
	CHECK(t, SCSI_REQ_6,
	      scsi_response(reads->request[DEPTH - 1])->response == VIRTIO_SCSI_S_ABORTED,
	      "an aborted command ends with %s", scsi_outcome(reads->request[DEPTH - 1]));
}

TEST(scsi, aborted_task_set_says_so,
     .about = "ABORT TASK SET over many reads: each is done or has response ABORTED",
     .type = VIRTIO_TYPE_SCSI, .timeout_ms = SLOW_MS, .judges = CLAUSES(SCSI_REQ_7))
{
	struct reads *reads;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	reads = start_reads(t, &unit);
	if (!any_active(t, &unit, reads))
		skip_test(t, NONE_ACTIVE);
	if (scsi_manage(t, VIRTIO_SCSI_T_TMF_ABORT_TASK_SET, unit.target, 0) !=
	    VIRTIO_SCSI_S_FUNCTION_COMPLETE)
		skip_test(t, "ABORT TASK SET is not supported");
	if (!judge_cancelled(t, &unit, reads, "ABORT TASK SET", CLAUSE_SCSI_REQ_7,
			     VIRTIO_SCSI_S_ABORTED))
		skip_test(t, "the disk is too fast: every command was done before it was aborted");
}

TEST(scsi, reset_unit_says_so,
     .about = "LOGICAL UNIT RESET and I_T NEXUS RESET over many reads: each is done or RESET",
     .type = VIRTIO_TYPE_SCSI, .timeout_ms = SLOW_MS, .judges = CLAUSES(SCSI_REQ_9))
{
	static const struct {
		enum virtio_scsi_tmf function;
		const char *name;
	} resets[] = {{VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET, "LOGICAL UNIT RESET"},
		      {VIRTIO_SCSI_T_TMF_I_T_NEXUS_RESET, "I_T NEXUS RESET"}};
	struct reads *reads;
	struct scsi_unit unit;
	unsigned cancelled = 0;

	scsi_up(t, 0);
	for (unsigned n = 0; n < ARRAY_LENGTH(resets); n++) {
		unit = scsi_find_disk(t);
		reads = start_reads(t, &unit);
		if (!any_active(t, &unit, reads))
			skip_test(t, NONE_ACTIVE);
		if (scsi_manage(t, resets[n].function, unit.target, 0) !=
		    VIRTIO_SCSI_S_FUNCTION_COMPLETE)
			skip_test(t, "%s is not supported", resets[n].name);
		cancelled += judge_cancelled(t, &unit, reads, resets[n].name, CLAUSE_SCSI_REQ_9,
					     VIRTIO_SCSI_S_RESET);
	}
	if (!cancelled)
		skip_test(t, "the disk is too fast: every command was done before it was reset");
}

TEST(scsi, device_reset_ends_commands,
     .about = "commands in flight at a device reset are all completed before status reads 0",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(RESET_1, SCSI_REQ_16, SCSI_REQ_19))
{
	struct virtqueue *queue;
	struct completion completion;
	struct reads *reads;
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find_disk(t);
	queue = t->device->queues[SCSI_REQUEST_QUEUE];
	reads = start_reads(t, &unit);
	if (!any_active(t, &unit, reads))
		skip_test(t, NONE_ACTIVE);
	while (virtqueue_take(queue, &completion))
		note_end(reads, &completion);
	if (!left_active(reads))
		skip_test(t, "the disk is too fast: every command was done before the reset");
	for (unsigned n = 0; n < DEPTH; n++)
		reads->active[n] = reads->active[n] && !reads->ended[n];
	t->up = false;
	INSIST(t, RESET_1, virtio_reset(t->device), "the device could not be reset: %s",
	       t->device->problem);
	while (virtqueue_take(queue, &completion)) {
		insist_on_chain(t, queue, &completion, NULL);
		note_end(reads, &completion);
	}
	/* One that was in the task set may have finished before, be it badly; but it was taken, and had room. */
	for (unsigned n = 0; n < DEPTH; n++) {
		uint8_t response = scsi_response(reads->request[n])->response;

		if (reads->active[n] && reads->ended[n])
			CHECK(t, SCSI_REQ_19,
			      response != VIRTIO_SCSI_S_OVERRUN &&
				      response != VIRTIO_SCSI_S_BAD_TARGET &&
				      response != VIRTIO_SCSI_S_BUSY &&
				      response <= VIRTIO_SCSI_S_FAILURE,
			      "a command in flight at a device reset ends with %s",
			      scsi_outcome(reads->request[n]));
	}
	CHECK(t, SCSI_REQ_16, left_active(reads) == 0,
	      "%u commands of the task set are not completed when device_status reads 0",
	      left_active(reads));
}
