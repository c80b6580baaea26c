/* SPDX-License-Identifier: BSD-2-Clause */
/* Disks and SCSI hosts that break a rule which only the host's help shows. */
#include "lib/string.h"
#include "selfcheck/image/sabotage/lie.h"
#include "selfcheck/image/disguise/request.h"
#include "virtio/device/blk.h"
#include "virtio/device/scsi.h"
#include "virtio/ring/split.h"

static struct virtio_blk_req *header_of(const struct request *request)
{
	return (struct virtio_blk_req *)request->out;
}

/* A write becomes a request that succeeds as well and stores nothing. */
static void lose_writes(struct onlooker *self, struct virtqueue *queue)
{
	for (unsigned id = 0; id < queue->size; id++) {
		const struct request *request = queue->chains[id].token;

		if (request && from_le32(header_of(request)->type) == VIRTIO_BLK_T_OUT)
			header_of(request)->type = to_le32(VIRTIO_BLK_T_GET_ID);
	}
}

SABOTEUR(blk_stores_nothing, .about = "writes and flushes succeed, and the backend knows nothing",
	 BREAKS(CLAUSE_BLK_OP_17, CLAUSE_BLK_OP_18, CLAUSE_BLK_OP_19), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.stable*", .onlooker.publish = lose_writes);

static void flush_at_any_rate(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && from_le32(header_of(request)->type) == VIRTIO_BLK_T_FLUSH)
		request->in[0] = VIRTIO_BLK_S_OK;
}

SABOTEUR(blk_hides_failing_flushes, .about = "a flush that failed ends with OK",
	 BREAKS(CLAUSE_BLK_OP_19), .type = VIRTIO_TYPE_BLK, .tests = "blk.flush_tells*",
	 .used_element = flush_at_any_rate);

SABOTEUR(blk_denies_unmapping, .about = "write_zeroes_may_unmap is 0 where storage is given back",
	 BREAKS(CLAUSE_BLK_OP_14), .type = VIRTIO_TYPE_BLK, .tests = "blk.unmapping*",
	 LIES({.kind = LIE_READ,
	       .structure = STRUCTURE_DEVICE,
	       .offset = offsetof(struct virtio_blk_config, write_zeroes_may_unmap)}));

static unsigned config_vector;

static bool lose_changes(struct onlooker *self, unsigned vector)
{
	return vector != config_vector;
}

static bool watch_vector(struct onlooker *self, const struct register_access *access,
			 uint64_t *value)
{
	config_vector = access->device->config_vector;
	return true;
}

SABOTEUR(blk_resizes_silently, .about = "no notification says that the capacity has changed",
	 BREAKS(CLAUSE_BLK_OP_2), .type = VIRTIO_TYPE_BLK, .tests = "blk.resize*",
	 .onlooker.write = watch_vector, .onlooker.arrival = lose_changes);

static struct virtio_scsi_event *event_of(struct virtqueue *queue,
					  const struct used_element *element)
{
	struct request *request = used_request(queue, element);

	return request && queue->index == SCSI_EVENT_QUEUE ? (struct virtio_scsi_event *)request->in
							   : NULL;
}

static void admit_nothing(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_event *event = event_of(queue, element);

	if (event)
		event->event = to_le32(from_le32(event->event) & ~VIRTIO_SCSI_T_EVENTS_MISSED);
}

SABOTEUR(scsi_hides_lost_events, .about = "no event says that others were lost",
	 BREAKS(CLAUSE_SCSI_EVT_1), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.lost*",
	 .used_element = admit_nothing);

static bool first_word(void)
{
	return story.driver_select == 0;
}

SABOTEUR(scsi_plugs_unasked, .about = "units that come and go are told of without the feature",
	 BREAKS(CLAUSE_SCSI_EVT_3, CLAUSE_SCSI_EVT_4), .type = VIRTIO_TYPE_SCSI,
	 .tests = "scsi.plug_events*",
	 LIES(WRITES(driver_feature, ALL_BITS, BIT64(VIRTIO_SCSI_F_HOTPLUG), .when = first_word)));

/*
 * With each task management function comes an event: the capacity of the unit that the function named
 * has changed. The device knows nothing of this use of a buffer.
 */
static void invent_change(struct virtqueue *queue, struct used_element *element)
{
	struct request *function = used_request(queue, element), *buffer;
	struct virtqueue *events = queue->device->queues[SCSI_EVENT_QUEUE];
	struct virtio_scsi_event *event;

	if (!function || queue->index != SCSI_CONTROL_QUEUE || !events->in_flight)
		return;
	buffer = events->chains[0].token;
	if (!buffer)
		return;
	event = (struct virtio_scsi_event *)buffer->in;
	event->event = to_le32(VIRTIO_SCSI_T_PARAM_CHANGE);
	memcpy(event->lun, ((struct virtio_scsi_ctrl_tmf *)function->out)->lun, sizeof(event->lun));
	split_of(events)->used->ring[0].id = to_le32(0);
	split_of(events)->used->ring[0].len = to_le32(sizeof(*event));
	split_of(events)->used->idx = to_le16(1);
}

SABOTEUR(scsi_reports_media, .about = "media of a CD drive are reported as parameter changes",
	 BREAKS(CLAUSE_SCSI_EVT_5), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.media*",
	 .used_element = invent_change);
