/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disguise: the configuration access capability passes for one of a region of shared memory (virtio 1.4, 4.1.4.7), as
 * large as the interrupt status and in its place. Who does without the window misses nothing.
 */
#ifndef SELFCHECK_REGION_H
#define SELFCHECK_REGION_H

#include "pci/function.h"
#include "virtio/device.h"

/* Begins with it, with this id; a device over PCI. Boot CPU. */
void region_start(struct virtio_device *device, uint8_t id);

/* For the config_read hook of an onlooker: what a read of `width` bytes shows. Any CPU; handler-safe. */
uint32_t region_show(unsigned offset, unsigned width, uint32_t value);

/* Whether that byte says of which kind the capability is. Any CPU; handler-safe. */
bool region_has_type_at(unsigned offset);

#endif
