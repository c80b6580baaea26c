/* SPDX-License-Identifier: BSD-2-Clause */
/* GET_LIFETIME (virtio 1.4, 5.2.6). */
#include "tests/device/blk/exchange.h"

TEST(blk, lifetime_has_no_reserved_values, .about = "wear figures are among the defined ones",
     .type = VIRTIO_TYPE_BLK, WITH_FEATURE(VIRTIO_BLK_F_LIFETIME),
     .judges = CLAUSES(BLK_OP_23, BLK_OP_24, BLK_OP_25, FEAT_4))
{
	struct request *request =
		blk_request(t, VIRTIO_BLK_T_GET_LIFETIME, 0, 0, sizeof(struct virtio_blk_lifetime));
	const struct virtio_blk_lifetime *lifetime;
	struct blk_answer answer;

	blk_up(t, BIT64(VIRTIO_BLK_F_LIFETIME), 0);
	answer = blk_send(t, t->device->queues[0], request);
	CHECK(t, FEAT_4, answer.status != VIRTIO_BLK_S_UNSUPP,
	      "VIRTIO_BLK_F_LIFETIME is negotiated, GET_LIFETIME ends with UNSUPP");
	if (answer.status != VIRTIO_BLK_S_OK)
		skip_test(t, "GET_LIFETIME ends with %s", blk_status_name(answer.status));
	lifetime = (const struct virtio_blk_lifetime *)request->in;
	CHECK(t, BLK_OP_23, from_le16(lifetime->pre_eol_info) <= VIRTIO_BLK_PRE_EOL_INFO_MOST,
	      "pre_eol_info is %u", from_le16(lifetime->pre_eol_info));
	CHECK(t, BLK_OP_24,
	      from_le16(lifetime->device_lifetime_est_typ_a) <= VIRTIO_BLK_LIFETIME_EST_MOST,
	      "device_lifetime_est_typ_a is %u", from_le16(lifetime->device_lifetime_est_typ_a));
	CHECK(t, BLK_OP_25,
	      from_le16(lifetime->device_lifetime_est_typ_b) <= VIRTIO_BLK_LIFETIME_EST_MOST,
	      "device_lifetime_est_typ_b is %u", from_le16(lifetime->device_lifetime_est_typ_b));
}
