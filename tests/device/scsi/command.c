/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/device/scsi/command.h"

#include "arch/memory.h"
#include "lib/string.h"

#define INQUIRY_BYTES 36
#define TARGETS       256u
#define REPORT_BYTES  136 /* 16 units */

void scsi_up(struct test_run *t, uint64_t features)
{
	struct features wanted = features_for(t);

	wanted.words[0] |= features & t->device->offered.words[0];
	set_up(t, wanted, 3);
	go_live(t);
}

struct request *scsi_command(struct test_run *t, uint8_t target, uint32_t out_bytes,
			     uint32_t in_bytes)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);

	if (!scsi_prepare(t->arena, target, 0, out_bytes, in_bytes, request))
		error_in_test(t, "the DMA arena has no room for a command");
	return request;
}

struct request *scsi_unit_command(struct test_run *t, const struct scsi_unit *unit,
				  uint32_t out_bytes, uint32_t in_bytes)
{
	struct request *request = scsi_command(t, unit->target, out_bytes, in_bytes);

	scsi_address(scsi_header(request)->lun, unit->target, unit->lun);
	return request;
}

void scsi_set_inquiry(struct request *request, uint16_t allocation)
{
	uint8_t *cdb = scsi_header(request)->cdb;

	memset(cdb, 0, VIRTIO_SCSI_CDB_SIZE);
	cdb[0] = SCSI_INQUIRY;
	cdb[3] = (uint8_t)(allocation >> 8);
	cdb[4] = (uint8_t)allocation;
}

void scsi_set_transfer(struct request *request, uint8_t operation, uint32_t block, uint16_t blocks)
{
	uint8_t *cdb = scsi_header(request)->cdb;

	memset(cdb, 0, VIRTIO_SCSI_CDB_SIZE);
	cdb[0] = operation;
	for (unsigned n = 0; n < 4; n++)
		cdb[2 + n] = (uint8_t)(block >> (24 - 8 * n));
	cdb[7] = (uint8_t)(blocks >> 8);
	cdb[8] = (uint8_t)blocks;
}

/* Header and data of one direction as one or two segments. */
static unsigned cut(uint8_t *bytes, uint32_t header, uint32_t length, bool writable,
		    struct segment *segments)
{
	segments[0] = (struct segment){physical(bytes), header, writable};
	if (length == header)
		return 1;
	segments[1] = (struct segment){physical(bytes + header), length - header, writable};
	return 2;
}

void scsi_submit(struct test_run *t, struct virtqueue *queue, struct request *request)
{
	struct segment segments[4];
	unsigned count = cut(request->out, sizeof(struct virtio_scsi_req_cmd), request->out_length,
			     false, segments);

	count += cut(request->in, sizeof(struct virtio_scsi_resp_cmd), request->in_length, true,
		     segments + count);
	add_segments(t, queue, segments, count, request);
	virtqueue_publish(queue);
	virtqueue_kick(queue);
}

struct completion scsi_await(struct test_run *t, const char *what)
{
	struct completion completion;

	INSIST(t, SANE_1, await_announced(t, t->device->queues[SCSI_REQUEST_QUEUE], &completion),
	       "%s is not completed in time", what);
	return completion;
}

bool scsi_put_off(const struct request *request)
{
	const struct virtio_scsi_resp_cmd *response = scsi_response(request);
	bool descriptor = (response->sense[0] & 0x7f) >= 0x72; /* which format (SPC-4, 4.5) */
	unsigned key = response->sense[descriptor ? 1 : 2] & 0xf;

	if (response->response != VIRTIO_SCSI_S_OK)
		return response->response == VIRTIO_SCSI_S_BUSY;
	return response->status == SCSI_BUSY || response->status == SCSI_TASK_SET_FULL ||
	       (response->status == SCSI_CHECK_CONDITION && key == SCSI_UNIT_ATTENTION);
}

#define TRIES 8

uint32_t scsi_send(struct test_run *t, struct request *request)
{
	uint32_t length;
	char what[40];

	format_text(what, sizeof(what), "a command %#x", scsi_header(request)->cdb[0]);
	for (unsigned n = 0; n < TRIES; n++) {
		memset(request->in, VIRTIO_SCSI_PRESET, sizeof(struct virtio_scsi_resp_cmd));
		scsi_submit(t, t->device->queues[SCSI_REQUEST_QUEUE], request);
		length = scsi_await(t, what).length;
		if (!scsi_put_off(request))
			break;
	}
	return length;
}

const char *scsi_outcome(const struct request *request)
{
	static const char *const names[] = {
		"OK",   "OVERRUN",           "ABORTED",        "BAD_TARGET",    "RESET",
		"BUSY", "TRANSPORT_FAILURE", "TARGET_FAILURE", "NEXUS_FAILURE", "FAILURE"};
	static char words[64];
	const struct virtio_scsi_resp_cmd *response = scsi_response(request);

	if (response->response >= ARRAY_LENGTH(names))
		format_text(words, sizeof(words), "response %#x", response->response);
	else if (response->response == VIRTIO_SCSI_S_OK)
		format_text(words, sizeof(words), "response OK, status %#x", response->status);
	else
		format_text(words, sizeof(words), "response %s", names[response->response]);
	return words;
}

static bool good(const struct request *request)
{
	return scsi_response(request)->response == VIRTIO_SCSI_S_OK &&
	       scsi_response(request)->status == SCSI_GOOD;
}

