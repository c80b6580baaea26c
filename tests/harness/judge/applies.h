/* SPDX-License-Identifier: BSD-2-Clause */
/* Which clauses are about a device. Boot CPU. */
#ifndef TESTS_HARNESS_APPLIES_H
#define TESTS_HARNESS_APPLIES_H

#include "tests/harness/judge/clause.h"
#include "virtio/device.h"

/* Whether the clause's area is about devices of its type, or about all. */
bool clause_binds(const struct clause *clause, const struct virtio_device *device);

/*
 * The clause by which the device's transport says what PCI says by this one; the clause itself where PCI is the device's
 * transport, or the clause is of no transport; likewise by which its legacy interface says what the modern one does.
 * NO_CLAUSE: this transport says nothing of the kind, or the clause does not bind the interface, modern or legacy, by
 * which the device is driven.
 */
enum clause_id clause_on(const struct virtio_device *device, enum clause_id id);

/*
 * How a root fault of the clause is named on the device: by clause_on(), or by itself where that is none. What it takes away
 * it takes from interfaces, too, that it does not bind.
 */
const char *clause_name_on(const struct virtio_device *device, enum clause_id id);

/* Whether the device has what the clause needs, as far as that can be told from the device. */
bool clause_needs_met(const struct clause *clause, const struct virtio_device *device);

/* Whether the clause is about set-ups in which the driver declines a feature. */
bool clause_is_without(const struct clause *clause, unsigned feature);

#endif
