/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices of one type with ways of their own (5). */
#include "lib/string.h"
#include "selfcheck/image/disguise/zoned_disk.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/balloon.h"
#include "virtio/device/input.h"
#include "virtio/device/scsi.h"
#include "virtio/ring/packed.h"
#include "virtio/transport/pci/registers.h"

/* ---- entropy ---- */

/* Not ring.split_used_length_is_true: it takes bytes behind the used length for wrongly written. */
#define SHORT_LENGTHS "transport.*,interrupt.*,entropy.*,ring.split_r*,ring.split_d*"

static void give_one_byte(struct virtqueue *queue, struct used_element *element)
{
	acts();
	element->length = 1;
}
ECCENTRIC(ok_one_byte, .about = "an entropy device fills one byte of each buffer",
	  ALLOWED("5.4.6.1",
		  "The device MUST place one or more random bytes into the buffer, but it "
		  "MAY use less than the entire buffer length."),
	  .devices = "rng", .variants = "split*", .tests = SHORT_LENGTHS,
	  .used_element = give_one_byte);

static unsigned round;

static void start_rounds(struct virtio_device *device)
{
	round = 0;
}

static void give_some(struct virtqueue *queue, struct used_element *element)
{
	acts();
	element->length = MAXIMUM(element->length * (++round % 7) / 7, 1u);
}
ECCENTRIC(ok_some_bytes, .about = "an entropy device fills another part of each buffer",
	  ALLOWED("5.4.6.1",
		  "The device MUST place one or more random bytes into the buffer, but it "
		  "MAY use less than the entire buffer length."),
	  .devices = "rng", .variants = "split*", .tests = SHORT_LENGTHS, .start = start_rounds,
	  .used_element = give_some);

/* ---- blk ---- */

static void begin_zones(struct virtio_device *device)
{
	zoned_begin(0);
}

static uint64_t read_zoned(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	if (is_common(access, device_status))
		acts();
	return zoned_read(self, access, value);
}

ECCENTRIC(ok_zoned_disk, .about = "a host-managed disk declines whoever does not accept ZONED",
	  ALLOWED("5.2.5.2", "the device with the VIRTIO_BLK_Z_HM zone model MUST fail to set the "
			     "FEATURES_OK device status bit"),
	  .devices = "blk", .offers = ZONED_OFFERS, .start = begin_zones,
	  .onlooker.read = read_zoned, .used_element = zoned_serve);

static void begin_order(struct virtio_device *device)
{
	zoned_begin(ZONED_ALL_IN_ORDER);
}

ECCENTRIC(ok_zoned_disk_in_order, .about = "a host-managed disk has no conventional zone",
	  ALLOWED("5.2", "Host-managed zoned block devices have their LBA range divided into "
			 "Sequential Write Required (SWR) zones"),
	  .devices = "blk", .tests = "blk.*zone*,blk.*erase*", .offers = ZONED_OFFERS,
	  .start = begin_order, .onlooker.read = read_zoned, .used_element = zoned_serve);

/* ---- input ---- */

static uint8_t asked;

static bool follow_question(struct onlooker *self, const struct register_access *access,
			    uint64_t *value)
{
	if (access->structure == STRUCTURE_DEVICE && access->offset == 0)
		asked = (uint8_t)*value;
	return true;
}

/* It knows no answer to the question of the context. */
static uint64_t know_nothing(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || asked != (uintptr_t)self->context)
		return value;
	acts();
	return access->offset < 2 ? value : 0;
}

#define KNOWS_NO(what)                                                                             \
	.devices = "input", .tests = "input.*,transport.*", .onlooker.write = follow_question,     \
	.onlooker.read = know_nothing, .onlooker.context = (void *)VIRTIO_INPUT_CFG_##what,        \
	ALLOWED("5.8.5.2",                                                                         \
		"A device MUST set the size field to zero if it doesn't support a given "          \
		"select and subsel combination.")

ECCENTRIC(ok_input_without_name, .about = "an input device has no name", KNOWS_NO(ID_NAME));
ECCENTRIC(ok_input_without_serial, .about = "an input device has no serial", KNOWS_NO(ID_SERIAL));
ECCENTRIC(ok_input_without_ids, .about = "an input device has no ids", KNOWS_NO(ID_DEVIDS));
ECCENTRIC(ok_input_without_events, .about = "an input device has no events", ADMITS(SANE_17),
	  KNOWS_NO(EV_BITS));
ECCENTRIC(ok_input_without_properties, .about = "an input device has no properties",
	  KNOWS_NO(PROP_BITS));

