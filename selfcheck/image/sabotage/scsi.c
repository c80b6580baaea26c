/* SPDX-License-Identifier: BSD-2-Clause */
/* SCSI hosts that break one rule. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/scsi.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/ring/split.h"

#define CONFIG(field) offsetof(struct virtio_scsi_config, field)

static uint32_t sense_size, cdb_size;

static void forget_sizes(struct virtio_device *device)
{
	sense_size = cdb_size = 0;
}

static bool note_sizes(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(sense_size))
		sense_size = (uint32_t)*value;
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(cdb_size))
		cdb_size = (uint32_t)*value;
	return true;
}

static uint64_t keep_sizes(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(sense_size) &&
	    sense_size)
		return sense_size;
	if (access->structure == STRUCTURE_DEVICE && access->offset == CONFIG(cdb_size) && cdb_size)
		return cdb_size;
	return value;
}

SABOTEUR(scsi_sizes_survive_reset, .about = "sense_size and cdb_size stay what the driver wrote",
	 BREAKS(CLAUSE_SCSI_CFG_1, CLAUSE_SCSI_CFG_2), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.*",
	 .onlooker.read = keep_sizes, .onlooker.write = note_sizes, .start = forget_sizes);

/* The response of a command on a request queue, to be changed; NULL for anything else. */
static struct virtio_scsi_resp_cmd *response_of(struct virtqueue *queue,
						const struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || queue->index < SCSI_REQUEST_QUEUE)
		return NULL;
	return (struct virtio_scsi_resp_cmd *)request->in;
}

static void invent_status(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = response_of(queue, element);

	if (response && response->response == VIRTIO_SCSI_S_OK && response->status != SCSI_GOOD)
		response->status = 0x7f;
}

SABOTEUR(scsi_invents_a_status, .about = "errors come with a status that SAM does not know",
	 BREAKS(CLAUSE_SCSI_REQ_1, CLAUSE_SCSI_REQ_3), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.*",
	 .used_element = invent_status);

static void invent_response(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = response_of(queue, element);

	if (response && response->response == VIRTIO_SCSI_S_BAD_TARGET)
		response->response = 0x33;
}

SABOTEUR(scsi_invents_a_response, .about = "for a missing target the response is an undefined one",
	 BREAKS(CLAUSE_SCSI_REQ_2, CLAUSE_SCSI_REQ_8), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.*",
	 .used_element = invent_response);

static void overlook_overruns(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = response_of(queue, element);

	if (response && (response->response == VIRTIO_SCSI_S_OVERRUN ||
			 response->response == VIRTIO_SCSI_S_FAILURE)) {
		response->response = VIRTIO_SCSI_S_OK;
		response->status = SCSI_GOOD;
	}
}

SABOTEUR(scsi_overlooks_overruns, .about = "commands whose data do not fit succeed",
	 BREAKS(CLAUSE_SCSI_REQ_4, CLAUSE_SCSI_REQ_5, CLAUSE_SCSI_REQ_15), .type = VIRTIO_TYPE_SCSI,
	 .tests = "scsi.*", .used_element = overlook_overruns);

static void mistake_endings(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = response_of(queue, element);

	if (!response)
		return;
	if (response->response == VIRTIO_SCSI_S_ABORTED)
		response->response = VIRTIO_SCSI_S_RESET;
	else if (response->response == VIRTIO_SCSI_S_RESET)
		response->response = VIRTIO_SCSI_S_TARGET_FAILURE;
}

SABOTEUR(scsi_mistakes_endings,
	 .about = "aborted commands say reset, reset ones that the target failed",
	 BREAKS(CLAUSE_SCSI_REQ_6, CLAUSE_SCSI_REQ_7, CLAUSE_SCSI_REQ_9), .type = VIRTIO_TYPE_SCSI,
	 .tests = "scsi.*", .used_element = mistake_endings);

static bool reset;

static void begin(struct virtio_device *device)
{
	reset = false;
}

static bool note_reset(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status))
		reset = *value == 0;
	return true;
}

static void be_busy_at_reset(struct virtqueue *queue, struct used_element *element)
{
	struct virtio_scsi_resp_cmd *response = response_of(queue, element);

	if (response && reset)
		response->response = VIRTIO_SCSI_S_BUSY;
}

SABOTEUR(scsi_is_busy_at_reset, .about = "commands that a device reset ends have response BUSY",
	 BREAKS(CLAUSE_SCSI_REQ_19), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.*",
	 .onlooker.write = note_reset, .used_element = be_busy_at_reset, .start = begin);

static uint16_t used_at_reset;

static void forget_used(struct virtio_device *device)
{
	reset = false;
}

static bool note_used(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	if (is_common(access, device_status) && *value == 0 &&
	    access->device->queues[SCSI_REQUEST_QUEUE]) {
		used_at_reset = split_of(access->device->queues[SCSI_REQUEST_QUEUE])->used_index;
		reset = true;
	}
	return true;
}

/* What was completed at the reset is taken back. */
static void forget_completions(struct onlooker *self, struct virtqueue *queue)
{
	if (reset && queue->index == SCSI_REQUEST_QUEUE)
		split_of(queue)->used->idx = to_le16(used_at_reset);
}

SABOTEUR(scsi_drops_commands_at_reset, .about = "a device reset drops what is in flight",
	 BREAKS(CLAUSE_SCSI_REQ_16), .type = VIRTIO_TYPE_SCSI, .tests = "scsi.device_reset*",
	 .onlooker.write = note_used, .onlooker.used = forget_completions, .start = forget_used);
