/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Some devices serve a request only when somebody behind them takes what it sends (the far end of a
 * network, of a console), or lets it through (an IOMMU). Without one a device conforms while its requests
 * wait. Boot CPU.
 */
#ifndef TESTS_HARNESS_TAKER_H
#define TESTS_HARNESS_TAKER_H

#include "tests/harness/plan/test.h"

/* Whether the requests of a device's workload need a taker. */
bool taker_is_needed(const struct virtio_device *device);

/*
 * Puts one request and waits for it, as a test that judges nothing: t->subject->taker becomes TAKER_MISSING
 * when it stays. A device that cannot be brought up that far is left to the tests that judge it.
 */
extern const struct test taker_question;

#endif
