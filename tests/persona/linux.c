/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux: drivers/virtio/virtio.c, virtio_pci_common.c, virtio_pci_modern.c, virtio_pci_modern_dev.c, drivers/block/virtio_blk.c,
 * drivers/net/virtio_net.c. It adds bits to the status that it reads, selects a queue anew for each register, maps each
 * event to a message of its own, enables all queues in the end, and unmaps them when they are gone already. Before
 * virtio_pci_modern_dev.c it read queue_notify_off before it set up a queue, and selected once.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

/* What it keeps of any device, old and new. */
#define OLD_RING                                                                                   \
	(BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM) |                             \
	 BIT64(VIRTIO_F_INDIRECT_DESC) | BIT64(VIRTIO_F_EVENT_IDX))
#define NEW_RING                                                                                   \
	(OLD_RING | BIT64(VIRTIO_F_RING_PACKED) | BIT64(VIRTIO_F_ORDER_PLATFORM) |                 \
	 BIT64(VIRTIO_F_RING_RESET))

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
	{enables_messages},
	{sets_up_queues},
	{enables_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step queue[] = {
	{selects},     {reads_size},  {selects},     {sees_disabled}, {makes_ring},
	{selects},     {writes_size}, {selects},     {writes_areas},  {selects},
	{maps_vector}, {selects},     {finds_place}, {NULL},
};

static const struct step old_queue[] = {
	{selects},     {reads_size},   {sees_disabled}, {makes_ring}, {finds_place},
	{writes_size}, {writes_areas}, {maps_vector},   {NULL},
};

static const struct step end[] = {{writes_status, 0}, {awaits_reset}, {unmaps_queues}, {NULL}};

static const struct persona any = {
	.driver = "Linux'",
	.takes = NEW_RING,
	.start = start,
	.queue = queue,
	.end = end,
	.indirect = true,
	.any_type = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, linux_new, .assumes = PERSONA_ASSUMES,
     .about = "Linux' driver comes up, works, and leaves", .needs = NEEDS_WORK,
     WITH_FEATURE(VIRTIO_F_VERSION_1),
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &any);
}

static const struct persona old = {
	.driver = "Linux 4's",
	.takes = OLD_RING,
	.start = start,
	.queue = old_queue,
	.end = end,
	.indirect = true,
	.any_type = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, linux_old, .assumes = PERSONA_ASSUMES,
     .about = "the driver of Linux 4 comes up, works, and leaves", .needs = NEEDS_WORK,
     WITH_FEATURE(VIRTIO_F_VERSION_1),
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &old);
}

/* The partition table is what is read first. */
static const struct persona blk = {
	.driver = "Linux'",
	.takes = NEW_RING | BIT64(VIRTIO_BLK_F_SEG_MAX) | BIT64(VIRTIO_BLK_F_SIZE_MAX) |
		 BIT64(VIRTIO_BLK_F_GEOMETRY) | BIT64(VIRTIO_BLK_F_RO) |
		 BIT64(VIRTIO_BLK_F_BLK_SIZE) | BIT64(VIRTIO_BLK_F_FLUSH) |
		 BIT64(VIRTIO_BLK_F_TOPOLOGY) | BIT64(VIRTIO_BLK_F_CONFIG_WCE) |
		 BIT64(VIRTIO_BLK_F_MQ) | BIT64(VIRTIO_BLK_F_DISCARD) |
		 BIT64(VIRTIO_BLK_F_WRITE_ZEROES) | BIT64(VIRTIO_BLK_F_SECURE_ERASE) |
		 BIT64(VIRTIO_BLK_F_ZONED),
	.start = start,
	.queue = queue,
	.end = end,
	.indirect = true,
	.serves = serves_blk,
	.reading = {.sectors = 8, .times = 4},
};

TEST(persona, linux_blk, .assumes = PERSONA_ASSUMES,
     .about = "Linux' driver comes up, reads the partition table, and leaves",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_VERSION_1),
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &blk);
}

static const struct persona net = {
	.driver = "Linux'",
	.takes = NEW_RING | BIT64(VIRTIO_NET_F_CSUM) | BIT64(VIRTIO_NET_F_GUEST_CSUM) |
		 BIT64(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) | BIT64(VIRTIO_NET_F_MTU) |
		 BIT64(VIRTIO_NET_F_MAC) | BIT64(VIRTIO_NET_F_GUEST_TSO4) |
		 BIT64(VIRTIO_NET_F_GUEST_TSO6) | BIT64(VIRTIO_NET_F_GUEST_ECN) |
		 BIT64(VIRTIO_NET_F_GUEST_UFO) | BIT64(VIRTIO_NET_F_HOST_TSO4) |
		 BIT64(VIRTIO_NET_F_HOST_TSO6) | BIT64(VIRTIO_NET_F_HOST_ECN) |
		 BIT64(VIRTIO_NET_F_HOST_UFO) | BIT64(VIRTIO_NET_F_MRG_RXBUF) |
		 BIT64(VIRTIO_NET_F_STATUS) | BIT64(VIRTIO_NET_F_CTRL_VQ) |
		 BIT64(VIRTIO_NET_F_CTRL_RX) | BIT64(VIRTIO_NET_F_CTRL_VLAN) |
		 BIT64(VIRTIO_NET_F_GUEST_ANNOUNCE) | BIT64(VIRTIO_NET_F_MQ) |
		 BIT64(VIRTIO_NET_F_CTRL_MAC_ADDR) | BIT64(VIRTIO_NET_F_SPEED_DUPLEX) |
		 BIT64(VIRTIO_NET_F_STANDBY),
	.start = start,
	.queue = queue,
	.end = end,
	.indirect = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 256, .bytes = 1536},
	.burst = 32,
	.control = true,
	.commands = sets_pair_and_mode,
};

TEST(persona, linux_net, .assumes = PERSONA_ASSUMES,
     .about = "Linux' driver comes up, chooses a queue pair and a mode, sends, and leaves",
     .type = VIRTIO_TYPE_NET, .needs = NEEDS_WORK, WITH_FEATURE(VIRTIO_F_VERSION_1),
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_INIT_6))
{
	play_persona(t, &net);
}
