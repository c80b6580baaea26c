/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/options.h"

#include "tests/harness/plan/mode.h"
#include "tests/harness/run/sum_up.h"

struct bench_options bench_options = {
	.ring = "split",
	.depth = "1,4,32,128",
	.batch = "1,32",
	.size = "",
	.queues = "1",
	.milliseconds = 200,
	.samples = 10000,
};

static const struct parameter words[] = {
	{"bench", "measure instead of judging: globs over benchmarks and types, bare for all",
	 PARAMETER_OPTION, .value = &bench_options.bench},
	{"depth", "benchmarks: requests in flight, a list (1,4,32,128)", PARAMETER_TEXT,
	 .value = &bench_options.depth},
	{"batch", "benchmarks: requests a kick, a list (1,32)", PARAMETER_TEXT,
	 .value = &bench_options.batch},
	{"size", "benchmarks: bytes a request, a list", PARAMETER_TEXT,
	 .value = &bench_options.size},
	{"queues", "benchmarks: queues, each with a CPU, a list (1)", PARAMETER_TEXT,
	 .value = &bench_options.queues},
	{"ms", "benchmarks: milliseconds a point (200)", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 600000, .value = &bench_options.milliseconds},
	{"seconds", "benchmarks: the same in seconds", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 600, .value = &bench_options.seconds},
	{"count", "benchmarks: requests a point instead of a time", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 1000000000, .value = &bench_options.count},
	{"samples", "benchmarks of interrupts: samples a figure (10000)", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 10000000, .value = &bench_options.samples},
	{"load", "latency under load: requests in flight besides, a list", PARAMETER_TEXT,
	 .value = &bench_options.load},
	{"neighbour", "latency under load: a device kept busy, by type or name; cpu: only a CPU",
	 PARAMETER_TEXT, .value = &bench_options.neighbour},
	{"beside", "latency under load: the neighbour's requests a second", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 100000000, .value = &bench_options.beside_rate},
	{"for", "jitter of CPUs: how long, such as 10s, 5m or 2h", PARAMETER_TIME,
	 .value = &bench_options.duration},
	{"longest", "latencies: ends at the first of so many microseconds", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 1000000000, .value = &bench_options.longest},
	{"rate", "benchmarks: an open loop of so many requests a second", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 100000000, .value = &bench_options.rate},
	{"rw", "benchmarks of disks: read or write", PARAMETER_CHOICE, .choices = "read|write",
	 .value = &bench_options.rw},
	{"pattern", "benchmarks of disks: which block is next", PARAMETER_CHOICE,
	 .choices = "random|sequential", .value = &bench_options.pattern},
	{"completion", "benchmarks: how completions are seen", PARAMETER_CHOICE,
	 .choices = "poll|interrupt|both", .value = &bench_options.completion},
	{"pace", "benchmarks: kick at once, or when it suits the device best", PARAMETER_CHOICE,
	 .choices = "off|auto|both", .value = &bench_options.pace},
	{"ring", "benchmarks: ring formats and options, a list like split,packed+event_idx (split)",
	 PARAMETER_TEXT, .value = &bench_options.ring},
	{},
};

static bool bench_is_asked(void)
{
	return bench_options.bench;
}

MODE(bench, .words = words, .is_asked = bench_is_asked,
     .tests = {__start_registry_benches, __stop_registry_benches}, .globs = &bench_options.bench,
     .rings = &bench_options.ring, .run = run_and_sum_up);
