/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What no register says of a reset, asked once of each subject by experiment, before a test needs the answer:
 * whether features stay in force, whether rings begin at 0, whether pending bits are 0 where nothing has ever
 * been pending. Boot CPU.
 */
#ifndef TESTS_HARNESS_INSPECT_H
#define TESTS_HARNESS_INSPECT_H

#include "tests/harness/plan/test.h"

/* Whether it is still to be found out what a reset leaves of a set-up that never went live. */
bool giving_up_is_due(const struct test_run *t);

/*
 * Finds that out, by a set-up of all queues with their vectors, and judges it as a finding of the test that runs: what
 * single tests would find of it has as many names as there are registers.
 */
void inspect_giving_up(struct test_run *t);

/* Whether the device of a test is still to be inspected, and can be: it has a workload that somebody takes. */
bool inspection_is_due(const struct test_run *t);

/*
 * Makes the experiments. Only what they show is judged: as findings of the test that runs, each a root fault
 * (tests/harness/judge/fault.h). A device that cannot be brought up so far is left to the tests. The device
 * and the arena are to be made fresh before the test begins.
 */
void inspect_subject(struct test_run *t);

/* Whether it is still to be found out if features that bring queues stay, and the test may take such. */
bool queue_bits_are_due(const struct test_run *t);

/* Finds that out, as above (FEAT-TXT-2): a device in which they do may serve nothing any more. */
void inspect_queue_bits(struct test_run *t);

/*
 * Whether it is still to be found out if the device takes chains of several descriptors, and the test will send such.
 * Only then: there are devices that serve nothing any more after one.
 */
bool chains_are_due(const struct test_run *t);

/*
 * Finds that out, as above. A device that takes none is told so once (SPLIT-FRAME-1): whoever needs some is not judged
 * then, and all others make do without (new_request()).
 */
void inspect_chains(struct test_run *t);

/* Whether it is still to be found out if single queues can be reset, and the test will do so. */
bool queue_reset_is_due(const struct test_run *t);

/* Finds that out, as above: a device where they cannot is told so once (PCI-COMMON-16). */
void inspect_queue_reset(struct test_run *t);

/* Whether it is still to be found out if the device takes indirect tables, and the test will send such. */
bool tables_are_due(const struct test_run *t);

/* Finds that out, likewise (SPLIT-IND-TXT-1): with a request in one table, all else as before. */
void inspect_tables(struct test_run *t);

/* Whether it is still to be found out if queues serve that no interrupt tells of, and the test will poll such. */
bool polling_is_due(const struct test_run *t);

/*
 * Finds that out, likewise (SANE-14). There are back ends that hang up when they shall tell of a used buffer and have
 * been given nothing to tell it by.
 */
void inspect_polling(struct test_run *t);

/* Whether it is still to be found out if a notification tells of more than one buffer. */
bool batches_are_due(const struct test_run *t);

/* Finds that out, likewise (SANE-18): with two plain requests behind one notification. */
void inspect_batches(struct test_run *t);

#endif
