/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load: keeping queues busy with prepared requests and counting what that takes. One worker drives
 * one queue from one CPU; nothing in its loop allocates, divides or searches.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include "lib/histogram.h"
#include "tests/harness/plan/test.h"
#include "virtio/ring/slots.h"

#define LOAD_DEPTH_MOST 1024
#define LOAD_CPUS_MOST  16

/* Requests that run before the window opens, beside two rounds of the depth. */
#define LOAD_WARM_UP 32

/* How a worker learns of completions. */
enum load_completion { LOAD_POLLED, LOAD_INTERRUPT };

/* Where the next block of a disk request lies. */
enum load_pattern { LOAD_FIXED, LOAD_SEQUENTIAL, LOAD_RANDOM };

/* How a request says where its block lies. */
enum load_place { PLACE_LITTLE_ENDIAN_64, PLACE_BIG_ENDIAN_32 };

struct load_settings {
	unsigned depth;  /* requests in flight, 1 … LOAD_DEPTH_MOST */
	unsigned batch;  /* completions gathered before they are posted again with one kick */
	unsigned queues; /* workers, each with a queue and a CPU of its own */
	uint32_t size;   /* bytes of payload a request */
	bool write;      /* disks: write instead of read */
	enum load_pattern pattern;
	enum load_completion completion;
	bool paced; /* each kick waits for the moment that suits the device best: worker.pace */
	uint64_t duration; /* TSC ticks to measure, or 0: */
	uint64_t requests; /* requests of each worker to measure */
	uint64_t interval; /* open loop: TSC ticks between a worker's intended starts; 0: closed */
};

struct worker {
	/* Read by its CPU while it runs. */
	struct slots slots;
	struct load_settings settings;
	enum load_place place;
	uint16_t *idle;   /* slots taken and not posted again yet */
	uint64_t *stamps; /* by slot: when it was posted, or meant to be */
	void **places;    /* by slot: where the request says its block; NULL without a pattern */
	uint64_t blocks;  /* that the disk has, of settings.size bytes */
	uint64_t block_units; /* what a request says one block as */
	uint64_t position;    /* LOAD_SEQUENTIAL: the next block */
	uint64_t random;
	uint64_t pace;     /* TSC ticks from seeing completions to the next kick */
	uint64_t patience; /* TSC ticks without a completion that are a stall */
	volatile bool *go; /* all workers begin together */

	/* Its results, of the measured window alone. */
	uint64_t completed;
	uint64_t elapsed; /* TSC ticks */
	uint64_t kicks;
	uint64_t interrupts;      /* of its queue's vector */
	uint64_t kick_ticks;      /* spent in notifications */
	uint64_t guest_ticks;     /* spent neither waiting nor in notifications */
	bool stalled;             /* the device stopped completing */
	struct histogram latency; /* TSC ticks, submission (or intended start) to being seen */
	struct histogram rest;    /* of what was still in flight when the window ended */
};

/* The loops of a worker in one ring format. On the worker's CPU. */
struct load_loops {
	void (*keep_quiet)(struct worker *worker); /* no interrupts, before anything is posted */
	void (*closed)(struct worker *worker);     /* always `depth` requests with the device */
	void (*open)(struct worker *worker);       /* requests at intended moments */
};
extern const struct load_loops split_load_loops, packed_load_loops;

/* Runs a worker on this CPU to its end; context is the struct worker. */
void worker_run(void *context);

#endif
