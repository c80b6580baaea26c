/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD: sys/dev/virtio/pci/virtio_pci_modern.c, block/virtio_blk.c, network/if_vtnetvar.h. It asks for size and place of
 * each queue first, lays the ring out in one piece, maps all events once the queues are set up, then enables them.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

#define COMMON (BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_INDIRECT_DESC))

static const struct step start[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{reads_fields_between_generations},
	{counts_queues},
	{sets_up_queues},
	{enables_messages},
	{maps_queues},
	{enables_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step queue[] = {
	{selects}, {reads_size},  {makes_ring},   {selects}, {finds_place},
	{selects}, {writes_size}, {writes_areas}, {NULL},
};

static const struct step end[] = {{writes_status, 0}, {awaits_reset}, {NULL}};

static const struct persona blk = {
	.driver = "FreeBSD's",
	.takes = COMMON | BIT64(VIRTIO_BLK_F_SIZE_MAX) | BIT64(VIRTIO_BLK_F_SEG_MAX) |
		 BIT64(VIRTIO_BLK_F_GEOMETRY) | BIT64(VIRTIO_BLK_F_RO) |
		 BIT64(VIRTIO_BLK_F_BLK_SIZE) | BIT64(VIRTIO_BLK_F_FLUSH) |
		 BIT64(VIRTIO_BLK_F_TOPOLOGY) | BIT64(VIRTIO_BLK_F_CONFIG_WCE) |
		 BIT64(VIRTIO_BLK_F_DISCARD),
	.start = start,
	.queue = queue,
	.end = end,
	.queues = 1,
	.one_piece = 4096,
	.indirect = true,
	.serves = serves_blk,
	.reading = {.sectors = 8, .times = 4},
};

TEST(persona, freebsd_blk, PERSONA_OVER_PCI,
     .about = "FreeBSD's driver comes up, reads, and leaves", .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &blk);
}

static const struct persona net = {
	.driver = "FreeBSD's",
	.takes = COMMON | BIT64(VIRTIO_F_EVENT_IDX) | BIT64(VIRTIO_NET_F_MAC) |
		 BIT64(VIRTIO_NET_F_STATUS) | BIT64(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) |
		 BIT64(VIRTIO_NET_F_MTU) | BIT64(VIRTIO_NET_F_CTRL_VQ) |
		 BIT64(VIRTIO_NET_F_CTRL_RX) | BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR) |
		 BIT64(VIRTIO_NET_F_CTRL_VLAN) | BIT64(VIRTIO_NET_F_CSUM) |
		 BIT64(VIRTIO_NET_F_HOST_TSO4) | BIT64(VIRTIO_NET_F_HOST_TSO6) |
		 BIT64(VIRTIO_NET_F_HOST_ECN) | BIT64(VIRTIO_NET_F_GUEST_CSUM) |
		 BIT64(VIRTIO_NET_F_GUEST_TSO4) | BIT64(VIRTIO_NET_F_GUEST_TSO6) |
		 BIT64(VIRTIO_NET_F_GUEST_ECN) | BIT64(VIRTIO_NET_F_MRG_RXBUF) |
		 BIT64(VIRTIO_NET_F_MQ) | BIT64(VIRTIO_NET_F_SPEED_DUPLEX),
	.start = start,
	.queue = queue,
	.end = end,
	.one_piece = 4096,
	.indirect = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 2048},
	.control = true,
	.commands = sets_rx_mode,
};

TEST(persona, freebsd_net, PERSONA_OVER_PCI,
     .about = "FreeBSD's driver comes up, chooses a mode, sends, and leaves",
     .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &net);
}
