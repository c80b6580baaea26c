/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disguise: features that the device lacks and that are pretended. It offers them, keeps what
 * the driver accepts of them to itself, and does what they ask for. So clauses about them can be
 * seen to hold and, by saboteurs, to be broken, before a device with them is at hand.
 *
 * IN_ORDER: the devices behind use buffers in order anyway. NOTIFICATION_DATA, NOTIF_CONFIG_DATA:
 * kicks are turned into plain ones. SUSPEND: kicks and writes to the configuration are lost meanwhile.
 * VIRTIO_PMEM_F_SHMEM_REGION of persistent memory: there is a region 0 instead of the window, and an empty configuration.
 */
#ifndef SELFCHECK_OFFER_H
#define SELFCHECK_OFFER_H

#include "virtio/onlooker.h"

/*
 * Begins to pretend, on the device's side of whoever interferes; `features` is a set of bits 0 … 63. 0:
 * nothing is pretended.
 */
void offer_start(struct virtio_device *device, uint64_t features);

/* Ends it. */
void offer_end(void);

/* Whether the driver has accepted the pretended feature. */
bool offer_accepted(unsigned feature);

/* Whether the device pretends to be suspended. */
bool offer_suspended(void);

#endif
