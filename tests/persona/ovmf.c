/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OVMF, of EDK2: OvmfPkg/Virtio10Dxe/Virtio10.c, Library/VirtioLib/VirtioLib.c, VirtioBlkDxe/VirtioBlk.c,
 * VirtioScsiDxe/VirtioScsi.c, VirtioRngDxe/VirtioRng.c, VirtioNetDxe/Snp*.c. It resets without waiting, looks for the place of
 * a notification before each one, polls with MSI-X off, and writes 0 to the status when the operating system takes over.
 */
#include "tests/persona/persona.h"
#include "virtio/device/blk.h"
#include "virtio/device/net.h"

#define FOUND  VIRTIO_STATUS_ACKNOWLEDGE
#define DRIVEN (FOUND | VIRTIO_STATUS_DRIVER)
#define AGREED (DRIVEN | VIRTIO_STATUS_FEATURES_OK)
#define LIVE   (AGREED | VIRTIO_STATUS_DRIVER_OK)
#define COMMON (BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_F_ACCESS_PLATFORM))

static const struct step queue[] = {
	{selects}, {reads_size}, {makes_ring}, {rereads_size}, {writes_areas}, {enables}, {NULL},
};

/* All but the network: the configuration is read before the features are agreed on. */
static const struct step start[] = {
	{writes_status, 0},
	{writes_status, FOUND},
	{writes_status, DRIVEN},
	{reads_offer, 2},
	{reads_fields},
	{writes_features, 2},
	{writes_status, AGREED},
	{sees_agreement},
	{sets_up_queues},
	{writes_status, LIVE},
	{NULL},
};

static const struct step lawful[] = {
	{writes_status, 0},      {awaits_reset},          {writes_status, FOUND},
	{writes_status, DRIVEN}, {reads_offer, 2},        {reads_fields_between_generations},
	{writes_features, 2},    {writes_status, AGREED}, {sees_agreement},
	{sets_up_queues},        {writes_status, LIVE},   {NULL},
};

static const struct step end[] = {{writes_status, 0}, {NULL}};

static const struct persona_field blk_fields[] = {
	{0, 8, NO_FEATURE},
	{20, 4, VIRTIO_BLK_F_BLK_SIZE},
	{24, 1, VIRTIO_BLK_F_TOPOLOGY},
	{25, 1, VIRTIO_BLK_F_TOPOLOGY},
	{28, 4, VIRTIO_BLK_F_TOPOLOGY},
	{.width = 0},
};

static const struct persona blk = {
	.driver = "OVMF's",
	.takes = COMMON | BIT64(VIRTIO_BLK_F_BLK_SIZE) | BIT64(VIRTIO_BLK_F_TOPOLOGY) |
		 BIT64(VIRTIO_BLK_F_RO) | BIT64(VIRTIO_BLK_F_FLUSH),
	.start = start,
	.lawful = lawful,
	.queue = queue,
	.end = end,
	.fields = blk_fields,
	.queues = 1,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.looks_again = true,
	.serves = serves_blk,
	.reading = {.sectors = 8, .times = 4},
};

TEST(persona, ovmf_blk, PERSONA_OVER_PCI, .about = "OVMF's driver comes up, reads, and leaves",
     .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1, DRIVER_CFG_4))
{
	play_persona(t, &blk);
}

static const struct persona scsi = {
	.driver = "OVMF's",
	.takes = COMMON,
	.start = start,
	.lawful = lawful,
	.queue = queue,
	.end = end,
	.fields = (const struct persona_field[]){{0, 4, NO_FEATURE},
						 {30, 2, NO_FEATURE},
						 {32, 4, NO_FEATURE},
						 {8, 4, NO_FEATURE},
						 {.width = 0}},
	.first_queue = 2,
	.queues = 1,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.looks_again = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, ovmf_scsi, PERSONA_OVER_PCI,
     .about = "OVMF's driver comes up with the request queue alone, and leaves",
     .type = VIRTIO_TYPE_SCSI,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1))
{
	play_persona(t, &scsi);
}

static const struct persona rng = {
	.driver = "OVMF's",
	.takes = COMMON,
	.start = start,
	.lawful = lawful,
	.queue = queue,
	.end = end,
	.fields = (const struct persona_field[]){{.width = 0}},
	.queues = 1,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.looks_again = true,
	.serves = serves_workload,
	.reading = {.times = 4},
};

TEST(persona, ovmf_rng, PERSONA_OVER_PCI, .about = "OVMF's driver comes up, reads, and leaves",
     .type = VIRTIO_TYPE_ENTROPY,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1))
{
	play_persona(t, &rng);
}

/* It asks for the address first, resets, and comes up from status 0 when the network is wanted. */
static const struct step net_start[] = {
	{writes_status, 0},     {writes_status, FOUND},  {writes_status, DRIVEN},
	{reads_offer, 2},       {reads_fields},          {writes_status, 0},
	{writes_status, FOUND}, {writes_status, DRIVEN}, {reads_offer, 2},
	{writes_features, 2},   {writes_status, AGREED}, {sees_agreement},
	{sets_up_queues},       {writes_status, LIVE},   {NULL},
};

static const struct step net_lawful[] = {
	{writes_status, 0},      {awaits_reset},   {writes_status, FOUND},
	{writes_status, DRIVEN}, {reads_offer, 2}, {reads_fields_between_generations},
	{writes_status, 0},      {awaits_reset},   {writes_status, FOUND},
	{writes_status, DRIVEN}, {reads_offer, 2}, {writes_features, 2},
	{writes_status, AGREED}, {sees_agreement}, {sets_up_queues},
	{writes_status, LIVE},   {NULL},
};

/* Without the first time, and by the rules. */
static const struct step net_once[] = {
	{writes_status, 0},      {awaits_reset},   {writes_status, FOUND},
	{writes_status, DRIVEN}, {reads_offer, 2}, {writes_features, 2},
	{writes_status, AGREED}, {sees_agreement}, {sets_up_queues},
	{writes_status, LIVE},   {NULL},
};

static const struct persona_field net_fields[] = {
	{0, 1, VIRTIO_NET_F_MAC},    {1, 1, VIRTIO_NET_F_MAC},
	{2, 1, VIRTIO_NET_F_MAC},    {3, 1, VIRTIO_NET_F_MAC},
	{4, 1, VIRTIO_NET_F_MAC},    {5, 1, VIRTIO_NET_F_MAC},
	{6, 2, VIRTIO_NET_F_STATUS}, {.width = 0},
};

static const struct persona net = {
	.driver = "OVMF's",
	.takes = COMMON | BIT64(VIRTIO_NET_F_MAC) | BIT64(VIRTIO_NET_F_STATUS),
	.start = net_start,
	.lawful = net_lawful,
	.once = net_once,
	.queue = queue,
	.end = end,
	.fields = net_fields,
	.queues = 2,
	.one_piece = 4096,
	.quiet = true,
	.suppresses = true,
	.notifies_always = true,
	.looks_again = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 64, .bytes = 12 + 1514, .apart = true},
};

TEST(persona, ovmf_net, PERSONA_OVER_PCI,
     .about = "OVMF's driver comes up twice, sends, and leaves", .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(FEAT_2, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2, SPLIT_NOTIF_5,
		       SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_RESET_1))
{
	play_persona(t, &net);
}