/* What a unit has to tell first it tells now, where commands follow side by side. */
static void settle(struct test_run *t, const struct scsi_unit *unit)
{
	scsi_send(t, scsi_unit_command(t, unit, 0, 0));
}

/* What INQUIRY says of a unit; false when there is none. */
static bool inquire(struct test_run *t, struct request *request, struct scsi_unit *unit)
{
	scsi_address(scsi_header(request)->lun, unit->target, unit->lun);
	scsi_set_inquiry(request, INQUIRY_BYTES);
	scsi_send(t, request);
	if (!good(request) || scsi_data_in(request)[0] >> 5)
		return false;
	unit->peripheral = scsi_data_in(request)[0] & 0x1f;
	settle(t, unit);
	return true;
}

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static bool measure(struct test_run *t, struct scsi_unit *unit)
{
	struct request *request = scsi_unit_command(t, unit, 0, 8);

	scsi_header(request)->cdb[0] = SCSI_READ_CAPACITY_10;
	scsi_send(t, request);
	if (!good(request))
		return false;
	unit->blocks = big_endian(scsi_data_in(request));
	if (unit->blocks != UINT32_MAX)
		unit->blocks++;
	unit->block = big_endian(scsi_data_in(request) + 4);
	return unit->blocks && unit->block;
}

static struct scsi_unit find(struct test_run *t, bool disk)
{
	struct request *request = scsi_command(t, 0, 0, INQUIRY_BYTES);
	struct scsi_unit unit = {.target = 0};

	for (unsigned target = 0; target < TARGETS; target++) {
		unit.target = (uint8_t)target;
		if (!inquire(t, request, &unit))
			continue;
		if (!disk || (unit.peripheral == SCSI_DISK && measure(t, &unit)))
			return unit;
	}
	skip_test(t, disk ? "no target has a disk as its unit 0" : "no target has a unit 0");
}

struct scsi_unit scsi_find(struct test_run *t)
{
	return find(t, false);
}

struct scsi_unit scsi_find_disk(struct test_run *t)
{
	return find(t, true);
}

/* The units of a target, as it names them; unit 0 when it does not. */
static unsigned report(struct test_run *t, struct request *request, struct scsi_unit *units,
		       unsigned most)
{
	const uint8_t *list = scsi_data_in(request);
	unsigned count;

	scsi_address(scsi_header(request)->lun, units[0].target, 0);
	scsi_header(request)->cdb[0] = SCSI_REPORT_LUNS;
	scsi_header(request)->cdb[9] = REPORT_BYTES;
	scsi_send(t, request);
	if (!good(request))
		return 1;
	count = MINIMUM(big_endian(list), REPORT_BYTES - 8u) / 8;
	count = MINIMUM(count, most);
	for (unsigned n = 0; n < count; n++)
		units[n] = (struct scsi_unit){
			.target = units[0].target,
			.lun = (uint16_t)((list[8 + 8 * n] & 0x3f) << 8 | list[9 + 8 * n])};
	return count;
}

unsigned scsi_list(struct test_run *t, struct scsi_unit *units, unsigned most)
{
	struct request *request = scsi_command(t, 0, 0, INQUIRY_BYTES);
	struct request *list = scsi_command(t, 0, 0, REPORT_BYTES);
	unsigned found = 0;

	for (unsigned target = 0; target < TARGETS && found < most; target++) {
		unsigned first = found, named;

		units[first] = (struct scsi_unit){.target = (uint8_t)target};
		if (!inquire(t, request, &units[first]))
			continue;
		named = report(t, list, &units[first], most - first);
		for (unsigned n = 0; n < named; n++) {
			struct scsi_unit unit = units[first + n];

			if (!inquire(t, request, &unit))
				continue;
			if (unit.peripheral == SCSI_DISK && !measure(t, &unit))
				continue;
			units[found++] = unit;
		}
	}
	return found;
}

unsigned scsi_up_all(struct test_run *t)
{
	unsigned queues = (unsigned)MINIMUM(SCSI_CONFIG(t, num_queues), (uint64_t)SCSI_QUEUES_MOST);

	set_up(t, features_for(t), SCSI_REQUEST_QUEUE + queues);
	go_live(t);
	return queues;
}

/* A function that ends commands may have to wait for the disk. */
#define MANAGE_NS (4 * NANOSECONDS_A_SECOND)

static bool function_done(void *queue)
{
	return virtqueue_used_pending(queue);
}

uint8_t scsi_manage(struct test_run *t, enum virtio_scsi_tmf function, uint8_t target, uint64_t id)
{
	struct virtqueue *queue = t->device->queues[SCSI_CONTROL_QUEUE];
	struct virtio_scsi_ctrl_tmf *tmf = test_memory(t, "tmf", sizeof(*tmf), 8);
	uint8_t *response = test_memory(t, "tmf response", 1, 1);
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	struct completion completion;

	tmf->type = to_le32(VIRTIO_SCSI_T_TMF);
	tmf->subtype = to_le32(function);
	tmf->id = to_le64(id);
	scsi_address(tmf->lun, target, 0);
	*response = VIRTIO_SCSI_PRESET;
	*request = (struct request){
		.out = (uint8_t *)tmf, .out_length = sizeof(*tmf), .in = response, .in_length = 1};
	submit(t, queue, request);
	INSIST(t, SANE_1,
	       wait_until(function_done, queue, clock_deadline(MANAGE_NS)) &&
		       virtqueue_take(queue, &completion),
	       "task management function %u is not completed within 4 s", function);
	insist_on_chain(t, queue, &completion, request);
	return *response;
}
