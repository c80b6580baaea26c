/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line asks of benchmarks: the words of the mode `bench` (docs/throughput.md, docs/latency.md). */
#ifndef TESTS_BENCH_OPTIONS_H
#define TESTS_BENCH_OPTIONS_H

#include "lib/base.h"

/* The words, by their keys; lists are texts of numbers with commas between. */
struct bench_options {
	const char *bench; /* globs over benchmarks, "" means all; NULL: none is asked for */
	const char *ring;  /* rings of the variants to measure, a list; "": the plain split one */
	const char *depth; /* requests in flight, a list */
	const char *batch; /* requests a kick, a list */
	const char *size;  /* bytes a request, a list; "": what suits the device */
	const char *queues;
	uint64_t milliseconds, seconds; /* a point; 0 seconds: milliseconds count */
	uint64_t count;                 /* requests a point, 0: the time counts */
	uint64_t rate;                  /* requests a second of an open loop, 0: closed */
	uint64_t samples;               /* of each distribution that the interrupt lab takes */
	const char *
		load; /* requests in flight beside one whose latency is taken, a list; NULL: that is not asked */
	const char *
		neighbour; /* type or name of a device to be kept busy meanwhile, "cpu"; NULL: none */
	uint64_t beside_rate; /* its requests a second, 0: as many as it takes */
	uint64_t duration;    /* seconds of the jitter of CPUs, 0: that is not asked */
	uint64_t longest;     /* latencies end at the first of so many microseconds, 0: none */
	unsigned rw;          /* 0: read, 1: write */
	unsigned pattern;     /* 0: random, 1: sequential */
	unsigned completion;  /* 0: poll, 1: interrupt, 2: both */
	unsigned pace;        /* 0: off, 1: auto, 2: both */
};

/* Those of this run. */
extern struct bench_options bench_options;

#endif
