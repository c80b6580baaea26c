/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of one job: one run of the image on one VMM with one set of devices, which may
 * have taken several boots. Made of records alone, whether they come live from a console or
 * from a file, so that every command sees the same thing. Each record is read once, into a struct;
 * where a document passes one on as it came, the struct keeps it.
 *
 * The host program adds records of its own to the image's:
 *   job  name, vmm, version, machine, accelerator, time, devices, places (BDF to name), served
 *        (devices that a daemon serves), command, expect (name of a file), repeat_before, repeat_after, ends: begins a job
 *   end  status: ends it, where `ends` says that it comes
 *   vmm  event, status, exit, output, test: what became of a VMM that did not end as it should
 *   output vmm, daemons: what they printed during the test whose record comes next
 *   boot device, since, skip, from, tests, again: begins a fresh boot for what a root fault took away, or
 *        for the tests in `again`, which were skipped
 *   test for a test in which the VMM went down: outcome says how, repeat how to see it again
 */
#ifndef HOST_RECORD_JOB_H
#define HOST_RECORD_JOB_H

#include <json-glib/json-glib.h>

#include "host/record/measure.h"
#include "host/record/parts.h"
#include "host/record/test.h"

/* All text is "" where nothing is known. */
struct job {
	char *name;
	char *vmm;
	char *version;
	char *machine;
	char *accelerator;
	char *time;    /* when it began, UTC: 2026-01-31T12:00:00 */
	char *command; /* by which the program was invoked */
	char *expect;  /* the name of the file of expectations that it was told, "none"; or "" */
	char *omitted; /* tests that were left out because they are known to do harm */
	char *repeat_before;      /* a shell command that repeats a test is this, */
	char *repeat_after;       /* the words that the image gave, and this */
	GPtrArray *asked;         /* char *: the names by which devices were asked for */
	GPtrArray *served;        /* char *: those of them that a daemon serves */
	GHashTable *places;       /* the name by which the device at a BDF was asked for */
	struct run *run;          /* of the last boot, or NULL */
	struct summary *summary;  /* the last, or NULL: it never came */
	GPtrArray *devices;       /* struct device, in the order met */
	GPtrArray *tests;         /* struct test_result, in the order judged */
	GPtrArray *clauses;       /* struct clause, in the order met */
	GPtrArray *measures;      /* struct measure */
	GPtrArray *incidents;     /* struct incident */
	GPtrArray *notes;         /* char *: sentences of the image to its user */
	GPtrArray *findings;      /* struct root_fault, each once */
	GPtrArray *confirmations; /* struct confirmation */
	struct position *at;      /* the test that started last, or NULL */
	gboolean in_test;         /* it has not ended */
	char *touched;            /* what is done with which device outside of every test; "" */
	JsonObject *trial;   /* what is tried in the test, and may be the end of the VMM; or NULL */
	gboolean end_is_due; /* the records are to be closed by an end record */
	gboolean closed;     /* and it has come */
	GPtrArray *unended;  /* char *: tests that began, and another began before they ended */
	gint64 ended;        /* tests that ended since the plan was begun */
	gint64 left_out;     /* tests before the first of them; -1 before that */
	gint64 missing;      /* tests of plans that came to their summary without them */
	gboolean again;      /* the boot judges again what an earlier one could not */
	gboolean for_skipped;      /* which is what it has skipped, though another job judged it */
	unsigned fresh_boots;      /* such boots */
	unsigned boots_for_faults; /* those of them that judge what root faults took away */
	unsigned regained;         /* tests that those have judged */
	struct test_result *last;  /* that a record was about; NULL: it told nothing new */
	GPtrArray *open_checks;    /* struct check whose test record has not come yet */
	JsonObject
		*open_output; /* what was said in a test whose record has not come yet, or NULL */
	GHashTable *clauses_by_id;
	GHashTable *
		held_in_boot; /* ids of clauses that held in this boot and whose record has not come */
	struct counts counts; /* of the tests */
};

/* A job of which nothing is known. Never fails; the caller owns it. */
struct job *job_new(void);

/* Frees it with all that it holds. NULL is fine. */
void job_free(struct job *job);

/* Takes one record into the job, which refers to it as long as it needs. Types that mean nothing here are left alone. */
void job_add(struct job *job, JsonObject *record);

/* The device of that BDF, or NULL. The job owns it. */
struct device *job_device(const struct job *job, const char *bdf);

/*
 * Which of those that were asked for, from 0, the device at that BDF is, where a VMM does not say which stands where: the
 * devices of a type stand in the order in which they were asked for. -1 when it does say, or when there are not as many
 * of the type as were asked for.
 */
int job_asked_at(const struct job *job, const char *bdf);

/* The name by which the device at that BDF was asked for; "" when unknown. The job owns it. */
const char *job_given(const struct job *job, const char *bdf);

/* Whether a daemon serves the device that was asked for by that name. */
gboolean job_is_served(const struct job *job, const char *given);

/* Whom it judges: "qemu", or with a daemon "vhost-user:rng behind qemu". The caller owns it. */
char *job_subject(const struct job *job);

/* Whether all tests of all devices were asked for. */
gboolean job_is_whole(const struct job *job);

/* Whether the image came to its summary, and the records to their end: what was not judged is known. */
gboolean job_is_complete(const struct job *job);

/* How many incidents no test answers for: the VMM went down between tests or at its end. */
unsigned job_lonely_incidents(const struct job *job);

#endif
