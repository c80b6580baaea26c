/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration of a SCSI host (virtio 1.4, 5.6.4). */
#include "tests/device/scsi/command.h"
#include "tests/harness/subject/subject.h"

TEST(scsi, sizes_return_to_defaults,
     .about = "sense_size and cdb_size are 96 and 32 after every reset", .type = VIRTIO_TYPE_SCSI,
     .judges = CLAUSES(SCSI_CFG_1, SCSI_CFG_2))
{
	for (unsigned round = 0; round < 2; round++) {
		uint64_t sense = SCSI_CONFIG(t, sense_size), cdb = SCSI_CONFIG(t, cdb_size);

		CHECK(t, SCSI_CFG_1, sense == VIRTIO_SCSI_SENSE_SIZE,
		      "after reset%s sense_size is %lu", round ? " from other values" : "", sense);
		CHECK(t, SCSI_CFG_2, cdb == VIRTIO_SCSI_CDB_SIZE, "after reset%s cdb_size is %lu",
		      round ? " from other values" : "", cdb);
		if (round)
			return;
		set_up(t, features_for(t), 3);
		config_write(t->device, struct virtio_scsi_config, sense_size, 252);
		config_write(t->device, struct virtio_scsi_config, cdb_size, 16);
		start_over(t);
	}
}

TEST(scsi, numbers_make_sense,
     .about = "queue count, segment limit and event size are numbers a driver can work with",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SANE_10))
{
	uint64_t queues = SCSI_CONFIG(t, num_queues);
	uint64_t event = SCSI_CONFIG(t, event_info_size);

	INSIST(t, SANE_10, queues > 0 && queues + 2 <= offered_queues(t->device),
	       "num_queues is %lu, the transport has %u queues", queues, offered_queues(t->device));
	INSIST(t, SANE_10, SCSI_CONFIG(t, seg_max) > 0, "seg_max is 0: no data fits a command");
	INSIST(t, SANE_10, SCSI_CONFIG(t, cmd_per_lun) > 0,
	       "cmd_per_lun is 0: no command may be sent");
	/* Without either feature there may be no events at all. */
	if (!features_have(&t->device->offered, VIRTIO_SCSI_F_HOTPLUG) &&
	    !features_have(&t->device->offered, VIRTIO_SCSI_F_CHANGE))
		return;
	INSIST(t, SANE_10, event >= sizeof(struct virtio_scsi_event),
	       "event_info_size is %lu, an event has %lu bytes", event,
	       sizeof(struct virtio_scsi_event));
}

TEST(scsi, driver_sizes_shape_requests,
     .about = "with a shorter cdb_size and sense_size the device takes requests of that layout",
     .type = VIRTIO_TYPE_SCSI, .judges = CLAUSES(SCSI_REQ_2))
{
	enum { CDB = 16, SENSE = 20 };
	uint32_t out = offsetof(struct virtio_scsi_req_cmd, cdb) + CDB;
	uint32_t in = offsetof(struct virtio_scsi_resp_cmd, sense) + SENSE;
	struct request *request = scsi_command(t, 0, 0, 0);

	set_up(t, features_for(t), 3);
	config_write(t->device, struct virtio_scsi_config, cdb_size, CDB);
	config_write(t->device, struct virtio_scsi_config, sense_size, SENSE);
	if (SCSI_CONFIG(t, cdb_size) != CDB || SCSI_CONFIG(t, sense_size) != SENSE)
		skip_test(t, "the device does not take other sizes");
	go_live(t);
	request->out_length = out;
	request->in_length = in;
	submit(t, t->device->queues[SCSI_REQUEST_QUEUE], request);
	scsi_await(t, "a shorter TEST UNIT READY");
	INSIST(t, SCSI_REQ_2, scsi_response(request)->response <= VIRTIO_SCSI_S_FAILURE,
	       "a shorter TEST UNIT READY ends with %s", scsi_outcome(request));
}
