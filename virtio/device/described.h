/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of device types that nobody here knows, as a user describes them. */
#ifndef VIRTIO_DEVICE_DESCRIBED_H
#define VIRTIO_DEVICE_DESCRIBED_H

#include "virtio/device/workload.h"

/*
 * Takes a description: PART:NUMBER with commas between, each at most once. `queue` (0) takes the requests, of `out` (0)
 * bytes that the device reads and `in` (0) that it may write, 1 to 65536 together; `data` (in hexadecimal digits, up to
 * 64 bytes) is what the readable bytes begin with, and zeros follow. It is for devices of the virtio id `type`, or of
 * any (0), that have no workload of their own. "" takes back what was described. False, with one sentence in
 * `message` (`size` bytes), for anything else. Boot CPU.
 */
bool workload_describe(const char *text, char *message, size_t size) MUST_CHECK;

#endif
