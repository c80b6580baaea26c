/* SPDX-License-Identifier: BSD-2-Clause */
/* Each feature of the type on and off: the device takes the choice and goes on working. */
#include "tests/device/blk/exchange.h"

/* Brings the device up with exactly these type features and reads a block. */
static bool works_with(struct test_run *t, uint64_t type_features, uint8_t *data)
{
	struct features features = features_for(t);
	bool accepted;

	features.words[0] &= ~(BIT64(24) - 1);
	features.words[0] |= type_features;
	accepted = negotiate(t, features);
	start_over(t);
	if (!accepted)
		return false;
	set_up(t, features, 1);
	go_live(t);
	blk_read(t, 0, blk_block_sectors(t), data);
	start_over(t);
	return true;
}

TEST(blk, each_feature_alone_and_left_out,
     .about = "any one feature of the type can be declined, or accepted alone",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(FEAT_2))
{
	uint64_t offered = t->device->offered.words[0] & (BIT64(24) - 1);
	uint32_t block = blk_block_sectors(t);
	uint8_t *data = test_memory(t, "data", block * VIRTIO_BLK_SECTOR, 16);

	blk_capacity(t, block);
	if (blk_offers(t, VIRTIO_BLK_F_ZONED))
		skip_test(t, "a host-managed disk does not go without VIRTIO_BLK_F_ZONED");
	for (unsigned bit = 0; bit < 24; bit++) {
		if (!(offered & BIT64(bit)))
			continue;
		CHECK(t, FEAT_2, works_with(t, offered & ~BIT64(bit), data),
		      "FEATURES_OK reads back clear with all features of the type but %s",
		      feature_name(VIRTIO_TYPE_BLK, bit));
		CHECK(t, FEAT_2, works_with(t, BIT64(bit), data),
		      "FEATURES_OK reads back clear with %s as the only feature of the type",
		      feature_name(VIRTIO_TYPE_BLK, bit));
	}
}
