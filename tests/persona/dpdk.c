/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DPDK: drivers/net/virtio/virtio_pci.c, virtio.c, virtio_ethdev.c, virtqueue.c. It reads the configuration byte by byte, sets up
 * all queues of the device and enables each at once, writes no size, maps nothing, and polls with interrupts suppressed.
 */
#include "tests/persona/persona.h"
#include "virtio/device/net.h"

#define SPLIT                                                                                      \
	(BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM) |                             \
	 BIT64(VIRTIO_F_ORDER_PLATFORM) | BIT64(VIRTIO_F_INDIRECT_DESC) |                          \
	 BIT64(VIRTIO_F_IN_ORDER) | BIT64(VIRTIO_F_NOTIFICATION_DATA) | BIT64(VIRTIO_NET_F_MAC) |  \
	 BIT64(VIRTIO_NET_F_STATUS) | BIT64(VIRTIO_NET_F_MQ) | BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR) | \
	 BIT64(VIRTIO_NET_F_CTRL_VQ) | BIT64(VIRTIO_NET_F_CTRL_RX) |                               \
	 BIT64(VIRTIO_NET_F_CTRL_VLAN) | BIT64(VIRTIO_NET_F_MRG_RXBUF) | BIT64(VIRTIO_NET_F_MTU) | \
	 BIT64(VIRTIO_NET_F_GUEST_ANNOUNCE) | BIT64(VIRTIO_NET_F_SPEED_DUPLEX))

static const struct step start[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{reads_fields_between_generations, 1},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 2},
	{writes_features, 2},
	{adds_status, VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{reads_fields_between_generations},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step queue[] = {
	{selects},      {reads_size},  {makes_ring}, {selects},
	{writes_areas}, {finds_place}, {enables},    {NULL},
};

static const struct step end[] = {{writes_status, 0}, {awaits_reset}, {NULL}};

static const struct persona_field fields[] = {
	{0, 6, VIRTIO_NET_F_MAC},
	{6, 2, VIRTIO_NET_F_STATUS},
	{8, 2, VIRTIO_NET_F_MQ},
	{10, 2, VIRTIO_NET_F_MTU},
	{12, 4, VIRTIO_NET_F_SPEED_DUPLEX},
	{16, 1, VIRTIO_NET_F_SPEED_DUPLEX},
	{.width = 0},
};

static const struct persona split = {
	.driver = "DPDK's",
	.takes = SPLIT,
	.start = start,
	.lawful = lawful,
	.queue = queue,
	.end = end,
	.fields = fields,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 2048},
	.control = true,
	.commands = sets_rx_mode,
};

TEST(persona, dpdk_net, PERSONA_OVER_PCI,
     .about = "DPDK's driver comes up with a split ring, chooses a mode, sends, and leaves",
     .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_CFG_1))
{
	play_persona(t, &split);
}

static const struct persona packed = {
	.driver = "DPDK's",
	.takes = SPLIT | BIT64(VIRTIO_F_RING_PACKED),
	.start = start,
	.lawful = lawful,
	.queue = queue,
	.end = end,
	.fields = fields,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 2048},
	.control = true,
	.commands = sets_rx_mode,
};

TEST(persona, dpdk_net_packed, .assumes = PERSONA_ASSUMES,
     .about = "DPDK's driver comes up with a packed ring, chooses a mode, sends, and leaves",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_RING_PACKED),
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_CFG_1))
{
	play_persona(t, &packed);
}
