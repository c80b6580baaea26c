/* SPDX-License-Identifier: BSD-2-Clause */
/* A device as every test meets it: after power-on, as far as a driver can bring that about. Boot CPU. */
#ifndef TESTS_HARNESS_FRESH_H
#define TESTS_HARNESS_FRESH_H

#include "virtio/device.h"

/*
 * Resets a device whose queues were given back, takes its messages back (MSI-X off, every entry masked and
 * empty) and quietens its pin. It is reached through its BARs again, nothing is negotiated. False with
 * device->problem set when it does not come back from the reset.
 */
bool make_fresh(struct virtio_device *device) MUST_CHECK;

/*
 * Lets what a device has sent reach its handlers, on whatever CPU: for once it was reset, before its vectors are
 * given back.
 */
void settle_device(const struct virtio_device *device);

#endif
