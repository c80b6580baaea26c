/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of records that decide something, as values: read once, when a record is, and written by
 * nobody but the functions here. docs/records.md and docs/host.md say what they mean.
 */
#ifndef HOST_RECORD_WORDS_H
#define HOST_RECORD_WORDS_H

#include <glib.h>

/* What a test ends with, the best first. */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_WARN, VERDICT_ERROR, VERDICT_FAIL, VERDICTS };

/* How much a clause demands. */
enum level {
	LEVEL_NONE, /* the record does not say, or in no word that is known */
	LEVEL_MUST,
	LEVEL_MUST_NOT,
	LEVEL_SHOULD,
	LEVEL_SHOULD_NOT,
	LEVEL_MAY,
	LEVELS
};

/* What a run has found of a clause; what weighs more comes later. */
enum clause_verdict { CLAUSE_UNJUDGED, CLAUSE_HOLDS, CLAUSE_VIOLATED, CLAUSE_VERDICTS };

/* What became of the VMM, or of a daemon that it needs, in a test. */
enum outcome {
	OUTCOME_NONE, /* it is still there */
	OUTCOME_VMM_DIED,
	OUTCOME_VMM_ENDED,
	OUTCOME_VMM_HUNG,
	OUTCOME_VMM_SPINS,
	OUTCOME_VMM_STOPPED,
	OUTCOME_DAEMON_DIED,    /* a program that serves a device ended */
	OUTCOME_DAEMON_HUNG_UP, /* it closed its connection, and lives on */
	OUTCOMES
};

/* Whose requests judge the rings of a device. */
enum workload {
	WORKLOAD_UNKNOWN, /* the record does not say: it is an older image's */
	WORKLOAD_NONE,
	WORKLOAD_OWN,       /* those that the image has for its type */
	WORKLOAD_DESCRIBED, /* those that the user has described */
	WORKLOADS
};

/* "pass", "fail", … Static. */
const char *verdict_name(enum verdict verdict);

/* "MUST", "MUST NOT", …; "" of LEVEL_NONE. Static. */
const char *level_name(enum level level);

/* "holds", "violated", "unjudged". Static. */
const char *clause_verdict_name(enum clause_verdict verdict);

/* "vmm-died", "daemon-died", …; "" of OUTCOME_NONE. Static. */
const char *outcome_name(enum outcome outcome);

/* The value of a verdict's word. FALSE, and *verdict left alone, when text is none. */
gboolean verdict_parse(const char *text, enum verdict *verdict);

/* The value of a level's word; LEVEL_NONE when text is none. */
enum level level_parse(const char *text);

/* The value of a clause's verdict; CLAUSE_UNJUDGED when text is none. */
enum clause_verdict clause_verdict_parse(const char *text);

/* The value of an outcome's word; OUTCOME_NONE when text is none. */
enum outcome outcome_parse(const char *text);

/* "none", "own", "described"; "" of WORKLOAD_UNKNOWN. Static. */
const char *workload_name(enum workload workload);

/* The value of a workload's word; WORKLOAD_UNKNOWN when text is none. */
enum workload workload_parse(const char *text);

/* What a broken clause of that level makes of a test: MUST and MUST NOT fail it, all else warns. */
enum verdict level_verdict(enum level level);

#endif