/* ---- balloon ---- */

static uint64_t ask_for_nothing(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE || access->offset >= sizeof(le32))
		return value;
	acts();
	return 0;
}
ECCENTRIC(ok_balloon_never_asks, .about = "a balloon asks for no page",
	  ALLOWED("5.5.6", "num_pages configuration field is examined."), .devices = "balloon",
	  .tests = "balloon.*,transport.*", .onlooker.read = ask_for_nothing);

/* Where nobody has asked for hints nobody looks whether there are any. */
static bool leave_hints(struct onlooker *self, const struct register_access *access,
			uint64_t *value)
{
	if (access->structure != STRUCTURE_NOTIFY || *value != BALLOON_HINT_QUEUE)
		return true;
	acts();
	return false;
}
ECCENTRIC(ok_balloon_leaves_hints,
	  .about = "a balloon that asks for no hints does not look at its queue of hints",
	  ALLOWED("5.5.6.4",
		  "If it contains a non-reserved value then free page hinting will begin."),
	  .devices = "balloon", .tests = "balloon.*,transport.*", .onlooker.write = leave_hints);

/* ---- scsi ---- */

static struct virtio_scsi_resp_cmd *response_of(const struct request *request)
{
	return (struct virtio_scsi_resp_cmd *)request->in;
}

static void be_busy(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (queue->index != SCSI_REQUEST_QUEUE || !request || ++round % 8 ||
	    element->length < sizeof(struct virtio_scsi_resp_cmd) ||
	    response_of(request)->response != VIRTIO_SCSI_S_OK)
		return;
	acts();
	response_of(request)->response = VIRTIO_SCSI_S_BUSY;
}
ECCENTRIC(ok_scsi_is_busy, .about = "a SCSI host is busy once in eight requests",
	  ALLOWED("5.6.6.1",
		  "VIRTIO_SCSI_S_BUSY if the request failed but retrying on the same path is "
		  "likely to work"),
	  .devices = "scsi", .tests = "scsi.*", .start = start_rounds, .used_element = be_busy);

static void be_often_busy(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (queue->index != SCSI_REQUEST_QUEUE || !request || ++round % 3 == 0 ||
	    element->length < sizeof(struct virtio_scsi_resp_cmd))
		return;
	acts();
	response_of(request)->response = VIRTIO_SCSI_S_BUSY;
}
ECCENTRIC(ok_scsi_is_often_busy, .about = "a SCSI host is busy in two of three requests",
	  ALLOWED("5.6.6.1",
		  "VIRTIO_SCSI_S_BUSY if the request failed but retrying on the same path is "
		  "likely to work"),
	  .devices = "scsi", .tests = "scsi.*", .start = start_rounds,
	  .used_element = be_often_busy);

/* Every other command that was done ends with this status, and sense that it is a unit attention. */
static void end_with(struct virtqueue *queue, struct used_element *element, uint8_t status)
{
	struct request *request = used_request(queue, element);
	struct virtio_scsi_resp_cmd *response;

	if (queue->index != SCSI_REQUEST_QUEUE || !request || ++round % 2 ||
	    element->length < sizeof(*response) ||
	    response_of(request)->response != VIRTIO_SCSI_S_OK)
		return;
	response = response_of(request);
	acts();
	response->status = status;
	if (status != SCSI_CHECK_CONDITION)
		return;
	memset(response->sense, 0, sizeof(response->sense));
	response->sense[0] = 0x70;
	response->sense[2] = SCSI_UNIT_ATTENTION;
	response->sense[7] = 10;
	response->sense[12] = 0x29;
	response->sense_len = to_le32(18);
}

static void be_full(struct virtqueue *queue, struct used_element *element)
{
	end_with(queue, element, SCSI_TASK_SET_FULL);
}

static void call_attention(struct virtqueue *queue, struct used_element *element)
{
	end_with(queue, element, SCSI_CHECK_CONDITION);
}

#define ANY_STATUS                                                                                 \
	ALLOWED("5.6.6.1",                                                                         \
		"VIRTIO_SCSI_S_OK when the request was completed and the status byte is filled "   \
		"with a SCSI status code (not necessarily ``GOOD'').")

ECCENTRIC(ok_scsi_task_set_full, .about = "the task set of a unit is full at every other command",
	  ANY_STATUS, .devices = "scsi", .tests = "scsi.*", .start = start_rounds,
	  .used_element = be_full);
