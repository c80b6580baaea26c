/* SPDX-License-Identifier: BSD-2-Clause */
/* SCSI host devices by their legacy interface (virtio 1.4, 5.6.6). */
#include "tests/device/scsi/command.h"

TEST(scsi, legacy_response_is_native,
     .about = "sense_len of a refused command makes sense in the guest's byte order",
     .type = VIRTIO_TYPE_SCSI, .traits = DEVICE_LEGACY, .judges = CLAUSES(SCSI_REQ_LEG_1))
{
	const struct virtio_scsi_resp_cmd *response;
	struct request *request;
	struct scsi_unit unit;
	uint32_t length, most;

	scsi_up(t, 0);
	unit = scsi_find(t);
	request = scsi_command(t, unit.target, 0, 36);
	response = scsi_response(request);
	most = sizeof(response->sense);
	scsi_set_inquiry(request, 36);
	scsi_header(request)->cdb[2] = 1; /* PAGE CODE, which needs EVPD */
	scsi_send(t, request);
	length = from_le32(response->sense_len);
	CAN_JUDGE(t, length, "the device gives no sense of %s", scsi_outcome(request));
	CHECK(t, SCSI_REQ_LEG_1, length <= most || __builtin_bswap32(length) > most,
	      "sense_len reads %#x: its bytes are swapped", length);
}

/* A target has to know this function (SAM-5, 7.1). */
TEST(scsi, legacy_functions_are_native, .about = "LOGICAL UNIT RESET is not rejected as unknown",
     .type = VIRTIO_TYPE_SCSI, .traits = DEVICE_LEGACY, .judges = CLAUSES(SCSI_CTRL_LEG_1))
{
	struct scsi_unit unit;
	uint8_t response;

	scsi_up(t, 0);
	unit = scsi_find(t);
	response = scsi_manage(t, VIRTIO_SCSI_T_TMF_LOGICAL_UNIT_RESET, unit.target, 0);
	CHECK(t, SCSI_CTRL_LEG_1, response != VIRTIO_SCSI_S_FUNCTION_REJECTED,
	      "LOGICAL UNIT RESET is rejected");
}
