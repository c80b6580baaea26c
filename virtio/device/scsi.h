/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SCSI host device (virtio 1.4, 5.6), and the few SCSI commands that its tests send (SPC-4, SBC-3).
 * Any CPU.
 */
#ifndef VIRTIO_DEVICE_SCSI_H
#define VIRTIO_DEVICE_SCSI_H

#include "virtio/device/workload.h"

/* Feature bits (5.6.3). */
enum {
	VIRTIO_SCSI_F_INOUT = 0,
	VIRTIO_SCSI_F_HOTPLUG = 1,
	VIRTIO_SCSI_F_CHANGE = 2,
	VIRTIO_SCSI_F_T10_PI = 3,
};

/* 5.6.2; request queues follow. */
enum { SCSI_CONTROL_QUEUE = 0, SCSI_EVENT_QUEUE = 1, SCSI_REQUEST_QUEUE = 2 };

/* The device-specific configuration (5.6.4). */
struct virtio_scsi_config {
	le32 num_queues;
	le32 seg_max;
	le32 max_sectors;
	le32 cmd_per_lun;
	le32 event_info_size;
	le32 sense_size;
	le32 cdb_size;
	le16 max_channel;
	le16 max_target;
	le32 max_lun;
};
static_assert(offsetof(struct virtio_scsi_config, sense_size) == 20, "5.6.4");
static_assert(offsetof(struct virtio_scsi_config, max_channel) == 28, "5.6.4");
static_assert(sizeof(struct virtio_scsi_config) == 36, "5.6.4");

/* What sense_size and cdb_size are after a reset. */
#define VIRTIO_SCSI_SENSE_SIZE 96u
#define VIRTIO_SCSI_CDB_SIZE   32u

/* The device-readable header of a command, without T10_PI; data for the device follow. */
struct virtio_scsi_req_cmd {
	uint8_t lun[8];
	le64 id;
	uint8_t task_attr;
	uint8_t prio;
	uint8_t crn;
	uint8_t cdb[VIRTIO_SCSI_CDB_SIZE];
} PACKED;
static_assert(offsetof(struct virtio_scsi_req_cmd, cdb) == 19, "5.6.6.1");
static_assert(sizeof(struct virtio_scsi_req_cmd) == 51, "5.6.6.1");

/* The device-writable header; data from the device follow. */
struct virtio_scsi_resp_cmd {
	le32 sense_len;
	le32 residual;
	le16 status_qualifier;
	uint8_t status;
	uint8_t response;
	uint8_t sense[VIRTIO_SCSI_SENSE_SIZE];
};
static_assert(offsetof(struct virtio_scsi_resp_cmd, response) == 11, "5.6.6.1");
static_assert(sizeof(struct virtio_scsi_resp_cmd) == 108, "5.6.6.1");

/* What a device answers (5.6.6.1, 5.6.6.2). */
enum virtio_scsi_response {
	VIRTIO_SCSI_S_OK = 0,
	VIRTIO_SCSI_S_OVERRUN = 1,
	VIRTIO_SCSI_S_ABORTED = 2,
	VIRTIO_SCSI_S_BAD_TARGET = 3,
	VIRTIO_SCSI_S_RESET = 4,
	VIRTIO_SCSI_S_BUSY = 5,
	VIRTIO_SCSI_S_TRANSPORT_FAILURE = 6,
	VIRTIO_SCSI_S_TARGET_FAILURE = 7,
	VIRTIO_SCSI_S_NEXUS_FAILURE = 8,
	VIRTIO_SCSI_S_FAILURE = 9,
	/* of the control queue only */
	VIRTIO_SCSI_S_FUNCTION_COMPLETE = 0,
	VIRTIO_SCSI_S_FUNCTION_SUCCEEDED = 10,
	VIRTIO_SCSI_S_FUNCTION_REJECTED = 11,
	VIRTIO_SCSI_S_INCORRECT_LUN = 12,
};

/* What a request of the control queue asks for (5.6.6.2). */
enum virtio_scsi_control {
	VIRTIO_SCSI_T_TMF = 0,
	VIRTIO_SCSI_T_AN_QUERY = 1,
	VIRTIO_SCSI_T_AN_SUBSCRIBE = 2,
};

