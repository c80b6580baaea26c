/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of a SCSI host (virtio 1.4, 5.6.6.3): the host plugs units in and out. */
#include "lib/string.h"
#include "tests/device/scsi/command.h"
#include "tests/harness/drive/ask.h"

#define TARGET 9
#define EVENTS 4
#define UNITS  8

static void plug(struct test_run *t, const char *verb)
{
	struct ask ask = ask_for(verb, t->device);

	ask_number(&ask, "target", TARGET);
	ask_number(&ask, "lun", 0);
	ask_or_skip(t, &ask);
}

static struct request *post_event(struct test_run *t)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	*request = (struct request){.in_length = (uint32_t)SCSI_CONFIG(t, event_info_size)};
	request->in = test_memory(t, "event", request->in_length, 4);
	memset(request->in, VIRTIO_SCSI_PRESET, request->in_length);
	submit(t, t->device->queues[SCSI_EVENT_QUEUE], request);
	return request;
}

/* The next event, or NULL when none comes. */
static const struct virtio_scsi_event *next_event(struct test_run *t)
{
	struct completion completion;
	const struct request *request;

	if (!await_announced(t, t->device->queues[SCSI_EVENT_QUEUE], &completion))
		return NULL;
	request = completion.token;
	return (const struct virtio_scsi_event *)request->in;
}

static void expect_event(struct test_run *t, enum virtio_scsi_reset_reason reason)
{
	const struct virtio_scsi_event *event = next_event(t);

	INSIST(t, SANE_13, event, "the host plugged a unit, and no event came in time");
	CHECK(t, SCSI_EVT_LEG_1,
	      from_le32(event->event) != __builtin_bswap32(VIRTIO_SCSI_T_TRANSPORT_RESET),
	      "event %#x came: its bytes are swapped", from_le32(event->event));
	INSIST(t, SANE_13,
	       from_le32(event->event) == VIRTIO_SCSI_T_TRANSPORT_RESET &&
		       from_le32(event->reason) == reason &&
		       scsi_is_address_of(event->lun, TARGET, 0),
	       "event %#x, reason %u, target %u came, not a transport reset with reason %u of "
	       "target %u",
	       from_le32(event->event), from_le32(event->reason), event->lun[1], reason, TARGET);
}

TEST(scsi, plugged_units_are_announced,
     .about = "a unit that comes or goes is told of by a transport reset event",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_HOST, WITH_FEATURE(VIRTIO_SCSI_F_HOTPLUG),
     .judges = CLAUSES(SANE_13, SCSI_EVT_LEG_1))
{
	scsi_up(t, BIT64(VIRTIO_SCSI_F_HOTPLUG));
	for (unsigned n = 0; n < EVENTS; n++)
		post_event(t);
	plug(t, "lun-add");
	expect_event(t, VIRTIO_SCSI_EVT_RESET_RESCAN);
	plug(t, "lun-remove");
	expect_event(t, VIRTIO_SCSI_EVT_RESET_REMOVED);
}

/* Whether an event of this reason has come; a task management function in between is the fence. */
static bool event_came(struct test_run *t, enum virtio_scsi_reset_reason reason)
{
	struct virtqueue *queue = t->device->queues[SCSI_EVENT_QUEUE];
	struct completion completion;
	bool came = false;

	scsi_manage(t, VIRTIO_SCSI_T_TMF_QUERY_TASK, 0, 0);
	while (virtqueue_take(queue, &completion)) {
		const struct request *request = completion.token;
		const struct virtio_scsi_event *event = (const void *)request->in;

		came = came || (from_le32(event->event) == VIRTIO_SCSI_T_TRANSPORT_RESET &&
				from_le32(event->reason) == reason);
	}
	return came;
}

