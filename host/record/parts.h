/* SPDX-License-Identifier: BSD-2-Clause */
/* What a job consists of besides tests and measures: each is one record, read into a struct. */
#ifndef HOST_RECORD_PARTS_H
#define HOST_RECORD_PARTS_H

#include <json-glib/json-glib.h>

#include "host/record/words.h"

/* A device that the image has met. */
struct device {
	char *bdf;
	char *name; /* its type: "blk" */
	char *transport;
	char *features; /* those it offers, hexadecimal */
	gint64 queues;
	enum workload workload;
};

/* A requirement, and what the job has found of it. */
struct clause {
	char *id;
	enum level level;
	enum clause_verdict verdict; /* the worst of all boots */
	char *why;                   /* "" for none */
	gint64 checks;               /* how often it was judged, in all boots */
};

/* What the image said when it began. */
struct run {
	JsonObject *record;       /* owned */
	const char *command_line; /* the image's */
	gint64 cpus;              /* 0 when unknown */
	gint64 tsc_khz;           /* 0 when unknown */
};

/* What the image said when it had come to its end. */
struct summary {
	JsonObject *record; /* owned */
	gint64 errors;      /* tests, and what is wrong with the set-up and no test's fault */
	gint64 uncovered;   /* clauses that no test judges; -1 when unknown */
};

/* A VMM that did not end as it should. */
struct incident {
	JsonObject *record; /* owned */
	const char *event;  /* "vmm-died" */
	const char *words;
	const char *test;   /* in which it happened: suite.test; "" outside of one */
	const char *output; /* what it printed last, on several lines */
};

/* A root fault: what rests on it is not judged from then on. */
struct root_fault {
	gboolean lasts; /* whatever was done before: a fresh boot would meet it again */
	char *device;   /* its BDF */
	char *clause;
	char *since;          /* the test that found it: suite.test, maybe with its variant */
	unsigned fresh_boots; /* begun before it was found */
};

/* Whether a fault came again when its first test was repeated alone. */
struct confirmation {
	char *fault; /* the clause, or what became of a test: "BLK-12", "vmm-died in ring.wrap" */
	gint64 tried, failed;
	char *behind; /* the test behind which it does come; "" when that is not known */
};

/* Where the image is in its plan. */
struct position {
	char *suite;
	char *test;
	char *device;
	char *variant;
	char *source; /* where its source stands: file:line; "" when unknown */
	gint64 n;     /* from 1 */
	gint64 of;
};

/*
 * Each out of its record, and freed; void * so that an array can. They never fail; the caller owns what they return. A run
 * and an incident keep their records.
 */
struct device *device_new(JsonObject *record);
struct run *run_new(JsonObject *record);
struct summary *summary_new(JsonObject *record);
struct incident *incident_new(JsonObject *record);
struct root_fault *root_fault_new(JsonObject *record, unsigned fresh_boots);
struct confirmation *confirmation_new(JsonObject *record);
struct position *position_new(JsonObject *record);
void device_free(void *device);
void run_free(void *run);
void summary_free(void *summary);
void incident_free(void *incident);
void root_fault_free(void *fault);
void confirmation_free(void *confirmation);
void position_free(void *position);

/* A clause of which nothing but this is known; the caller owns it. */
struct clause *clause_new(const char *id, enum level level, enum clause_verdict verdict,
			  const char *why);

/* Frees it; void * so that an array can. */
void clause_free(void *clause);

#endif
