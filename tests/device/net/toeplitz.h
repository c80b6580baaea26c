/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash of receive-side scaling, as a reference (virtio 1.4, 5.1.6.4.1). */
#ifndef TESTS_DEVICE_NET_TOEPLITZ_H
#define TESTS_DEVICE_NET_TOEPLITZ_H

#include "tests/device/net/frame.h"
#include "virtio/device/net_control.h"

#define TOEPLITZ_KEY_BYTES 40u

extern const uint8_t toeplitz_key[TOEPLITZ_KEY_BYTES];

/* The Toeplitz hash of `length` bytes (at most 36) with toeplitz_key. */
uint32_t toeplitz(const uint8_t *bytes, uint32_t length);

/*
 * The hash of a frame with these hash types enabled, and in *type the one that was used. False when
 * none applies, so that no hash is made.
 */
bool rss_hash(const uint8_t *bytes, uint32_t length, uint32_t types, uint32_t *hash,
	      uint32_t *type);

#endif
