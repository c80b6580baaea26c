/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line asks for. */
#ifndef TESTS_HARNESS_OPTIONS_H
#define TESTS_HARNESS_OPTIONS_H

#include "lib/base.h"

/* The words of any run. Those of one mode alone are with the mode. */
struct options {
	const char *tests;   /* globs over suite.test, suites, clause ids; "" means all */
	const char *skip;    /* the same, to leave out */
	const char *device;  /* globs over BDF and type name; "" means all */
	const char *variant; /* globs over variants, "default" or "all" */
	const char *scratch; /* globs over BDF, "all"; "" means none */
	const char *known;   /* globs over BDF/clause: root faults that are there */
	const char *told;    /* the same: those that are not told again */
	const char *
		mmio; /* MMIO devices that nothing else tells of: SIZE@BASE:IRQ, with commas between */
	const char *workload; /* requests of devices that nobody here knows; "": none */
	const char *version;  /* of the specification, that devices are written to; "": unknown */
	uint8_t gateway[4];   /* the address of whatever answers on the network */
	uint64_t from;        /* first test of the plan to run, from 1 */
	uint64_t seed;
	uint64_t shuffle;    /* makes another order of tests; 0: as they are registered */
	uint64_t timeout_ms; /* 0: each test's own */
	uint64_t patience_ms;
	uint64_t ecam;   /* where ECAM is when no table says it, 0: unknown */
	uint64_t cpus;   /* most CPUs to start, 0: all */
	unsigned format; /* 0: text, 1: TAP, 2: JSON */
	unsigned console;
	unsigned exit;
	unsigned apic; /* 0: as found, 1: xAPIC */
	bool trace, host;
	bool legacy;    /* legacy interfaces of transitional PCI devices are driven, too */
	bool settle;    /* the host is asked after each test whether all is heard */
	bool lifecycle; /* the host is asked to restore and to migrate the machine, too */
	bool thorough;  /* races and sweeps take many more rounds: rounds_of() */
};

/* Those of this run; each has its default before options_read(). */
extern struct options options;

/* How many rounds of a race or a sweep are tried: the usual number, or with vp.thorough the other one. Any CPU. */
static inline unsigned rounds_of(unsigned usual, unsigned thorough)
{
	return options.thorough ? thorough : usual;
}

/*
 * Reads the command line (cut into words in place), and chooses what is done. On a mistake the message
 * holds one sentence.
 */
bool options_read(char *command_line, char *message, size_t size) MUST_CHECK;

#endif
