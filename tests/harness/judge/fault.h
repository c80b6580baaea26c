/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Root faults: clauses that much else rests on. What is found broken once is told once; the tests that take
 * it for granted (.assumes) are not judged from then on, and say since when. Boot CPU.
 */
#ifndef TESTS_HARNESS_FAULT_H
#define TESTS_HARNESS_FAULT_H

#include "lib/format.h"
#include "tests/harness/judge/clause.h"
#include "tests/harness/plan/result.h"

#define FAULTS_MOST 16
#define SINCE_SIZE  192

/* One that is known of a device. */
struct fault {
	enum clause_id clause;
	uint32_t takes;         /* STATE_…: what nobody can take for granted any more */
	char since[SINCE_SIZE]; /* the test in which it was found, with its variant */
};

/* Those that are known of one device. */
struct faults {
	unsigned count;
	struct fault list[FAULTS_MOST];
	bool length_told; /* used lengths beyond their buffers were told, and take nothing away */
	bool notice_told; /* likewise that a message was missing */
};

/* One STATE_… in words, behind "takes for granted". */
const char *state_name(uint32_t state);

/* Whether a clause that is broken is a root fault; *takes: STATE_… that it takes away then. */
bool is_root(enum clause_id id, uint32_t *takes);

/*
 * STATE_… that the test that runs takes for granted: what it declares, or else what it needs and judges; and what its
 * variant is.
 */
uint32_t assumed_by(const struct test_run *t);

/* STATE_… that the faults take away, all together. */
uint32_t taken_by(const struct faults *faults);

/* The fault of a clause; NULL: it is not known. */
const struct fault *fault_of(const struct faults *faults, enum clause_id id);

/* The test that runs, with its variant: since when something is so. */
void since_now(const struct test_run *t, char since[SINCE_SIZE]);

/* Whether a fault takes away what the test that runs takes for granted, or is what it would tell again. */
bool fault_is_in_the_way(const struct test_run *t, const struct fault *fault);

/* Enters a fault, or what is known now to be taken away besides, and tells it (record `finding`). */
void enter_fault(struct test_run *t, enum clause_id id, uint32_t takes);

/* The same for one that an earlier boot has told: it is since then, and no test of this boot is its cause. */
void enter_earlier_fault(const struct virtio_device *device, struct faults *faults,
			 enum clause_id id, uint32_t takes);

/* The same for a clause that was found broken, where whatever breaks it is a root fault, unless it is known. */
void note_fault(struct test_run *t, enum clause_id id);

/* Enters, and tells, the faults of the device that are known from an earlier boot of the same run (vp.known). */
void know_faults(const struct virtio_device *device, struct faults *faults);

/* Whether an earlier boot has told that the device breaks the clause, and would tell only that again (vp.told, vp.known). */
bool told_by_earlier_boot(const struct virtio_device *device, enum clause_id id);

/* Whether this boot was begun to judge what the broken clause had taken away (vp.told): it may come again, and need not. */
bool told_before_this_boot(const struct virtio_device *device, enum clause_id id);

/* Adds the parameter vp.told for those of the device, behind a space; nothing where there are none. Boot CPU. */
void add_told_before(struct text *words, const struct virtio_device *device);

#endif
