/* SPDX-License-Identifier: BSD-2-Clause */
/* Which clauses are about a device. Boot CPU. */
#ifndef TESTS_HARNESS_APPLIES_H
#define TESTS_HARNESS_APPLIES_H

#include "tests/harness/judge/clause.h"
#include "virtio/device.h"

/* Whether the clause's area is about devices of its type, or about all. */
bool clause_binds(const struct clause *clause, const struct virtio_device *device);

/* Whether the device has what the clause needs, as far as that can be told from the device. */
bool clause_needs_met(const struct clause *clause, const struct virtio_device *device);

#endif
