/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iPXE: src/drivers/bus/virtio.c, src/drivers/net/virtio-net.c. It reads the status back after each write, comes up as far as
 * FEATURES_OK for the address alone, resets and begins again, takes 256 entries at most, polls without a word to the device,
 * and notifies a queue at the place of its index: it does not read queue_notify_off.
 */
#include "tests/persona/persona.h"
#include "virtio/device/net.h"

#define FOUND  VIRTIO_STATUS_ACKNOWLEDGE
#define DRIVEN (FOUND | VIRTIO_STATUS_DRIVER)
#define AGREED (DRIVEN | VIRTIO_STATUS_FEATURES_OK)
#define LIVE   (AGREED | VIRTIO_STATUS_DRIVER_OK)

/* From reset to FEATURES_OK. */
#define NEGOTIATION                                                                                \
	{writes_status, 0}, {awaits_reset}, {writes_status, FOUND}, {sees_status, FOUND},          \
		{writes_status, DRIVEN}, {sees_status, DRIVEN}, {reads_offer, 2},                  \
		{writes_features, 2}, {writes_status, AGREED},                                     \
	{                                                                                          \
		sees_agreement                                                                     \
	}

static const struct step start[] = {
	NEGOTIATION,           {reads_fields},      NEGOTIATION, {sets_up_queues},
	{writes_status, LIVE}, {sees_status, LIVE}, {NULL},
};

static const struct step once[] = {
	NEGOTIATION,           {reads_fields},      {sets_up_queues},
	{writes_status, LIVE}, {sees_status, LIVE}, {NULL},
};

static const struct step queue[] = {
	{selects},      {reads_size}, {writes_size},   {makes_ring}, {selects},
	{writes_areas}, {enables},    {guesses_place}, {NULL},
};

static const struct step end[] = {{writes_status, 0}, {awaits_reset}, {NULL}};

/* The address is read whether it is there or not. */
static const struct persona_field fields[] = {
	{0, 1, NO_FEATURE}, {1, 1, NO_FEATURE}, {2, 1, NO_FEATURE},        {3, 1, NO_FEATURE},
	{4, 1, NO_FEATURE}, {5, 1, NO_FEATURE}, {10, 2, VIRTIO_NET_F_MTU}, {.width = 0},
};

static const struct persona net = {
	.driver = "iPXE's",
	.takes = BIT64(VIRTIO_F_VERSION_1) | BIT64(VIRTIO_NET_F_MTU) | BIT64(VIRTIO_NET_F_MAC),
	.start = start,
	.once = once,
	.queue = queue,
	.end = end,
	.fields = fields,
	.queues = 2,
	.size_most = 256,
	.quiet = true,
	.notifies_always = true,
	.serves = serves_net,
	.reading = {.times = 4},
	.receiving = {.buffers = 16, .bytes = 12 + 1518, .apart = true},
};

TEST(persona, ipxe_net, PERSONA_OVER_PCI,
     .about = "iPXE's driver comes up twice, sends, and closes", .type = VIRTIO_TYPE_NET,
     .judges = CLAUSES(FEAT_2, INIT_TXT_1, PACKED_EV_TXT_3, PCI_CFGACC_TXT_3, PCI_NOTIFY_TXT_2,
		       SPLIT_NOTIF_5, SPLIT_TXT_2, VQ_TXT_9, VQ_TXT_10),
     .breaks = RULES(DRIVER_CFG_3))
{
	play_persona(t, &net);
}
