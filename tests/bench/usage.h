/* SPDX-License-Identifier: BSD-2-Clause */
/* What the VMM takes of its host, where a host program tells (docs/ask.md, `usage`). Boot CPU. */
#ifndef TESTS_BENCH_USAGE_H
#define TESTS_BENCH_USAGE_H

#include "lib/base.h"

/* All since the VMM was started, but for what says otherwise. */
struct usage {
	bool known;
	uint64_t cpu_us;     /* CPU time */
	uint64_t memory_kib; /* resident, the most so far */
	uint64_t exits;      /* of KVM; has_exits says whether that is known */
	bool has_exits;
	uint64_t cpus; /* that the host has */
	uint64_t
		others; /* thousandths of CPUs that others took since the last time this was asked */
};

/* Asks the host; usage->known is false where there is none, or none that knows. */
void usage_ask(struct usage *usage);

#endif
