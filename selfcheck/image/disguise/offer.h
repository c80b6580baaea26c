/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Features that the device behind the shim lacks and the shim pretends: it offers them, keeps what
 * the driver accepts of them to itself, and does what they ask for. So clauses about them can be
 * seen to hold and, by saboteurs, to be broken, before a device with them is at hand.
 *
 * IN_ORDER: the devices behind use buffers in order anyway. NOTIFICATION_DATA, NOTIF_CONFIG_DATA:
 * kicks are turned into plain ones. SUSPEND: kicks and writes to the configuration are lost meanwhile.
 */
#ifndef TESTS_SABOTAGE_OFFER_H
#define TESTS_SABOTAGE_OFFER_H

#include "virtio/device.h"

/* Begins to pretend; `features` is a set of bits 0 … 63. 0: nothing is pretended. */
void offer_start(struct virtio_device *device, uint64_t features);

/* To be asked on each access, before anything else sees it: as struct virtio_hooks says. */
uint64_t offer_read(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		    uint64_t value);
bool offer_write(struct virtio_device *device, enum virtio_structure structure, uint32_t offset,
		 unsigned width, uint64_t *value);

/* Whether the driver has accepted the pretended feature. */
bool offer_accepted(unsigned feature);

/* Whether the device pretends to be suspended. */
bool offer_suspended(void);

#endif
