/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A check that broke while the device owed an answer may say no more than that nothing is served: its record is
 * held until it is known whether the device is still alive. Boot CPU.
 */
#ifndef TESTS_HARNESS_SILENCE_H
#define TESTS_HARNESS_SILENCE_H

#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/test.h"

/* A check whose record is held. */
struct held_check {
	enum clause_id clause;
	unsigned times; /* that it broke; the words are those of the first time */
	uint8_t status; /* device_status then */
	char message[FINDING_WORDS];
	char evidence[FINDING_WORDS * 8]; /* cut when longer */
};

/*
 * Whether nothing is known but that the device of a test is silent: it was given something, a wait ran out since,
 * and it has used nothing.
 */
bool only_silence_shows(const struct test_run *t);

/* Holds the record of a check; false when there is no room for more, and it is to be told at once. */
bool hold_check(const struct test_run *t, enum clause_id id, const char *message);

/* The first check that is held; NULL: there is none. */
const struct held_check *held_first(void);

/* The one that came after it; NULL behind the last. */
const struct held_check *held_next(const struct held_check *check);

/* Walks them. */
#define for_each_held(entry)                                                                       \
	for (const struct held_check *entry = held_first(); entry; entry = held_next(entry))

/* Forgets them all. */
void forget_held(void);

#endif
