/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run says, as records (docs/records.md), and the three ways to print them. The runner calls
 * the functions at the bottom; each format is one struct reporter.
 */
#ifndef TESTS_HARNESS_REPORT_H
#define TESTS_HARNESS_REPORT_H

#include "lib/histogram.h"
#include "tests/harness/plan/test.h"

#define REPORT_SCHEMA 1

struct run_facts {
	const char *version, *hypervisor, *boot, *loader, *tsc_source, *interrupt_controller;
	const char *command_line;
	unsigned cpus;
	uint32_t tsc_khz;
	uint64_t seed;
};

/* How one test on one device in one variant went. */
struct result {
	const struct test *test;
	const struct virtio_device *device; /* NULL: the test is about no device */
	const char *variant;
	enum verdict verdict;
	const char *reason;
	const char *dump; /* of a test that was left or cut off, as in struct broken_check; or "" */
	uint64_t microseconds;
	unsigned number, of; /* place in the plan, from 1 */
};

/* A check that did not hold. */
struct broken_check {
	const struct clause *clause;
	const struct result *result; /* verdict not final yet */
	const char *message;
	const char *repeat; /* command line words that run just this again */
	const char *dump;   /* rings and interrupt state in words, "" when there is none */
};

struct totals {
	unsigned verdicts[VERDICTS];
	unsigned holds, violated, unjudged, uncovered;
	uint64_t milliseconds;
};

struct measure;
struct sabotage_result;
struct sabotage_totals;

struct reporter {
	void (*run)(const struct run_facts *facts);
	void (*device)(const struct virtio_device *device);
	void (*plan)(unsigned tests);
	void (*start)(const struct result *result);
	void (*check)(const struct broken_check *check);
	void (*test)(const struct result *result);
	void (*clause)(const struct clause *clause, enum clause_verdict verdict, unsigned checks,
		       const char *why);
	void (*note)(const char *sentence);
	/* A run of saboteurs: each of them, each clause that none can break, the sums. */
	void (*measure)(const struct measure *measure);
	void (*picture)(const struct histogram *histogram, const char *unit); /* may be NULL */
	void (*sabotage)(const struct sabotage_result *result);
	void (*suspect)(const struct clause *clause);
	void (*sabotage_summary)(const struct sabotage_totals *totals);
	void (*summary)(const struct totals *totals, enum verdict worst);
};

extern const struct reporter text_reporter, tap_reporter, json_reporter;

/* Says nothing. */
extern const struct reporter silent_reporter;

/* The reporter in use; chosen from options.format by report_choose(). */
extern const struct reporter *reporter;
void report_choose(void);

/* Prints to the console. */
void print(const char *format, ...) PRINTF_LIKE(1, 2);
void print_text(const char *text);

/* "suite.test". */
#define TEST_NAME_SIZE 96
void test_full_name(const struct test *test, char name[TEST_NAME_SIZE]);

#endif
