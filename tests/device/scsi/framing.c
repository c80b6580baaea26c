/* SPDX-License-Identifier: BSD-2-Clause */
/* However a command is cut into descriptors, it means the same (virtio 1.4, 2.7.4). */
#include "arch/memory.h"
#include "lib/string.h"
#include "tests/device/scsi/command.h"

#define INQUIRY_BYTES 36

/* Where the readable and the writable bytes are cut once; 0: nowhere. */
struct cut {
	const char *name;
	uint32_t out, in;
};

static const struct cut cuts[] = {
	{"each part in a descriptor of its own", 0, sizeof(struct virtio_scsi_resp_cmd)},
	{"response and data joined", 0, 0},
	{"command cut before its CDB", offsetof(struct virtio_scsi_req_cmd, cdb),
	 sizeof(struct virtio_scsi_resp_cmd)},
	{"response cut before the sense", 0, offsetof(struct virtio_scsi_resp_cmd, sense)},
	{"response cut, its rest joined to the data", 0, 5},
};

static unsigned cut_run(uint8_t *bytes, uint32_t length, uint32_t at, bool writable,
			struct segment *segments)
{
	segments[0] = (struct segment){physical(bytes), at ? at : length, writable};
	if (!at)
		return 1;
	segments[1] = (struct segment){physical(bytes + at), length - at, writable};
	return 2;
}

TEST(scsi, commands_in_any_framing, .about = "INQUIRY gives the same bytes however it is cut",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SPLIT_FRAME_1))
{
	uint8_t *expected = test_memory(t, "expected", INQUIRY_BYTES, 16);
	struct scsi_unit unit;

	scsi_up(t, 0);
	unit = scsi_find(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(cuts); n++) {
		struct request *request = scsi_command(t, unit.target, 0, INQUIRY_BYTES);
		struct virtqueue *queue = t->device->queues[SCSI_REQUEST_QUEUE];
		struct segment segments[4];
		unsigned count =
			cut_run(request->out, request->out_length, cuts[n].out, false, segments);

		count += cut_run(request->in, request->in_length, cuts[n].in, true,
				 segments + count);
		scsi_set_inquiry(request, INQUIRY_BYTES);
		add_segments(t, queue, segments, count, request);
		virtqueue_publish(queue);
		virtqueue_kick(queue);
		scsi_await(t, "INQUIRY");
		CAN_JUDGE(t, !scsi_put_off(request), "%s: INQUIRY ends with %s", cuts[n].name,
			  scsi_outcome(request));
		if (n == 0)
			memcpy(expected, scsi_data_in(request), INQUIRY_BYTES);
		CHECK(t, SPLIT_FRAME_1,
		      scsi_response(request)->response == VIRTIO_SCSI_S_OK &&
			      scsi_response(request)->status == SCSI_GOOD &&
			      memcmp(scsi_data_in(request), expected, INQUIRY_BYTES) == 0,
		      "%s: INQUIRY ends with %s", cuts[n].name, scsi_outcome(request));
	}
}
