/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SeaBIOS: src/hw/virtio-pci.c, virtio-ring.c, virtio-blk.c, virtio-scsi.c. It resets without waiting, says ACKNOWLEDGE
 * and DRIVER at once, sets up the one queue that it needs, and polls with MSI-X off. It never resets again.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"

#define FOUND (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)

static const struct step queue[] = {
	{selects},      {reads_size}, {caps_size, 256}, {sees_disabled}, {makes_ring},
	{writes_areas}, {enables},    {finds_place},    {NULL},
};

static const struct step blk_start[] = {
	{writes_status, 0},
	{reads_isr},
	{writes_status, FOUND},
	{reads_offer, 2},
	{writes_features, 2},
	{writes_status, FOUND | VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{reads_fields},
	{sets_up_queues},
	{writes_status, FOUND | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step blk_lawful[] = {
	{writes_status, 0},
	{awaits_reset},
	{reads_isr},
	{writes_status, VIRTIO_STATUS_ACKNOWLEDGE},
	{writes_status, FOUND},
	{reads_offer, 2},
	{writes_features, 2},
	{writes_status, FOUND | VIRTIO_STATUS_FEATURES_OK},
	{sees_agreement},
	{reads_fields_between_generations},
	{sets_up_queues},
	{writes_status, FOUND | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK},
	{NULL},
};

static const struct step end[] = {{NULL}};

/* The geometry is read whether it is there or not. */
static const struct persona_field blk_fields[] = {
	{8, 4, VIRTIO_BLK_F_SIZE_MAX},
	{12, 4, VIRTIO_BLK_F_SEG_MAX},
	{0, 8, NO_FEATURE},
	{20, 4, VIRTIO_BLK_F_BLK_SIZE},
	{16, 2, NO_FEATURE},
	{18, 1, NO_FEATURE},
	{19, 1, NO_FEATURE},
	{.width = 0},
};

/* What it does with any disk. */
#define BLK                                                                                        \
	.driver = "SeaBIOS'",                                                                      \
	.takes = BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM) |                     \
		 BIT64(VIRTIO_BLK_F_BLK_SIZE) | BIT64(VIRTIO_BLK_F_SEG_MAX) |                      \
		 BIT64(VIRTIO_BLK_F_SIZE_MAX),                                                     \
	.start = blk_start, .lawful = blk_lawful, .queue = queue, .end = end,                      \
	.fields = blk_fields, .queues = 1, .one_piece = 4096, .quiet = true, .suppresses = true,   \
	.notifies_always = true, .reads_isr = true, .serves = serves_blk,                          \
	.reading = {.sectors = 1, .times = 4}

static const struct persona blk = {
	BLK,
};

TEST(persona, seabios_blk, PERSONA_OVER_PCI,
     .about = "SeaBIOS' driver comes up, reads the boot sector and is reset by the next",
     .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1, DRIVER_INIT_1, DRIVER_CFG_3, DRIVER_CFG_4))
{
	play_persona(t, &blk);
}

/* What lies above 4 GiB it reaches through the configuration window. */
static const struct persona blk_by_window = {
	BLK,
	.by_window = true,
};

TEST(persona, seabios_blk_works_through_the_window, .assumes = PERSONA_ASSUMES | STATE_WINDOW,
     .about = "SeaBIOS' driver does so where BARs lie above 4 GiB, through the window alone",
     .type = VIRTIO_TYPE_BLK, .needs = NEEDS_WORK | NEEDS_WINDOW, WITH_FEATURE(VIRTIO_F_VERSION_1),
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1, DRIVER_INIT_1, DRIVER_CFG_3, DRIVER_CFG_4))
{
	play_persona(t, &blk_by_window);
}

/* Queues 0 and 1 are left alone. */
static const struct persona scsi = {
	.driver = "SeaBIOS'",
	.takes = BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM),
	.start = blk_start,
	.lawful = blk_lawful,
	.queue = queue,
	.end = end,
	.fields = (const struct persona_field[]){{.width = 0}},
	.first_queue = 2,
	.queues = 1,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.reads_isr = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, seabios_scsi, PERSONA_OVER_PCI,
     .about = "SeaBIOS' driver comes up with the request queue alone and finds units",
     .type = VIRTIO_TYPE_SCSI,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1, DRIVER_INIT_1))
{
	play_persona(t, &scsi);
}
