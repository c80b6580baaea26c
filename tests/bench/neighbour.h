/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes on beside a device that is measured: another one, or a CPU, kept busy meanwhile. Boot CPU. */
#ifndef TESTS_BENCH_NEIGHBOUR_H
#define TESTS_BENCH_NEIGHBOUR_H

#include "tests/harness/plan/test.h"

/*
 * Keeps somebody busy from a CPU of his own until neighbour_end(): the first other device whose type or name that is,
 * by requests of its workload, or with "cpu" nobody but the CPU. rate: so many requests a second, at intended moments; 0: four
 * always with the device. Leaves the test as skipped where there is no such device or CPU.
 */
void neighbour_begin(struct test_run *t, const char *name, unsigned cpu, uint64_t rate);

/* Ends that, and returns thousandths of requests a second that it has served. */
uint64_t neighbour_end(struct test_run *t);

#endif
