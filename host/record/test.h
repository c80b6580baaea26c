/* SPDX-License-Identifier: BSD-2-Clause */
/* A test that has been judged, with the requirements that did not hold in it. */
#ifndef HOST_RECORD_TEST_H
#define HOST_RECORD_TEST_H

#include <json-glib/json-glib.h>

#include "host/record/words.h"

struct expectation;

/* A requirement that did not hold in a test. */
struct check {
	char *clause;
	enum level level;
	char *statement; /* what is required, in words; "" for none */
	char *section;   /* where; "" for none */
	char *message;   /* what was expected and seen */
	char *dump;      /* the state of the ring, on several lines; "" for none */
	char *repeat;    /* the words for the image that repeat the test; "" for none */
	const struct expectation *expectation; /* that it fails; NULL until verdict/ marks it */
};

/* All text is owned. */
struct test_result {
	char *suite;
	char *name;      /* without the suite */
	char *full_name; /* suite.name */
	char *device;    /* its BDF, "" for none */
	char *family;    /* the device's type by name: "blk"; "" when unknown */
	char *given;     /* the device as --device named it: "blk-scratch"; "" when unknown */
	char *variant;
	enum verdict verdict;
	char *reason;   /* why, in words; "" for none */
	char *taken_by; /* the clause that a finding is of which keeps it from being judged; "" */
	char *since; /* the test that made that finding, where a fresh boot might do without; "" */
	gboolean reason_is_check; /* it says again what one of the checks says */
	char *dump;               /* the state of the ring when it failed; "" for none */
	enum outcome outcome;
	char *vmm_said;    /* while it ran, on several lines; "" for nothing, */
	char *daemon_said; /* and so did the programs that serve devices */
	gboolean served;   /* a daemon serves the device, not the VMM itself */
	char *source;      /* where its source stands, file:line; NULL when unknown */
	char *repeat;      /* the words for the image that repeat it; "" where it went well */
	gint64 us;         /* how long it took, microseconds */
	GPtrArray *checks; /* struct check, owned */
	const struct expectation *expectation; /* that it ends so; NULL until verdict/ marks it */
};

/* Whether both are of the same test, device and variant. */
gboolean test_is_same(const struct test_result *a, const struct test_result *b);

/* How many tests ended with each verdict. */
struct counts {
	unsigned of[VERDICTS];
};

/* What the names begin with by which devices of a user's own daemon are asked for. */
#define OF_A_DAEMON "vhost-user:"

/* Whether that is such a name. */
gboolean is_of_a_daemon(const char *given);

/* A check out of a check record. Never fails; the caller owns it. */
struct check *check_new(JsonObject *record);

/*
 * A test out of a test record, and of an output record or NULL. checks are those that did not hold in it, struct check, and taken over. A verdict that
 * the program does not know is the suite's own error. Never fails; the caller owns it.
 */
struct test_result *test_result_new(JsonObject *record, JsonObject *output, GPtrArray *checks,
				    const char *family, const char *given);

/* Frees a check; void * so that an array can. */
void check_free(void *check);

/* Frees a test with its checks; void * so that an array can. */
void test_result_free(void *test);

/* Whether the VMM went down or stood still in this test. */
gboolean test_lost_the_vmm(const struct test_result *test);

/* Whether it says something of a device, be it good or bad. */
gboolean test_is_judged(const struct test_result *test);

/* What it ended with in one word: what became of the VMM, else its verdict. Static. */
const char *test_end_name(const struct test_result *test);

/* "suite.test [device type] variant": the test by a name that is its own within the job. The caller owns it. */
char *test_label(const struct test_result *test);

#endif
