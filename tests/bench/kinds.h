/* SPDX-License-Identifier: BSD-2-Clause */
/* What a load is made of, for each device type. */
#ifndef TESTS_BENCH_KINDS_H
#define TESTS_BENCH_KINDS_H

#include "tests/bench/load.h"

struct load_kind {
	uint32_t type;
	const char *about; /* "read", "transmit": part of the figures' names */
	uint64_t features; /* of the type, wanted beside the workload's */
	bool disk;         /* requests name sectors; size, write and pattern count */
	uint32_t size;     /* the usual payload, bytes */
	/* The queue of worker n, or -1 when the device has none for it. */
	int (*queue)(struct virtio_device *device, unsigned n);
	/* Makes one request of a worker; where its sector stands goes to *sector. */
	bool (*prepare)(struct test_run *t, const struct load_settings *settings,
			struct request *request, le64 **sector);
};

/* The kind for a device type; every type with a workload has at least a plain one. */
const struct load_kind *load_kind_of(const struct test_run *t);

#endif
