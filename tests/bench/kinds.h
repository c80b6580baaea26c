/* SPDX-License-Identifier: BSD-2-Clause */
/* What a load is made of, for each device type. */
#ifndef TESTS_BENCH_KINDS_H
#define TESTS_BENCH_KINDS_H

#include "tests/bench/load.h"

/* What a request has beside its payload. */
struct load_shape {
	uint32_t head;     /* device-readable bytes in front of everything */
	uint32_t status;   /* device-writable bytes … */
	bool status_first; /* … in front of the payload, or else behind it */
	bool payload_in;   /* the device writes the payload, or else it reads it */
	bool apart;        /* each part in a descriptor of its own: some devices want it so */
};

/* One request as it lies in memory; NULL for what it has not. */
struct load_request {
	uint8_t *head, *payload, *status;
};

/* The blocks of a disk. */
struct load_disk {
	uint64_t blocks;      /* 0: no disk */
	uint32_t block_bytes; /* of one */
};

struct load_kind {
	uint32_t type;
	const char *about; /* what its figures' names begin with */
	uint32_t size;     /* the usual payload, bytes */
	enum load_place place;
	/* The type's features beside the workload's that these settings want. NULL: none. */
	uint64_t (*features)(const struct load_settings *settings);
	/* Why such a load cannot be put on the device, or NULL. The device is fresh from reset. */
	const char *(*refusal)(struct test_run *t, const struct load_settings *settings);
	/* Looks the device over before the first load, driving it if need be. NULL: nothing to see. */
	void (*survey)(struct test_run *t);
	/* The queue of worker n, or -1 when the device has none for it. */
	int (*queue)(struct test_run *t, unsigned n);
	/* How many queues to set up for so many workers. NULL: as many as their queues need. */
	unsigned (*queues)(struct test_run *t, unsigned workers);
	/* Between DRIVER_OK and the load. NULL: nothing. */
	void (*start)(struct test_run *t, const struct load_settings *settings);
	/* NULL when the requests are not its own but the workload's. */
	struct load_shape (*shape)(struct test_run *t, const struct load_settings *settings);
	/* Fills head and payload, which are zero. NULL: they stay so. */
	void (*fill)(struct test_run *t, const struct load_settings *settings,
		     const struct load_request *request);
	/* Disks: their size, and where in the head a request says its block. NULL: no disk. */
	struct load_disk (*disk)(struct test_run *t);
	uint32_t place_offset;
	/* Whether a request that was used has gone well. NULL: nothing tells. */
	bool (*served)(const struct load_request *request);
	/* Why the device may rightly stop serving; NULL: it may not. */
	const char *stall;
};

/* The kind for a device; every type with a workload has at least a plain one. */
const struct load_kind *load_kind_of(const struct test_run *t);

#endif
