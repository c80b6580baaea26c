/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows: kvm-guest-drivers-windows, VirtIO/VirtIOPCICommon.c, VirtIOPCIModern.c, viostor/virtio_stor.c,
 * virtio_stor_hw_helper.c, vioscsi/vioscsi.c, viorng/, Balloon/, NetKVM/Common/ParaNdis_Common.cpp, ParaNdis_VirtIO.cpp. The
 * storage drivers look over all queues before they accept features; each queue is enabled at once, its ring in one piece.
 * NetKVM maps its queues to messages when they are enabled already.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

#define COMMON                                                                                     \
	(BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM) |                             \
	 BIT64(VIRTIO_F_RING_PACKED) | BIT64(VIRTIO_F_EVENT_IDX) | BIT64(VIRTIO_F_INDIRECT_DESC) | \
	 BIT64(VIRTIO_F_ORDER_PLATFORM))
#define PIECE 64

static const struct step start[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{reads_fields_between_generations},
	{counts_queues},
	{looks_over_queues},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{enables_messages},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step queue[] = {
	{selects},      {reads_size}, {makes_ring},  {finds_place}, {writes_size},
	{writes_areas}, {selects},    {maps_vector}, {enables},     {NULL},
};

static const struct step end[] = {{writes_status, 0}, {awaits_reset}, {unmaps_queues}, {NULL}};

static const struct persona blk = {
	.driver = "Windows'",
	.takes = COMMON | BIT64(VIRTIO_BLK_F_FLUSH) | BIT64(VIRTIO_BLK_F_CONFIG_WCE) |
		 BIT64(VIRTIO_BLK_F_RO) | BIT64(VIRTIO_BLK_F_SIZE_MAX) |
		 BIT64(VIRTIO_BLK_F_SEG_MAX) | BIT64(VIRTIO_BLK_F_BLK_SIZE) |
		 BIT64(VIRTIO_BLK_F_GEOMETRY) | BIT64(VIRTIO_BLK_F_MQ) |
		 BIT64(VIRTIO_BLK_F_DISCARD) | BIT64(VIRTIO_BLK_F_WRITE_ZEROES),
	.start = start,
	.queue = queue,
	.end = end,
	.one_piece = PIECE,
	.indirect = true,
	.serves = serves_blk,
	.reading = {.sectors = 1, .times = 4},
};

TEST(persona, windows_blk, PERSONA_OVER_PCI,
     .about = "Windows' driver comes up, reads the boot sector, and leaves",
     .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &blk);
}

/* vioscsi, viorng, Balloon. */
static const struct persona other = {
	.driver = "Windows'",
	.takes = COMMON,
	.start = start,
	.queue = queue,
	.end = end,
	.one_piece = PIECE,
	.indirect = true,
	.any_type = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, windows_scsi, PERSONA_OVER_PCI,
     .about = "Windows' driver comes up, finds units, and leaves", .type = VIRTIO_TYPE_SCSI,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &other);
}

/* No feature of the ring but what any device has. */
static const struct step plain_start[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{enables_messages},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct persona plain = {
	.driver = "Windows'",
	.takes = BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM),
	.start = plain_start,
	.queue = queue,
	.end = end,
	.one_piece = PIECE,
	.any_type = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, windows_rng, PERSONA_OVER_PCI, .about = "Windows' driver comes up, reads, and leaves",
     .type = VIRTIO_TYPE_ENTROPY,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &plain);
}

TEST(persona, windows_balloon, PERSONA_OVER_PCI,
     .about = "Windows' driver comes up, gives pages, and leaves", .type = VIRTIO_TYPE_BALLOON,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &plain);
}

static const struct step net_start[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{reads_fields_between_generations},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{sets_up_queues},
	{enables_messages},
	{maps_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step net_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{reads_fields_between_generations},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{enables_messages},
	{sets_up_queues},
	{maps_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step net_queue[] = {
	{selects},     {reads_size},   {makes_ring}, {finds_place},
	{writes_size}, {writes_areas}, {enables},    {NULL},
};

static const struct persona net = {
	.driver = "Windows'",
	.takes = COMMON | BIT64(VIRTIO_NET_F_CSUM) | BIT64(VIRTIO_NET_F_GUEST_CSUM) |
		 BIT64(VIRTIO_NET_F_MTU) | BIT64(VIRTIO_NET_F_MAC) | BIT64(VIRTIO_NET_F_HOST_TSO4) |
		 BIT64(VIRTIO_NET_F_HOST_TSO6) | BIT64(VIRTIO_NET_F_MRG_RXBUF) |
		 BIT64(VIRTIO_NET_F_STATUS) | BIT64(VIRTIO_NET_F_CTRL_VQ) |
		 BIT64(VIRTIO_NET_F_CTRL_RX) | BIT64(VIRTIO_NET_F_CTRL_RX_EXTRA) |
		 BIT64(VIRTIO_NET_F_CTRL_VLAN) | BIT64(VIRTIO_NET_F_GUEST_ANNOUNCE) |
		 BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR) | BIT64(VIRTIO_NET_F_SPEED_DUPLEX),
	.start = net_start,
	.lawful = net_lawful,
	.queue = net_queue,
	.end = end,
	.queues = 2,
	.one_piece = PIECE,
	.indirect = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 2048},
	.control = true,
	.commands = sets_rx_mode,
};

TEST(persona, windows_net, PERSONA_OVER_PCI,
     .about = "Windows' driver comes up, chooses a mode, sends, and leaves",
     .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_COMMON_5, DRIVER_INIT_6))
{
	play_persona(t, &net);
}
