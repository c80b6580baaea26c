/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/options.h"

#include "lib/format.h"
#include "lib/parameters.h"
#include "lib/string.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/report/report.h"

#define WORDS_MOST 64 /* of the command line */

struct options options = {
	.tests = "",
	.skip = "",
	.device = "",
	.variant = "default",
	.scratch = "",
	.gateway = {10, 0, 2, 2},
	.from = 1,
	.seed = 1,
	.samples = 10000,
	.depth = "1,4,32,128",
	.batch = "1,32",
	.size = "",
	.queues = "1",
	.ring = "",
	.milliseconds = 200,
	.patience_ms = 3000,
};

static const char *gateway = "10.0.2.2";

static const struct parameter common_words[] = {
	{"tests", "run only these: globs over suite.test, suite, clause id", PARAMETER_TEXT,
	 .value = &options.tests},
	{"skip", "leave these out, named as in vp.tests", PARAMETER_TEXT, .value = &options.skip},
	{"device", "only these devices: globs over BDF and type", PARAMETER_TEXT,
	 .value = &options.device},
	{"variant", "variants: default, all, or globs", PARAMETER_TEXT, .value = &options.variant},
	{"scratch", "devices whose data may be destroyed: BDF globs, or all", PARAMETER_TEXT,
	 .value = &options.scratch},
	{"gateway", "the IPv4 address of whatever answers on the network (10.0.2.2)",
	 PARAMETER_TEXT, .value = &gateway},
	{"from", "begin with this test of the plan", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 1000000, .value = &options.from},
	{"seed", "seed of everything random", PARAMETER_NUMBER, .value = &options.seed},
	{"timeout", "milliseconds until a test is cut off", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 3600000, .value = &options.timeout_ms},
	{"patience", "milliseconds that a device may take for anything", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 3600000, .value = &options.patience_ms},
	{"ecam", "address of the PCI configuration window where no table tells it",
	 PARAMETER_NUMBER, .value = &options.ecam},
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
	{"host", "a host program listens and answers", PARAMETER_FLAG, .value = &options.host},
	{"depth", "benchmarks: requests in flight, a list", PARAMETER_TEXT,
	 .value = &options.depth},
	{"batch", "benchmarks: requests a kick, a list", PARAMETER_TEXT, .value = &options.batch},
	{"size", "benchmarks: bytes a request, a list", PARAMETER_TEXT, .value = &options.size},
	{"queues", "benchmarks: queues, each with a CPU, a list", PARAMETER_TEXT,
	 .value = &options.queues},
	{"ms", "benchmarks: milliseconds a point", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 600000, .value = &options.milliseconds},
	{"seconds", "benchmarks: the same in seconds", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 600, .value = &options.seconds},
	{"count", "benchmarks: requests a point instead of a time", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 1000000000, .value = &options.count},
	{"samples", "benchmarks of interrupts: samples a figure", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 10000000, .value = &options.samples},
	{"rate", "benchmarks: an open loop of so many requests a second", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 100000000, .value = &options.rate},
	{"rw", "benchmarks of disks: read or write", PARAMETER_CHOICE, .choices = "read|write",
	 .value = &options.rw},
	{"pattern", "benchmarks of disks: which block is next", PARAMETER_CHOICE,
	 .choices = "random|sequential", .value = &options.pattern},
	{"completion", "benchmarks: how completions are seen", PARAMETER_CHOICE,
	 .choices = "poll|interrupt|both", .value = &options.completion},
	{"pace", "benchmarks: kick at once, or when it suits the device best", PARAMETER_CHOICE,
	 .choices = "off|auto|both", .value = &options.pace},
	{"ring", "benchmarks: ring formats and options, a list like split,packed+event_idx",
	 PARAMETER_TEXT, .value = &options.ring},
};

static struct parameter words[WORDS_MOST];
static unsigned word_count;

static void add_word(struct parameter word)
{
	if (word_count < WORDS_MOST)
		words[word_count++] = word;
}

static bool is_a_mode(const char *name)
{
	for_each_mode (mode) {
		if (strcmp((*mode)->name, name) == 0)
			return true;
	}
	return false;
}

/* All words of this image: those of any run, those of its modes, and what only the other image does. */
static void gather_words(void)
{
	static const char *const self_checks[] = {SELF_CHECKS};

	for (unsigned n = 0; n < ARRAY_LENGTH(common_words); n++)
		add_word(common_words[n]);
	for_each_mode (mode) {
		for (unsigned n = 0; n < MODE_WORDS_MOST && (*mode)->words[n].key; n++)
			add_word((*mode)->words[n]);
	}
	for (unsigned n = 0; n < ARRAY_LENGTH(self_checks); n++) {
		if (!is_a_mode(self_checks[n]))
			add_word((struct parameter){
				self_checks[n],
				"this image does not check itself: boot virtproof-selfcheck.elf",
				PARAMETER_REFUSED});
	}
}

static bool help_wanted;

static bool help_is_asked(void)
{
	return help_wanted;
}

static enum verdict explain_words(uint64_t start)
{
	for (const struct parameter *one = words; one < words + word_count; one++) {
		if (one->kind != PARAMETER_REFUSED)
			print("vp.%s: %s%s%s\n", one->key, one->about, one->choices ? ": " : "",
			      one->choices ? one->choices : "");
	}
	return VERDICT_PASS;
}

MODE(help,
     .words = {{"help", "explain these words, run nothing", PARAMETER_FLAG, .value = &help_wanted}},
     .is_asked = help_is_asked, .needs_no_device = true, .run = explain_words);

/* An IPv4 address, four numbers with dots between them. */
static bool read_address(const char *text, uint8_t address[4])
{
	char number[4];
	uint64_t value;

	for (unsigned n = 0; n < 4; n++) {
		size_t digits = 0;

		while (*text && *text != '.' && digits < sizeof(number) - 1)
			number[digits++] = *text++;
		number[digits] = '\0';
		if (*text++ != (n < 3 ? '.' : '\0') || !parse_number(number, &value) ||
		    value > UINT8_MAX)
			return false;
		address[n] = (uint8_t)value;
	}
	return true;
}

bool options_read(char *command_line, char *message, size_t size)
{
	gather_words();
	if (!parameters_parse(words, word_count, command_line, message, size))
		return false;
	if (options.ecam % MIB != 0) {
		format_text(message, size, "vp.ecam=%#llx: a multiple of 1 MiB is wanted",
			    (unsigned long long)options.ecam);
		return false;
	}
	if (!read_address(gateway, options.gateway)) {
		format_text(message, size, "vp.gateway=%s: an IPv4 address like 10.0.2.2 is wanted",
			    gateway);
		return false;
	}
	return mode_choose(message, size);
}
