/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/options.h"

#include "lib/parameters.h"

struct options options = {
	.tests = "",
	.skip = "",
	.device = "",
	.variant = "default",
	.scratch = "",
	.from = 1,
	.seed = 1,
	.patience_ms = 1000,
};

static const struct parameter parameters[] = {
	{"tests", "run only these: globs over suite.test, suite, clause id", PARAMETER_TEXT,
	 .value = &options.tests},
	{"skip", "leave these out, named as in vp.tests", PARAMETER_TEXT, .value = &options.skip},
	{"device", "only these devices: globs over BDF and type", PARAMETER_TEXT,
	 .value = &options.device},
	{"variant", "variants: default, all, or globs", PARAMETER_TEXT, .value = &options.variant},
	{"scratch", "devices whose data may be destroyed: BDF globs, or all", PARAMETER_TEXT,
	 .value = &options.scratch},
	{"from", "begin with this test of the plan", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 1000000, .value = &options.from},
	{"seed", "seed of everything random", PARAMETER_NUMBER, .value = &options.seed},
	{"timeout", "milliseconds until a test is cut off", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 3600000, .value = &options.timeout_ms},
	{"patience", "milliseconds that a device may take for anything", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 3600000, .value = &options.patience_ms},
	{"cpus", "CPUs to start at most", PARAMETER_NUMBER, .minimum = 1, .maximum = 64,
	 .value = &options.cpus},
	{"format", "how records are printed", PARAMETER_CHOICE, .choices = "text|tap|json",
	 .value = &options.format},
	{"console", "where records go", PARAMETER_CHOICE, .choices = "com1|debugcon|both",
	 .value = &options.console},
	{"exit", "how the run ends", PARAMETER_CHOICE, .choices = "auto|debug|s5|reset|triple|halt",
	 .value = &options.exit},
	{"apic", "interrupt controller mode", PARAMETER_CHOICE, .choices = "auto|xapic",
	 .value = &options.apic},
	{"trace", "print each register access", PARAMETER_FLAG, .value = &options.trace},
	{"list", "list tests and the clauses they judge, run nothing", PARAMETER_FLAG,
	 .value = &options.list},
	{"host", "a host program listens and answers", PARAMETER_FLAG, .value = &options.host},
	{"bench", "measure instead of judging: globs over benchmarks and types, bare for all",
	 PARAMETER_OPTION, .value = &options.bench},
	{"sabotage", "try these saboteurs against the tests: globs, bare for all", PARAMETER_OPTION,
	 .value = &options.sabotage},
	{"selftest", "also the tests that break on purpose", PARAMETER_FLAG,
	 .value = &options.self_test},
};

bool options_read(char *command_line, char *message, size_t size)
{
	return parameters_parse(parameters, ARRAY_LENGTH(parameters), command_line, message, size);
}
