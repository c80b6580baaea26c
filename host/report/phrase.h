/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words for what went wrong, the same on the terminal and in every document: a format lays them
 * out and adds none of its own.
 */
#ifndef HOST_REPORT_PHRASE_H
#define HOST_REPORT_PHRASE_H

#include <glib.h>

#include "host/verdict/conclusion.h"
#include "host/verdict/faults.h"

/* What a phrase says. */
enum phrase_part {
	PHRASE_REASON,     /* why it did not pass, unless a check says so */
	PHRASE_RING,       /* the state of the ring at its end */
	PHRASE_SEEN,       /* a requirement that did not hold, and what was seen */
	PHRASE_REQUIRED,   /* what it requires, and where */
	PHRASE_WHERE,      /* in which tests a fault was seen */
	PHRASE_TAKEN,      /* what could not be judged because of it */
	PHRASE_CONFIRMED,  /* whether it came again alone */
	PHRASE_CHECK_RING, /* the state of the ring when it did not hold */
	PHRASE_VMM,        /* what the VMM said meanwhile */
	PHRASE_DAEMON,     /* what the programs that serve devices said meanwhile */
	PHRASE_EXPECTED,   /* why it was expected to fail */
	PHRASE_SOURCE,     /* where the test's source stands */
	PHRASE_REPEAT,     /* a shell command that repeats the test */
};

/* One thing that is said of a failed test. */
struct phrase {
	enum phrase_part part;
	char *text; /* maybe several lines; never empty */
};

/* What went wrong in a job but is no test. */
struct extra {
	const char *type;    /* "vmm-died", "stale expectation", "incomplete" */
	const char *message; /* in a sentence */
	const char *detail;  /* on several lines, "" for none */
	char *line;          /* all on one line */
};

/*
 * Why the marked test did not pass, in the order to be read: struct phrase, none when there is nothing
 * to say. The caller owns the array, and that the phrases.
 */
GPtrArray *phrase_failure(const struct job *job, const struct test_result *test);

/* The same as lines, each beginning with indent and ending with a newline; "" for none. The caller owns it. */
char *phrase_lines(const struct job *job, const struct test_result *test, const char *indent);

/*
 * What is to be said of a fault, in the order to be read, with the evidence of its first sighting: struct phrase. The
 * caller owns the array, and that the phrases.
 */
GPtrArray *phrase_fault(const struct fault *fault);

/* The fault in one sentence: what, and what was seen first. The caller owns it. */
char *phrase_fault_headline(const struct fault *fault);

/* The phrases as lines, each beginning with indent and ending with a newline; "" for none. The caller owns it. */
char *phrase_fault_lines(const struct fault *fault, const char *indent);

/*
 * Why the test did not pass as lines: as phrase_lines() where one of the faults was seen first in it, else which fault
 * it is and where that is explained. The caller owns it.
 */
char *phrase_test_among(const GPtrArray *faults, const struct job *job,
			const struct test_result *test, const char *indent);

/* What a part is called in documents that machines read: "reason", "ring", … Static. */
const char *phrase_part_name(enum phrase_part part);

/*
 * The marked test's failure in one sentence: its reason, unless a check says it again; then the first check
 * that nobody expected, or the first; "" for none. strict: a warning is wrong too. The caller owns it.
 */
char *phrase_headline(const struct test_result *test, gboolean strict);

/* The shell command that repeats the test; NULL where it went well, or no run is known. The caller owns it. */
char *phrase_repeat(const struct job *job, const struct test_result *test);

/* Of a job that judged nothing else, in a run of everything. */
#define PHRASE_TRANSPORT_ALONE "nothing but the transport was judged of any device"

/*
 * What went wrong in the job but is no test: struct extra, whose texts but the line belong to the job
 * and its expectations. The caller owns the array, and that the extras.
 */
GPtrArray *phrase_extras(const struct conclusion *conclusion);

#endif
