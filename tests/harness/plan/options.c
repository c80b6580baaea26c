/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/options.h"

#include "arch/cpu.h"
#include "lib/format.h"
#include "lib/parameters.h"
#include "lib/string.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/report/report.h"
#include "virtio/device/described.h"

#define WORDS_MOST 64 /* of the command line */

struct options options = {
	.tests = "",
	.skip = "",
	.device = "",
	.variant = "default",
	.scratch = "",
	.known = "",
	.told = "",
	.mmio = "",
	.workload = "",
	.version = "",
	.gateway = {10, 0, 2, 2},
	.from = 1,
	.seed = 1,
	.patience_ms = 3000,
};

static const char *gateway = "10.0.2.2";

/* No word: what follows is explained below it. */
#define TITLE(text)                                                                                \
	{                                                                                          \
		NULL, text, PARAMETER_REFUSED                                                      \
	}

static const struct parameter common_words[] = {
	TITLE("Which tests"),
	{"tests", "run only these: globs over suite.test, suite, device type, clause id (all)",
	 PARAMETER_TEXT, .value = &options.tests},
	{"skip", "leave these out, named as in vp.tests", PARAMETER_TEXT, .value = &options.skip},
	{"variant", "variants: default, all, or globs (default)", PARAMETER_TEXT,
	 .value = &options.variant},
	{"from", "begin with this test of the plan (1)", PARAMETER_NUMBER, .minimum = 1,
	 .maximum = 1000000, .value = &options.from},
	{"seed", "seed of everything random (1)", PARAMETER_NUMBER, .value = &options.seed},
	{"shuffle",
	 "judge each device by its tests in another order, which this number makes (as they are listed)",
	 PARAMETER_NUMBER, .minimum = 1, .maximum = UINT64_MAX, .value = &options.shuffle},
	TITLE("Which devices"),
	{"device", "only these devices: globs over BDF and type (all)", PARAMETER_TEXT,
	 .value = &options.device},
	{"scratch", "devices whose data may be destroyed: BDF globs, or all (none)", PARAMETER_TEXT,
	 .value = &options.scratch},
	{"mmio", "MMIO devices that nothing else tells of: SIZE@BASE:IRQ, with commas between",
	 PARAMETER_TEXT, .value = &options.mmio},
	{"legacy",
	 "drive transitional PCI devices by their legacy interface, too: devices of their own, BDF-legacy",
	 PARAMETER_FLAG, .value = &options.legacy},
	{"ecam", "address of the PCI configuration window where no table tells it",
	 PARAMETER_NUMBER, .value = &options.ecam},
	{"workload",
	 "requests of devices that nobody here knows: type:ID,queue:N,out:BYTES,in:BYTES,data:HEX",
	 PARAMETER_TEXT, .value = &options.workload},
	{"version",
	 "of the specification that the devices are written to (1.4): what it leaves undefined fails",
	 PARAMETER_TEXT, .value = &options.version},
	{"gateway", "the IPv4 address of whatever answers on the network (10.0.2.2)",
	 PARAMETER_TEXT, .value = &gateway},
	TITLE("How it is run"),
	{"thorough", "try races and sweeps over many more rounds, on each device", PARAMETER_FLAG,
	 .value = &options.thorough},
	{"timeout", "milliseconds until a test is cut off (each test's own)", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 3600000, .value = &options.timeout_ms},
	{"patience", "milliseconds that a device may take for anything (3000)", PARAMETER_NUMBER,
	 .minimum = 1, .maximum = 3600000, .value = &options.patience_ms},
	{"cpus", "CPUs to start at most (all)", PARAMETER_NUMBER, .minimum = 1, .maximum = CPU_MOST,
	 .value = &options.cpus},
	{"apic", "interrupt controller mode (auto)", PARAMETER_CHOICE, .choices = "auto|xapic",
	 .value = &options.apic},
	{"exit", "how the run ends (auto)", PARAMETER_CHOICE,
	 .choices = "auto|debug|s5|reset|triple|halt", .value = &options.exit},
	TITLE("What is told"),
	{"format", "how records are printed (text)", PARAMETER_CHOICE, .choices = "text|tap|json",
	 .value = &options.format},
	{"console", "where records go: the first that there is (auto)", PARAMETER_CHOICE,
	 .choices = "auto|com1|debugcon|both|virtio", .value = &options.console},
	{"trace", "print each register access", PARAMETER_FLAG, .value = &options.trace},
	TITLE("For a program on the host"),
	{"host", "a host program listens and answers", PARAMETER_FLAG, .value = &options.host},
	{"lifecycle",
	 "have the host restore and migrate the machine in tests that look at what outlives it",
	 PARAMETER_FLAG, .value = &options.lifecycle},
	{"settle", "after each test wait until the host has heard what else was said",
	 PARAMETER_FLAG, .value = &options.settle},
	{"known", "root faults that are there, as an earlier boot has told: BDF/clause",
	 PARAMETER_TEXT, .value = &options.known},
	{"told", "root faults that are not told when they come again, likewise", PARAMETER_TEXT,
	 .value = &options.told},
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

	for (unsigned n = 0; n < ARRAY_LENGTH(common_words); n++) {
		if (common_words[n].key)
			add_word(common_words[n]);
	}
	for_each_mode (mode) {
		for (const struct parameter *word = (*mode)->words; word && word->key; word++)
			add_word(*word);
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

static void explain(const struct parameter *one)
{
	if (one->key)
		print("  vp.%s: %s%s%s\n", one->key, one->about, one->choices ? ": " : "",
		      one->choices ? one->choices : "");
	else
		print("%s:\n", one->about);
}

static enum verdict explain_words(uint64_t start)
{
	static const struct parameter others = TITLE("What is done instead of tests");

	for (unsigned n = 0; n < ARRAY_LENGTH(common_words); n++)
		explain(&common_words[n]);
	explain(&others);
	for_each_mode (mode) {
		for (const struct parameter *word = (*mode)->words; word && word->key; word++)
			explain(word);
	}
	return VERDICT_PASS;
}

MODE(help,
     .words = WORDS({"help", "explain these words, run nothing", PARAMETER_FLAG,
		     .value = &help_wanted}),
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
	if (!workload_describe(options.workload, message, size))
		return false;
	if (!read_address(gateway, options.gateway)) {
		format_text(message, size, "vp.gateway=%s: an IPv4 address like 10.0.2.2 is wanted",
			    gateway);
		return false;
	}
	return mode_choose(message, size);
}
