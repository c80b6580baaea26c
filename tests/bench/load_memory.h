/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of a load: its requests, laid out and cut into the chains that the slots are made of. */
#ifndef TESTS_BENCH_LOAD_MEMORY_H
#define TESTS_BENCH_LOAD_MEMORY_H

#include "tests/bench/kinds.h"

/* How the requests of one worker lie in memory. */
struct load_plan {
	struct load_shape shape;
	uint32_t payload;   /* bytes */
	uint32_t alignment; /* of the payload */
	uint32_t lead;      /* bytes of the request right in front of its payload */
	uint32_t stride;    /* from one payload to the next */
	uint32_t piece;     /* the longest descriptor for the payload */
	unsigned payloads;  /* fewer than the depth: requests share them */
	unsigned segments;  /* of each chain */
};

/*
 * Plans `settings->depth` requests for each worker within the arena's size. The device is fresh from
 * reset.
 */
struct load_plan load_plan_of(struct test_run *t, const struct load_kind *kind,
			      const struct load_settings *settings);

/*
 * Makes the requests of one worker, and their chains: plan->segments for each, to be used until the
 * arena is emptied. requests[n] says where request n lies. NULL when the arena is full.
 */
struct segment *load_chains(struct test_run *t, const struct load_kind *kind,
			    const struct load_settings *settings, const struct load_plan *plan,
			    struct load_request *requests);

#endif
