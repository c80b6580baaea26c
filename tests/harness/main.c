/* SPDX-License-Identifier: BSD-2-Clause */
/* Where every way in ends: the platform comes up, devices are found, the plan is run, the run ends. */
#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/platform.h"
#include "arch/power.h"
#include "boot/boot_info.h"
#include "lib/string.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/report/report.h"
#include "tests/harness/report/platform.h"
#include "tests/harness/report/trace.h"
#include "tests/harness/subject/find.h"
#include "tests/harness/subject/subject.h"

#define READING_NS (30 * NANOSECONDS_A_SECOND)

static char command_line[BOOT_COMMAND_LINE_SIZE];

/* What the host reads from the exit status. */
enum exit_code { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_ERROR = POWER_CODE_ERROR, EXIT_WARNED = 3 };

/* Who reads a screen has nothing to read once the machine is off. */
static void let_be_read(void)
{
	uint64_t deadline = clock_deadline(READING_NS);

	if (options.exit != POWER_AUTO || !console_on_screen())
		return;
	print("The machine is switched off in %llu seconds.\n", READING_NS / NANOSECONDS_A_SECOND);
	while (!clock_passed(deadline)) {
		interrupts_close();
		cpu_halt_until(deadline);
	}
}

static NORETURN void finish(enum verdict worst)
{
	static const enum exit_code codes[] = {
		[VERDICT_PASS] = EXIT_GOOD,   [VERDICT_SKIP] = EXIT_GOOD,
		[VERDICT_WARN] = EXIT_WARNED, [VERDICT_FAIL] = EXIT_FAILED,
		[VERDICT_ERROR] = EXIT_ERROR,
	};

	let_be_read();
	power_off(options.exit, codes[worst]);
}

/* A run that cannot judge anything. */
static NORETURN void end_in_error(const char *sentence)
{
	struct totals totals = {.verdicts[VERDICT_ERROR] = 1};

	report_note(sentence);
	report_summary(&totals);
	finish(VERDICT_ERROR);
}

static void read_options(struct boot_info *info)
{
	static const struct format *const formats[] = {&text_format, &tap_format, &json_format};
	static char words[BOOT_COMMAND_LINE_SIZE];
	char message[768];
	bool good;

	copy_string(command_line, sizeof(command_line), info->command_line);
	copy_string(words, sizeof(words), info->command_line);
	good = options_read(words, message, sizeof(message));
	console_select(options.console);
	power_prefer(options.exit);
	platform_prefer_xapic(options.apic == 1);
	report_choose(formats[options.format]);
	/* Nobody reads that from a screen. */
	if (formats[options.format] == &json_format)
		info->screen.kind = SCREEN_NONE;
	/* What was cut off may have been half a word: no complaint about that. */
	if (info->command_line_cut)
		end_in_error("the command line is longer than the 4095 bytes that are read");
	if (!good)
		end_in_error(message);
}

/* A slip in vp.scratch would leave all that writes skipped, unnoticed. */
static void note_scratch(void)
{
	bool found = options.scratch[0] == '\0';

	for_each_device (device)
		found = found || device_is_scratch(device);
	if (!found)
		report_note("vp.scratch names no device that was found");
}

/* What needs no device is done in any number, and nothing else then. */
static void do_without_devices(uint64_t start)
{
	bool done = false;

	for_each_mode (entry) {
		if ((*entry)->needs_no_device && (*entry)->is_asked()) {
			(*entry)->run(start);
			done = true;
		}
	}
	if (done)
		finish(VERDICT_PASS);
}

NORETURN void virtproof_main(struct boot_info *info)
{
	uint64_t start;

	read_options(info);
	platform_start(info, (unsigned)options.cpus);
	start = clock_now();
	do_without_devices(start);
	report_run(info, command_line, options.seed);
	if (options.trace)
		trace_start();
	find_subjects(command_line);
	if (!subject_first())
		end_in_error("no virtio device was found that can be driven");
	note_scratch();
	finish(mode_chosen()->run(start));
}
