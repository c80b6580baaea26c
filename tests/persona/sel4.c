/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4's device driver framework, sDDF: virtio/transport/mmio.c, drivers/blk/virtio/block.c,
 * drivers/network/virtio/common/ethernet.c. Over MMIO. It resets without waiting, writes each status bit alone, accepts what it
 * likes without a look at the offer, the disk without VERSION_1, and takes a part of the queue's size.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

#define FOUND  VIRTIO_STATUS_ACKNOWLEDGE
#define DRIVEN (FOUND | VIRTIO_STATUS_DRIVER)
#define AGREED (DRIVEN | VIRTIO_STATUS_FEATURES_OK)
#define LIVE   (AGREED | VIRTIO_STATUS_DRIVER_OK)

static const struct step queue[] = {
	{selects},      {reads_size}, {makes_ring},  {selects}, {writes_size},
	{writes_areas}, {enables},    {finds_place}, {NULL},
};

static const struct step net_start[] = {
	{writes_status, 0},
	{writes_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{writes_status, VIRTIO_STATUS_DRIVER},
	{writes_features, 2},
	{writes_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{sets_up_queues},
	{writes_status, VIRTIO_STATUS_DRIVER_OK},
	{reads_isr},
	{NULL},
};

static const struct step net_lawful[] = {
	{writes_status, 0},      {awaits_reset},   {writes_status, FOUND},
	{writes_status, DRIVEN}, {reads_offer, 2}, {writes_features, 2},
	{writes_status, AGREED}, {sees_agreement}, {sets_up_queues},
	{writes_status, LIVE},   {reads_isr},      {NULL},
};

static const struct step end[] = {{NULL}};

static const struct persona net = {
	.driver = "seL4's",
	.takes = BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_NET_F_MAC),
	.start = net_start,
	.lawful = net_lawful,
	.queue = queue,
	.end = end,
	.queues = 2,
	.size_most = 512,
	.one_piece = 4,
	.quiet = true,
	.notifies_always = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 2048, .apart = true},
};

TEST(persona, sel4_net, .assumes = PERSONA_ASSUMES,
     .about = "seL4's driver comes up over MMIO and sends", .type = VIRTIO_TYPE_NET,
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_VERSION_1), .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_STATUS_1, DRIVER_RESET_1, DRIVER_FEAT_5))
{
	play_persona(t, &net);
}

static const struct step blk_start[] = {
	{writes_status, 0},
	{writes_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{writes_status, VIRTIO_STATUS_DRIVER},
	{reads_fields},
	{writes_features, 2},
	{writes_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{sets_up_queues},
	{writes_status, VIRTIO_STATUS_DRIVER_OK},
	{reads_isr},
	{NULL},
};

static const struct step blk_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{writes_status, FOUND},
	{writes_status, DRIVEN},
	{reads_offer, 2},
	{reads_fields_between_generations},
	{writes_features, 2},
	{writes_status, AGREED},
	{sees_agreement},
	{sets_up_queues},
	{writes_status, LIVE},
	{reads_isr},
	{NULL},
};

static const struct persona blk = {
	.driver = "seL4's",
	.takes = 0,
	.start = blk_start,
	.lawful = blk_lawful,
	.queue = queue,
	.end = end,
	.fields = (const struct persona_field[]){{0, 8, NO_FEATURE},
						 {16, 2, VIRTIO_BLK_F_GEOMETRY},
						 {.width = 0}},
	.queues = 1,
	.size_most = 1024,
	.one_piece = 4,
	.quiet = true,
	.notifies_always = true,
	.serves = serves_blk,
	.reading = {.sectors = 8, .times = 4},
};

TEST(persona, sel4_blk, .assumes = PERSONA_ASSUMES,
     .about = "seL4's driver comes up over MMIO and reads", .type = VIRTIO_TYPE_BLK,
     .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_VERSION_1), .traits = DEVICE_OVER_MMIO,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_STATUS_1, DRIVER_RESET_1, DRIVER_FEAT_5, DRIVER_FEAT_4, DRIVER_CFG_4))
{
	play_persona(t, &blk);
}
