/* SPDX-License-Identifier: BSD-2-Clause */
/* Which input of the I/O APIC a device's interrupt pin drives, found out by experiment. */
#ifndef TESTS_HARNESS_LINE_H
#define TESTS_HARNESS_LINE_H

#include "virtio/device.h"

/*
 * Makes the device assert its pin by completing a request with MSI-X off, and looks which input
 * follows; sets line_known, line and line_active_low. Nothing is reported: a device that fails here
 * has no line, and the tests that judge it say why. Only the firmware's interpreted tables (_PRT)
 * could tell without an experiment.
 */
void find_line(struct virtio_device *device);

#endif
