/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/device/scsi.h"

#include "lib/string.h"

static const struct feature_bit features[] = {
	{VIRTIO_SCSI_F_INOUT, "VIRTIO_SCSI_F_INOUT"},
	{VIRTIO_SCSI_F_HOTPLUG, "VIRTIO_SCSI_F_HOTPLUG"},
	{VIRTIO_SCSI_F_CHANGE, "VIRTIO_SCSI_F_CHANGE"},
	{VIRTIO_SCSI_F_T10_PI, "VIRTIO_SCSI_F_T10_PI"},
	{0, NULL},
};

#define FIELD(field, ...) CONFIG_FIELD(struct virtio_scsi_config, field, __VA_ARGS__)
static const struct virtio_config_field fields[] = {
	FIELD(num_queues, .count = 0),
	FIELD(seg_max, .count = 0),
	FIELD(max_sectors, .count = 0),
	FIELD(cmd_per_lun, .count = 0),
	FIELD(event_info_size, .count = 0),
	FIELD(sense_size, .flags = CONFIG_DRIVER),
	FIELD(cdb_size, .flags = CONFIG_DRIVER),
	FIELD(max_channel, .count = 0),
	FIELD(max_target, .count = 0),
	FIELD(max_lun, .count = 0),
	{.name = NULL},
};
#undef FIELD

static const struct virtio_type scsi_type = {
	.id = VIRTIO_TYPE_SCSI,
	.name = "scsi",
	.area = "SCSI",
	.features = features,
	.additions = BIT64(VIRTIO_SCSI_F_INOUT) | BIT64(VIRTIO_SCSI_F_HOTPLUG) |
		     BIT64(VIRTIO_SCSI_F_CHANGE),
	.config_size = sizeof(struct virtio_scsi_config),
	.fields = fields,
};
VIRTIO_TYPE(scsi_type);

bool scsi_status_is_defined(uint8_t status)
{
	static const uint8_t defined[] = {0x00, 0x02, 0x04, 0x08, 0x10, 0x14,
					  0x18, 0x22, 0x28, 0x30, 0x40};

	for (unsigned n = 0; n < ARRAY_LENGTH(defined); n++) {
		if (defined[n] == status)
			return true;
	}
	return false;
}

void scsi_address(uint8_t lun[8], uint8_t target, uint16_t unit)
{
	memset(lun, 0, 8);
	lun[0] = 1;
	lun[1] = target;
	/* SAM-5, 4.7: flat space addressing, the form that drivers send for all units, and some devices take alone. */
	lun[2] = (uint8_t)(0x40 | unit >> 8);
	lun[3] = (uint8_t)unit;
}

bool scsi_is_address_of(const uint8_t lun[8], uint8_t target, uint16_t unit)
{
	uint8_t wanted[8];

	scsi_address(wanted, target, unit);
	if (unit < 256 && lun[2] == 0)
		wanted[2] = 0;
	return memcmp(lun, wanted, sizeof(wanted)) == 0;
}

struct virtio_scsi_req_cmd *scsi_header(const struct request *request)
{
	return (struct virtio_scsi_req_cmd *)request->out;
}

const struct virtio_scsi_resp_cmd *scsi_response(const struct request *request)
{
	return (const struct virtio_scsi_resp_cmd *)request->in;
}

uint8_t *scsi_data_out(const struct request *request)
{
	return request->out + sizeof(struct virtio_scsi_req_cmd);
}

uint8_t *scsi_data_in(const struct request *request)
{
	return request->in + sizeof(struct virtio_scsi_resp_cmd);
}

bool scsi_prepare(struct arena *arena, uint8_t target, uint16_t unit, uint32_t out_bytes,
		  uint32_t in_bytes, struct request *request)
{
	*request = (struct request){
		.out_length = sizeof(struct virtio_scsi_req_cmd) + out_bytes,
		.in_length = sizeof(struct virtio_scsi_resp_cmd) + in_bytes,
		.written_least = offsetof(struct virtio_scsi_resp_cmd, sense),
		.written_most = sizeof(struct virtio_scsi_resp_cmd) + in_bytes,
	};
	request->out = arena_allocate(arena, "scsi command", request->out_length, 16);
	request->in = arena_allocate(arena, "scsi response", request->in_length, 16);
	if (!request->out || !request->in)
		return false;
	scsi_address(scsi_header(request)->lun, target, unit);
	memset(request->in, VIRTIO_SCSI_PRESET, sizeof(struct virtio_scsi_resp_cmd));
	return true;
}

/* TEST UNIT READY, all zeroes, to target 0: it need not exist to be answered. */
static bool prepare(struct virtio_device *device, struct arena *arena, uint64_t seed,
		    struct request *request)
{
	if (!scsi_prepare(arena, 0, 0, 0, 0, request))
		return false;
	scsi_header(request)->id = to_le64(seed);
	request->whole = true;
	return true;
}

/* Any defined response will do: whether the target is there or not, the buffer was served. */
static bool verify(struct virtio_device *device, const struct request *request, struct text *why)
{
	uint8_t response = scsi_response(request)->response;

	if (response <= VIRTIO_SCSI_S_FAILURE)
		return true;
	text_add(why, "its response is %#x", response);
	return false;
}

static const struct workload scsi_workload = {
	.type = VIRTIO_TYPE_SCSI,
	.about = "TEST UNIT READY",
	.queue = SCSI_REQUEST_QUEUE,
	.queues = 3,
	.prepare = prepare,
	.verify = verify,
};
WORKLOAD(scsi_workload);