/* Task management functions. */
enum virtio_scsi_tmf {
	VIRTIO_SCSI_T_TMF_ABORT_TASK = 0,
	VIRTIO_SCSI_T_TMF_ABORT_TASK_SET = 1,
	VIRTIO_SCSI_T_TMF_CLEAR_ACA = 2,
	VIRTIO_SCSI_T_TMF_CLEAR_TASK_SET = 3,
	VIRTIO_SCSI_T_TMF_I_T_NEXUS_RESET = 4,
	VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET = 5,
	VIRTIO_SCSI_T_TMF_QUERY_TASK = 6,
	VIRTIO_SCSI_T_TMF_QUERY_TASK_SET = 7,
};

/* Device-readable; one writable byte, the response, follows. */
struct virtio_scsi_ctrl_tmf {
	le32 type;
	le32 subtype;
	uint8_t lun[8];
	le64 id;
};
static_assert(sizeof(struct virtio_scsi_ctrl_tmf) == 24, "5.6.6.2");

/* Device-readable; the answer follows. */
struct virtio_scsi_ctrl_an {
	le32 type;
	uint8_t lun[8];
	le32 event_requested;
};
static_assert(sizeof(struct virtio_scsi_ctrl_an) == 16, "5.6.6.2");

/* The answer to it. */
struct virtio_scsi_ctrl_an_answer {
	le32 event_actual;
	uint8_t response;
} PACKED;
static_assert(sizeof(struct virtio_scsi_ctrl_an_answer) == 5, "5.6.6.2");

#define VIRTIO_SCSI_T_EVENTS_MISSED 0x80000000u
/* What an event tells, beside EVENTS_MISSED (5.6.6.3). */
enum virtio_scsi_event_type {
	VIRTIO_SCSI_T_NO_EVENT = 0,
	VIRTIO_SCSI_T_TRANSPORT_RESET = 1,
	VIRTIO_SCSI_T_ASYNC_NOTIFY = 2,
	VIRTIO_SCSI_T_PARAM_CHANGE = 3,
};

/* Why, in an event of TRANSPORT_RESET. */
enum virtio_scsi_reset_reason {
	VIRTIO_SCSI_EVT_RESET_HARD = 0,
	VIRTIO_SCSI_EVT_RESET_RESCAN = 1,
	VIRTIO_SCSI_EVT_RESET_REMOVED = 2,
};

/* An event. */
struct virtio_scsi_event {
	le32 event;
	uint8_t lun[8];
	le32 reason;
};
static_assert(sizeof(struct virtio_scsi_event) == 16, "5.6.6.3");

/* Operation codes (SPC-4, SBC-3). */
enum {
	SCSI_TEST_UNIT_READY = 0x00,
	SCSI_REQUEST_SENSE = 0x03,
	SCSI_INQUIRY = 0x12,
	SCSI_READ_CAPACITY_10 = 0x25,
	SCSI_READ_10 = 0x28,
	SCSI_WRITE_10 = 0x2a,
	SCSI_REPORT_LUNS = 0xa0,
};

/* Status codes (SAM-5, 5.3.1). */
enum { SCSI_GOOD = 0x00, SCSI_CHECK_CONDITION = 0x02, SCSI_BUSY = 0x08, SCSI_TASK_SET_FULL = 0x28 };

#define SCSI_UNIT_ATTENTION 6 /* a sense key (SPC-4, 4.5) */

/* True for a status code that SAM defines. */
bool scsi_status_is_defined(uint8_t status);

/* Fills `lun` with the single level format of 5.6.6.1. */
void scsi_address(uint8_t lun[8], uint8_t target, uint16_t unit);

/* Whether the address of an event is that of a unit, in either form of addressing (SAM-5, 4.7). */
bool scsi_is_address_of(const uint8_t lun[8], uint8_t target, uint16_t unit);

/*
 * Makes a command for target and unit in the arena: `out_bytes` of data for the device behind the
 * header (see scsi_data_out()), `in_bytes` from it behind the response. The response header is preset to
 * VIRTIO_SCSI_PRESET. False when the arena is full.
 */
#define VIRTIO_SCSI_PRESET 0xee
bool scsi_prepare(struct arena *arena, uint8_t target, uint16_t unit, uint32_t out_bytes,
		  uint32_t in_bytes, struct request *request);

/* The header of a command that scsi_prepare() made. */
struct virtio_scsi_req_cmd *scsi_header(const struct request *request);

/* The response that stands in a command now. */
const struct virtio_scsi_resp_cmd *scsi_response(const struct request *request);

/* The data for the device, behind the header. */
uint8_t *scsi_data_out(const struct request *request);

/* The data from the device, behind the response. */
uint8_t *scsi_data_in(const struct request *request);

#endif
