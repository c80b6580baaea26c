/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of one job: one run of the image on one VMM with one set of devices, which may
 * have taken several boots. Made of records alone, whether they come live from a console or
 * from a file, so that every command sees the same thing.
 *
 * The host program adds records of its own to the image's:
 *   job  name, vmm, version, machine, accelerator, time, devices, places (BDF to name),
 *        command, repeat_before, repeat_after: begins a job
 *   vmm  event, status, exit, output, test: what became of a VMM that did not end as it should
 *   test for a test in which the VMM went down: outcome says how, repeat how to see it again
 */
#ifndef HOST_RECORD_JOB_H
#define HOST_RECORD_JOB_H

#include <glib.h>
#include <json-glib/json-glib.h>

struct expectation;

/* A requirement that did not hold in a test. */
struct check {
	char *clause;
	char *level;
	char *statement; /* what is required, in words */
	char *section;   /* where */
	char *message;   /* what was expected and seen */
	char *dump;      /* the state of the ring, on several lines; "" for none */
	char *repeat;
	const struct expectation *expectation; /* that it fails, or NULL */
};

/* A test that has been judged. */
struct test_result {
	char *suite;
	char *name;         /* without the suite */
	char *full_name;    /* suite.name */
	char *device;       /* its BDF, "" for none */
	const char *family; /* the device's type by name: "blk"; "" when unknown */
	const char *given;  /* the device as --device named it: "blk-scratch"; "" when unknown */
	char *variant;
	char *verdict; /* pass, fail, warn, skip, error */
	char *reason;
	char *dump;    /* the state of the ring when it failed, on several lines; "" for none */
	char *outcome; /* of a hostile test, or vmm-died, vmm-hung, vmm-spins, …; "" for none */
	char *repeat;
	gint64 us;
	GPtrArray *checks;                     /* struct check */
	const struct expectation *expectation; /* that it ends so, or NULL */
};

struct device {
	char *bdf;
	char *name;
	char *transport;
	char *features;
	gint64 virtio_id;
	gint64 queues;
};

struct clause {
	char *id;
	char *level;
	char *verdict; /* holds, violated, unjudged */
	char *why;
	gint64 checks;
};

/* Where the image is in its plan. */
struct position {
	char *suite;
	char *test;
	char *device;
	char *variant;
	char *repeat;
	gint64 n;
	gint64 of;
};

struct counts {
	unsigned pass, fail, warn, skip, error;
};

struct job {
	char *name;
	char *vmm;
	char *version;
	char *machine;
	char *accelerator;
	char *time;             /* when it began, UTC: 2026-01-31T12:00:00 */
	char *repeat_before;    /* a shell command that repeats a test is this, */
	char *repeat_after;     /* the words that the image gave, and this */
	JsonObject *about;      /* the job record, or NULL */
	JsonObject *run;        /* the last run record, or NULL */
	JsonObject *summary;    /* the last summary record, or NULL */
	GPtrArray *devices;     /* struct device, in the order met */
	GPtrArray *tests;       /* struct test_result, in the order judged */
	GPtrArray *clauses;     /* struct clause, in the order met */
	GPtrArray *measures;    /* JsonObject: measure records */
	GPtrArray *incidents;   /* JsonObject: vmm records */
	GPtrArray *notes;       /* char *: sentences of the image to its user */
	struct position *at;    /* the test that started last, or NULL */
	gboolean in_test;       /* it has not ended */
	GPtrArray *open_checks; /* struct check whose test record has not come yet */
	GHashTable *clauses_by_id;
	struct counts counts;
};

struct job *job_new(void);
void job_free(struct job *job);

/* Takes one record into the job. Types that mean nothing here are left alone. */
void job_add(struct job *job, JsonObject *record);

/* The device of that BDF, or NULL. */
struct device *job_device(const struct job *job, const char *bdf);

/* Counts one verdict; what is none of the known ones is an error of the suite. */
void count_verdict(struct counts *counts, const char *verdict);

/* Whether the VMM went down or stood still in this test. */
gboolean test_lost_the_vmm(const struct test_result *test);

/* "suite.test [device type] variant": the test by a name that is its own within the job. The caller owns it. */
char *test_label(const struct test_result *test);

/*
 * Reads a file of records ("-" is standard input) into jobs: struct job, one for each job record
 * in it, or one when it has none. NULL with error set when it cannot be read or has no record.
 */
GPtrArray *jobs_load(const char *path, GError **error);

/* All jobs of all files, in order; NULL with error set as soon as one cannot be read. */
GPtrArray *jobs_load_all(char *const *paths, GError **error);

#endif