ECCENTRIC(ok_scsi_unit_attention, .about = "a unit was reset, and says so at every other command",
	  ANY_STATUS, .devices = "scsi", .tests = "scsi.*", .start = start_rounds,
	  .used_element = call_attention);

#define INQUIRY_VENDOR 8
#define INQUIRY_TOLD   33u /* bytes: as far as the revision, of which three are left out */

/* What unit 1 is called, and how much it tells, is its own affair. */
static void differ(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	struct virtio_scsi_req_cmd *command;
	uint8_t *data;
	uint32_t room;

	if (queue->index != SCSI_REQUEST_QUEUE || !request ||
	    request->out_length < sizeof(*command) ||
	    request->in_length < sizeof(struct virtio_scsi_resp_cmd) + INQUIRY_TOLD)
		return;
	command = (struct virtio_scsi_req_cmd *)request->out;
	data = request->in + sizeof(struct virtio_scsi_resp_cmd);
	room = request->in_length - (uint32_t)sizeof(struct virtio_scsi_resp_cmd);
	if (!command->lun[3] || command->cdb[0] != SCSI_INQUIRY || command->cdb[2] ||
	    response_of(request)->status != SCSI_GOOD)
		return;
	acts();
	memcpy(data + INQUIRY_VENDOR, "UNLIKE  ", 8);
	response_of(request)->residual = to_le32(room - INQUIRY_TOLD);
}
ECCENTRIC(ok_scsi_units_differ, .about = "unit 1 is of another vendor, and tells less of itself",
	  ALLOWED("5.6.6.1", "lun addresses the REPORT LUNS well-known logical unit, or a target "
			     "and logical unit in the virtio-scsi device's SCSI domain."),
	  .devices = "scsi", .tests = "scsi.*", .used_element = differ);

static void reject_functions(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (queue->index != SCSI_CONTROL_QUEUE || !request || request->in_length != sizeof(uint8_t))
		return;
	acts();
	request->in[0] = VIRTIO_SCSI_S_FUNCTION_REJECTED;
}
ECCENTRIC(ok_scsi_rejects_functions, .about = "a SCSI host rejects every task management function",
	  ALLOWED("5.6.6.2", "The outcome of the task management function is written by the device "
			     "in response."),
	  .devices = "scsi", .tests = "scsi.*", .used_element = reject_functions);

/* ---- any type: what is negotiated by others only ---- */

static uint64_t note_reading(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	if (is_common(access, device_feature))
		acts();
	return value;
}

#define ONLY_OFFERS(feature)                                                                       \
	.offers = BIT64(feature), .onlooker.read = note_reading,                                   \
	ALLOWED("2.2", "Each virtio device offers all the features it understands.")

/* What stands behind uses buffers in order by itself, as disks and SCSI hosts do not. */
#define IN_ORDER_ANYWAY "rng"

ECCENTRIC(ok_in_order, .about = "buffers are used in order", .devices = IN_ORDER_ANYWAY,
	  ONLY_OFFERS(VIRTIO_F_IN_ORDER));
ECCENTRIC(ok_notification_data, .about = "notifications may carry data",
	  ONLY_OFFERS(VIRTIO_F_NOTIFICATION_DATA));
ECCENTRIC(ok_notif_config_data, .about = "queues are called by other numbers in notifications",
	  ONLY_OFFERS(VIRTIO_F_NOTIF_CONFIG_DATA));
ECCENTRIC(ok_suspend, .about = "the device can be suspended", ONLY_OFFERS(VIRTIO_F_SUSPEND));
ECCENTRIC(ok_access_platform, .about = "the platform may stand between device and memory",
	  ONLY_OFFERS(VIRTIO_F_ACCESS_PLATFORM));
ECCENTRIC(ok_order_platform, .about = "the platform orders accesses",
	  ONLY_OFFERS(VIRTIO_F_ORDER_PLATFORM));
ECCENTRIC(ok_all_of_them, .about = "all features that can be pretended are offered",
	  .devices = IN_ORDER_ANYWAY,
	  ALLOWED("2.2", "Each virtio device offers all the features it understands."),
	  .offers = BIT64(VIRTIO_F_IN_ORDER) | BIT64(VIRTIO_F_NOTIFICATION_DATA) |
		    BIT64(VIRTIO_F_NOTIF_CONFIG_DATA) | BIT64(VIRTIO_F_SUSPEND) |
		    BIT64(VIRTIO_F_ACCESS_PLATFORM) | BIT64(VIRTIO_F_ORDER_PLATFORM),
	  .onlooker.read = note_reading);
