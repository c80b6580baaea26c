/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the transport share. */
#ifndef TESTS_TRANSPORT_TRANSPORT_H
#define TESTS_TRANSPORT_TRANSPORT_H

#include "tests/harness/drive/drive.h"

/* The status bits of a driver that has come so far (3.1.1). */
#define STATUS_FOUND      VIRTIO_STATUS_ACKNOWLEDGE
#define STATUS_DRIVEN     (STATUS_FOUND | VIRTIO_STATUS_DRIVER)
#define STATUS_NEGOTIATED (STATUS_DRIVEN | VIRTIO_STATUS_FEATURES_OK)
#define STATUS_LIVE       (STATUS_NEGOTIATED | VIRTIO_STATUS_DRIVER_OK)

/* What is offered and described by the specification: all that a driver may accept (2.2.1). */
struct features features_described(const struct virtio_device *device);

/* VERSION_1 and what a device may insist on (chapter 6), where it is offered. */
struct features features_least(const struct virtio_device *device);

/* The queues that exist and that this image can hold. */
unsigned queues_of(const struct virtio_device *device);

/*
 * Whether a queue below num_queues exists, which it need not: queue_size of one that is unavailable reads 0, and
 * its other fields mean nothing (4.1.4.3). Selects it.
 */
bool queue_is_there(struct virtio_device *device, unsigned index);

/* ACKNOWLEDGE, then DRIVER: from there on a driver may read and select what the device has (3.1.1). */
void meet_device(struct virtio_device *device);

/* Negotiates; fails the test when FEATURES_OK does not stick. */
void agree_on(struct test_run *t, struct features features);

/*
 * Agrees on what the workload needs and sets up the first `count` queues of the device without
 * interrupts; those whose bit of `held` is set are not enabled. DRIVER_OK is not set.
 */
void set_up_polled(struct test_run *t, unsigned count, uint64_t held);

/*
 * Goes through initialisation up to the given status; with DRIVER_OK in it the queues that the type
 * needs are set up before, without interrupts.
 */
void advance_to(struct test_run *t, uint8_t status);

/*
 * Reads the interrupt status until it has shown all of `wanted`, or patience ends; what it showed taken together. A
 * buffer may show as used before the device sets its bit.
 */
uint8_t gather_interrupt_status(struct virtio_device *device, uint8_t wanted);

#endif
