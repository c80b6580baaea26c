/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A console device that the image itself speaks through, where a machine has no other way out for text
 * (virtio 1.4, 5.3). No onlooker sees it, no test may touch it.
 */
#ifndef VIRTIO_DEVICE_SPEAKER_H
#define VIRTIO_DEVICE_SPEAKER_H

#include "virtio/device.h"

/*
 * Brings a console device up for good, its queues in memory of their own, polled. False with device->problem
 * set, and the device reset, when that fails. Once, boot CPU.
 */
bool speaker_open(struct virtio_device *device) MUST_CHECK;

/*
 * Sends `length` bytes by its port 0 and waits until each piece has been used: 1 s, or 20 s where the
 * device has used one before. What it does not take is dropped. Any CPU, one at a time; handler-safe.
 */
void speaker_write(const char *text, size_t length);

#endif
