/* SPDX-License-Identifier: BSD-2-Clause */
/* A small reproducible generator (splitmix64): the same seed gives the same run. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include "lib/base.h"

/* A generator; several do not disturb each other. */
struct random {
	uint64_t state;
};

/* Begins a sequence anew. */
void random_seed(struct random *random, uint64_t seed);

/* The next 64 bits. */
uint64_t random_next(struct random *random);

/* A number in [0, limit); limit is at least 1. */
uint64_t random_below(struct random *random, uint64_t limit);

/* Fills length bytes at buffer. */
void random_fill(struct random *random, void *buffer, size_t length);

#endif
