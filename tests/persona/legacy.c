/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drivers of legacy interfaces. Linux 3: drivers/virtio/virtio_pci_legacy.c. It does not wait for the end of a reset, reads the
 * configuration byte by byte, and forgets its queues behind the reset. OpenBSD: sys/dev/pci/virtio_pci.c, sys/dev/pv/virtio.c,
 * vioblk.c, if_vio.c. It maps its events when the queues are set up and used. SeaBIOS: src/hw/virtio-pci.c, virtio-blk.c,
 * virtio-scsi.c. It accepts nothing, and writes no features.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

#define FOUND (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)

static const struct step linux_start[] = {
	{writes_status, 0},
	{sees_status},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 1},
	{writes_features, 1},
	{reads_fields, 1},
	{enables_messages},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step linux_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 1},
	{writes_features, 1},
	{reads_fields, 1},
	{enables_messages},
	{sets_up_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step linux_queue[] = {
	{selects}, {reads_size}, {makes_ring}, {writes_areas}, {finds_place}, {maps_vector}, {NULL},
};

static const struct step linux_end[] = {
	{writes_status, 0}, {sees_status}, {unmaps_queues}, {forgets_queues}, {NULL},
};

static const struct persona linux_3 = {
	.driver = "Linux 3's",
	.takes = BIT64(VIRTIO_F_INDIRECT_DESC) | BIT64(VIRTIO_F_EVENT_IDX),
	.start = linux_start,
	.lawful = linux_lawful,
	.queue = linux_queue,
	.end = linux_end,
	.indirect = true,
	.any_type = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, linux_legacy, PERSONA_OVER_LEGACY_PCI,
     .about = "the driver of Linux 3 comes up, works, and leaves",
     .judges = CLAUSES(INIT_TXT_1, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SANE_1,
		       SPLIT_NOTIF_5, SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &linux_3);
}

static const struct step openbsd_start[] = {
	{writes_status, 0},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 1},
	{writes_features, 1},
	{reads_fields},
	{sets_up_queues},
	{enables_messages},
	{maps_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step openbsd_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{adds_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{adds_status, VIRTIO_STATUS_DRIVER},
	{reads_offer, 1},
	{writes_features, 1},
	{reads_fields},
	{sets_up_queues},
	{enables_messages},
	{maps_queues},
	{adds_status, VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step openbsd_queue[] = {
	{selects}, {reads_size}, {makes_ring}, {selects}, {writes_areas}, {finds_place}, {NULL},
};

static const struct step openbsd_end[] = {{writes_status, 0}, {NULL}};

/* NOTIFY_ON_EMPTY, which it takes too, has tests of its own. */
static const struct persona openbsd_blk = {
	.driver = "OpenBSD's",
	.takes = BIT64(VIRTIO_F_INDIRECT_DESC) | BIT64(VIRTIO_BLK_F_RO) |
		 BIT64(VIRTIO_BLK_F_SIZE_MAX) | BIT64(VIRTIO_BLK_F_SEG_MAX) |
		 BIT64(VIRTIO_BLK_F_FLUSH),
	.start = openbsd_start,
	.lawful = openbsd_lawful,
	.queue = openbsd_queue,
	.end = openbsd_end,
	.fields = (const struct persona_field[]){{8, 4, VIRTIO_BLK_F_SIZE_MAX},
						 {12, 4, VIRTIO_BLK_F_SEG_MAX},
						 {0, 8, NO_FEATURE},
						 {.width = 0}},
	.queues = 1,
	.indirect = true,
	.serves = serves_blk,
	.reading = {.sectors = 1, .times = 4},
};

TEST(persona, openbsd_blk, PERSONA_OVER_LEGACY_PCI,
     .about = "OpenBSD's driver comes up, reads, and leaves", .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SANE_1, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &openbsd_blk);
}

static const struct persona openbsd_net = {
	.driver = "OpenBSD's",
	.takes = BIT64(VIRTIO_F_INDIRECT_DESC) | BIT64(VIRTIO_F_EVENT_IDX) |
		 BIT64(VIRTIO_NET_F_MAC) | BIT64(VIRTIO_NET_F_STATUS) |
		 BIT64(VIRTIO_NET_F_MRG_RXBUF) | BIT64(VIRTIO_NET_F_CSUM) |
		 BIT64(VIRTIO_NET_F_GUEST_CSUM),
	.start = openbsd_start,
	.lawful = openbsd_lawful,
	.queue = openbsd_queue,
	.end = openbsd_end,
	.fields = (const struct persona_field[]){{0, 1, VIRTIO_NET_F_MAC},
						 {1, 1, VIRTIO_NET_F_MAC},
						 {2, 1, VIRTIO_NET_F_MAC},
						 {3, 1, VIRTIO_NET_F_MAC},
						 {4, 1, VIRTIO_NET_F_MAC},
						 {5, 1, VIRTIO_NET_F_MAC},
						 {.width = 0}},
	.queues = 2,
	.indirect = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 128, .bytes = 2048, .apart = true},
};

TEST(persona, openbsd_net, PERSONA_OVER_LEGACY_PCI,
     .about = "OpenBSD's driver comes up, sends, and leaves", .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SANE_1, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &openbsd_net);
}

static const struct step seabios_start[] = {
	{writes_status, 0},
	{reads_isr},
	{writes_status, FOUND},
	{sets_up_queues},
	{reads_fields},
	{reads_offer, 1},
	{writes_status, FOUND | VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step seabios_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{reads_isr},
	{writes_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{writes_status, FOUND},
	{sets_up_queues},
	{reads_fields},
	{reads_offer, 1},
	{writes_status, FOUND | VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step seabios_queue[] = {
	{selects}, {reads_size}, {makes_ring}, {writes_areas}, {finds_place}, {NULL},
};

static const struct step seabios_end[] = {{NULL}};

static const struct persona seabios_blk = {
	.driver = "SeaBIOS'",
	.takes = 0,
	.start = seabios_start,
	.lawful = seabios_lawful,
	.queue = seabios_queue,
	.end = seabios_end,
	.fields = (const struct persona_field[]){{0, 4, NO_FEATURE},
						 {4, 4, NO_FEATURE},
						 {8, 4, NO_FEATURE},
						 {12, 4, NO_FEATURE},
						 {16, 4, NO_FEATURE},
						 {20, 4, NO_FEATURE},
						 {.width = 0}},
	.queues = 1,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.reads_isr = true,
	.serves = serves_blk,
	.reading = {.sectors = 1, .times = 4},
};

TEST(persona, seabios_legacy_blk, PERSONA_OVER_LEGACY_PCI,
     .about = "SeaBIOS' driver comes up and reads the boot sector", .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SANE_1, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &seabios_blk);
}

static const struct persona seabios_scsi = {
	.driver = "SeaBIOS'",
	.takes = 0,
	.start = seabios_start,
	.lawful = seabios_lawful,
	.queue = seabios_queue,
	.end = seabios_end,
	.fields = (const struct persona_field[]){{.width = 0}},
	.first_queue = 2,
	.queues = 1,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.reads_isr = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, seabios_legacy_scsi, PERSONA_OVER_LEGACY_PCI,
     .about = "SeaBIOS' driver comes up with the request queue alone and finds units",
     .type = VIRTIO_TYPE_SCSI,
     .judges = CLAUSES(PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SANE_1, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10))
{
	play_persona(t, &seabios_scsi);
}
