/* SPDX-License-Identifier: BSD-2-Clause */
/* What has become of a request that did not come back, or came back without a word. */
#ifndef TESTS_HARNESS_DIAGNOSE_H
#define TESTS_HARNESS_DIAGNOSE_H

#include "tests/harness/plan/test.h"
#include "virtio/ring/queue.h"

/*
 * Tells apart, after a wait has run out: a lost call (the device has used buffers, no message came),
 * a lost kick (it uses them after being notified again), a silent device. Notifies the device. The
 * finding is part of the evidence of the test (tests/harness/judge/evidence.h).
 */
void diagnose(struct test_run *t, struct virtqueue *queue);

/*
 * Whether all that is wrong may be that the first notification of a queue, since it was set up, was lost: the device
 * went on after a second one, and nothing was given to it since. Diagnoses the work queue where only silence shows
 * (silence.h), and then notifies the device.
 */
bool start_was_lost(struct test_run *t);

#endif