TEST(scsi, plug_events_need_the_feature,
     .about = "without the hot-plug feature no event tells of units that come or go",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_HOST, .judges = CLAUSES(SCSI_EVT_3, SCSI_EVT_4))
{
	bool rescan, removed;

	scsi_up(t, 0);
	for (unsigned n = 0; n < EVENTS; n++)
		post_event(t);
	plug(t, "lun-add");
	rescan = event_came(t, VIRTIO_SCSI_EVT_RESET_RESCAN);
	plug(t, "lun-remove");
	removed = event_came(t, VIRTIO_SCSI_EVT_RESET_REMOVED);
	CHECK(t, SCSI_EVT_4, !rescan, "VIRTIO_SCSI_F_HOTPLUG is declined, and a rescan event came");
	CHECK(t, SCSI_EVT_3, !removed,
	      "VIRTIO_SCSI_F_HOTPLUG is declined, and a removed event came");
}

TEST(scsi, lost_events_are_admitted,
     .about = "after events without a buffer the next one says that some were missed",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_HOST, WITH_FEATURE(VIRTIO_SCSI_F_HOTPLUG),
     .judges = CLAUSES(SANE_13, SCSI_EVT_1))
{
	const struct virtio_scsi_event *event;

	scsi_up(t, BIT64(VIRTIO_SCSI_F_HOTPLUG));
	plug(t, "lun-add");
	for (unsigned n = 0; n < EVENTS; n++)
		post_event(t);
	plug(t, "lun-remove");
	event = next_event(t);
	INSIST(t, SANE_13, event, "the host unplugged a unit, and no event came in time");
	if (from_le32(event->event) == VIRTIO_SCSI_T_TRANSPORT_RESET &&
	    from_le32(event->reason) == VIRTIO_SCSI_EVT_RESET_RESCAN)
		skip_test(t, "the device kept the first event until there was a buffer");
	CHECK(t, SCSI_EVT_1, from_le32(event->event) & VIRTIO_SCSI_T_EVENTS_MISSED,
	      "an event was lost for want of a buffer, the next one is %#x",
	      from_le32(event->event));
}

static void ask_plain(struct test_run *t, const char *verb)
{
	struct ask ask = ask_for(verb, t->device);

	ask_or_skip(t, &ask);
}

/* Whether a parameter change of a unit was told by now; a task management function is the fence. */
static bool change_came(struct test_run *t, const struct scsi_unit *unit)
{
	struct virtqueue *queue = t->device->queues[SCSI_EVENT_QUEUE];
	struct completion completion;
	bool came = false;

	scsi_manage(t, VIRTIO_SCSI_T_TMF_QUERY_TASK, unit->target, 0);
	while (virtqueue_take(queue, &completion)) {
		const struct request *request = completion.token;
		const struct virtio_scsi_event *event = (const void *)request->in;

		came = came || ((from_le32(event->event) & ~VIRTIO_SCSI_T_EVENTS_MISSED) ==
					VIRTIO_SCSI_T_PARAM_CHANGE &&
				scsi_is_address_of(event->lun, unit->target, unit->lun));
	}
	return came;
}

TEST(scsi, media_send_no_parameter_events,
     .about = "a medium that comes or goes is no parameter change event of a CD drive",
     .type = VIRTIO_TYPE_SCSI, .needs = NEEDS_HOST, WITH_FEATURE(VIRTIO_SCSI_F_CHANGE),
     .judges = CLAUSES(SCSI_EVT_5))
{
	struct scsi_unit units[UNITS], *drive = units;
	bool inserted, ejected;
	unsigned count;

	scsi_up(t, BIT64(VIRTIO_SCSI_F_CHANGE));
	count = scsi_list(t, units, UNITS);
	while (drive < units + count && drive->peripheral != SCSI_CD)
		drive++;
	if (drive == units + count)
		skip_test(t, "there is no CD drive");
	for (unsigned n = 0; n < EVENTS; n++)
		post_event(t);
	ask_plain(t, "medium-insert");
	inserted = change_came(t, drive);
	ask_plain(t, "medium-eject");
	ejected = change_came(t, drive);
	CHECK(t, SCSI_EVT_5, !inserted, "a medium was inserted, and a parameter change event came");
	CHECK(t, SCSI_EVT_5, !ejected, "a medium was ejected, and a parameter change event came");
}
