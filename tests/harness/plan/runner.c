/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/plan/runner.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/memory.h"
#include "lib/string.h"
#include "pci/bus.h"
#include "pci/intx.h"
#include "tests/harness/judge/diagnose.h"
#include "tests/harness/judge/judge.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/subject/line.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/plan/selection.h"
#include "tests/harness/report/report.h"
#include "virtio/transport/pci/registers.h"

#define TIMEOUT_NS    (15 * NANOSECONDS_A_SECOND)
#define TIMEOUT_WAITS 5 /* that a test may need as long as patience lasts */
#define LET_DOWNS     3 /* failures in wait; after them a device is waited for less */
#define VARIANTS_MOST 512
#define ARENA_MOST    (16 * MIB)

static struct test_run current;
static struct result current_result;
static struct arena arena;
static struct findings findings; /* of the current test */

static void call_test(void *context)
{
	struct test_run *t = context;

	t->test->run(t);
}

/* The device as it is after power-on, as far as a driver can bring that about. */
static bool reset_fully(struct virtio_device *device)
{
	device->access = ACCESS_BAR;
	device->negotiated = NO_FEATURES;
	if (!device->transport->reset(device))
		return false;
	if (device->vectors) {
		msix_enable(&virtio_pci(device)->msix, false);
		msix_function_mask(&virtio_pci(device)->msix, false);
		for (unsigned entry = 0; entry < virtio_pci(device)->msix.entries; entry++) {
			msix_mask_entry(&virtio_pci(device)->msix, entry, true);
			msix_write_entry(&virtio_pci(device)->msix, entry, 0, 0);
		}
	}
	intx_disable(virtio_pci(device)->function, true);
	device->queue_count = 0;
	return true;
}

static bool make_fresh(struct test_run *t)
{
	if (!reset_fully(t->device))
		return false;
	arena_empty(t->arena);
	diagnosis_clear();
	t->device->access = t->variant.access;
	return true;
}

/* The nth subject but this one that works, of a type or (0) of any. */
static struct virtio_device *nth_other(const struct subject *own, uint32_t type, unsigned n)
{
	for_each_subject (other) {
		struct virtio_device *device = other->faces[0];

		if (other != own && (!type || device->type == type) && subject_serves(other) &&
		    n-- == 0)
			return device;
	}
	return NULL;
}

struct virtio_device *other_device(const struct test_run *t, uint32_t type, unsigned n)
{
	return nth_other(t->subject, type, n);
}

struct virtio_device *any_other_device(const struct test_run *t, unsigned n)
{
	return nth_other(t->subject, 0, n);
}

/* Ends the service of a device that helped. */
static void release(struct virtio_device *device)
{
	if (!device->transport->reset(device)) {
		subject_of(device)->lost = true;
		return;
	}
	settle_interrupts();
	device->transport->del_vqs(device);
}

static void release_companion(struct test_run *t)
{
	if (t->companion)
		release(t->companion);
	t->companion = NULL;
}

bool join_device(struct test_run *t, struct virtio_device *device)
{
	if (t->joined_count == JOINED_MOST)
		return false;
	if (!reset_fully(device)) {
		subject_of(device)->lost = true;
		return false;
	}
	t->joined[t->joined_count++] = device;
	return true;
}

void drive_device(struct test_run *t, struct virtio_device *device)
{
	t->device = device;
	t->workload = workload_of(device->type);
}

bool take_companion(struct test_run *t, struct virtio_device *device)
{
	release_companion(t);
	if (!reset_fully(device)) {
		subject_of(device)->lost = true;
		return false;
	}
	t->companion = device;
	return true;
}

static void note_end(struct test_run *t, const struct guard_report *report)
{
	char words[FINDING_WORDS];
	struct text text = TEXT_ON(words);

	switch (report->end) {
	case GUARD_RETURNED:
	case GUARD_LEFT:
		break;
	case GUARD_TIMEOUT:
		check_broken(t, CLAUSE_SANE_8, "cut off after %lu ms at %#lx",
			     current_result.microseconds / 1000, report->rip);
		return;
	case GUARD_FAULT:
	case GUARD_STOPPED:
		guard_describe(report, &text);
		check_broken(t, CLAUSE_SANE_9, "%s", words);
		return;
	}
	check_held(t, CLAUSE_SANE_8);
	check_held(t, CLAUSE_SANE_9);
}

struct announcement {
	unsigned vector;
	uint64_t before;
};

static bool has_arrived(void *context)
{
	const struct announcement *announcement = context;

	return interrupt_count(announcement->vector) != announcement->before;
}

/* Whether a configuration message would reach its handler: the test may have closed its way. */
static bool config_message_gets_through(struct virtio_device *device)
{
	const struct msix *msix = &virtio_pci(device)->msix;
	uint16_t control;

	if (!device->config_vector || msix->entries < 2)
		return false;
	control = pci_read16(msix->function, msix->capability + MSIX_CONTROL);
	return (control & (MSIX_CONTROL_ENABLE | MSIX_CONTROL_FUNCTION_MASK)) ==
		       MSIX_CONTROL_ENABLE &&
	       common_read(device, config_msix_vector) == 0 && !msix_entry_masked(msix, 0);
}

/* Whatever has brought a device to need a reset, it has to say so with a message (2.1.2). */
static void judge_need_of_reset(struct test_run *t)
{
	struct virtio_device *device = t->device;
	struct announcement announcement = {device->config_vector, t->config_arrivals};
	uint8_t status = device->transport->get_status(device);

	if (t->up && (status & VIRTIO_STATUS_NEEDS_RESET) && (status & VIRTIO_STATUS_DRIVER_OK) &&
	    config_message_gets_through(device))
		CHECK(t, STATUS_4,
		      wait_until(has_arrived, &announcement, clock_deadline(PATIENCE_NS)),
		      "the device needs a reset (status %#x), and no configuration message came",
		      status);
}

/* Leaves nothing behind: the device is reset, its vectors are given back, the canaries looked at. */
static void clean_up(struct test_run *t, uint64_t strays)
{
	struct virtio_device *device = t->device;
	struct arena_damage damage;
	uint64_t arrivals;
	unsigned vector;

	release_companion(t);
	for (unsigned n = 0; n < t->joined_count; n++)
		release(t->joined[n]);
	device->access = ACCESS_BAR;
	judge_need_of_reset(t);
	if (!CHECK(t, RESET_1, device->transport->reset(device), "after the test: %s",
		   device->problem)) {
		t->subject->lost = true;
		return;
	}
	if (device->queue_count || device->config_vector)
		settle_interrupts();
	arrivals = interrupt_total();
	device->transport->del_vqs(device);
	CHECK(t, RESET_2, interrupt_total() == arrivals,
	      "%lu interrupts arrived after device_status read 0", interrupt_total() - arrivals);
	CHECK(t, SANE_7, interrupt_strays(&vector) == strays,
	      "an interrupt came on vector %#x, which was given to nobody", vector);
	CHECK(t, SANE_6, arena_intact(t->arena, &damage),
	      "memory outside the buffers was written: byte %ld of %s (%u bytes) is %#x",
	      damage.position, damage.name, damage.size, damage.found);
}

/* True when the test had to be cut off. */
static bool execute(struct test_run *t, const struct interference *interference)
{
	struct guard_report report;
	uint64_t timeout = options.timeout_ms ? options.timeout_ms * 1000000
			   : t->test->timeout ? t->test->timeout
					      : MAXIMUM(TIMEOUT_NS, TIMEOUT_WAITS * PATIENCE_NS);
	uint64_t strays = interrupt_strays(NULL), start;
	uint64_t run_out = waits_run_out();
	struct virtio_device *device = t->device;
	struct subject *subject = t->subject;

	lose_patience(subject->let_down >= LET_DOWNS);
	if (!subject->unusable &&
	    !CHECK(t, RESET_1, make_fresh(t), "before the test: %s", device->problem)) {
		subject->lost = true;
		return false;
	}
	if (interference)
		interference->begin(t->device);
	start = clock_now();
	guard_call(call_test, t, timeout, &report);
	current_result.microseconds = clock_to_ns(clock_now() - start) / 1000;
	note_end(t, &report);
	subject->let_down += outcome_of(t->findings).verdict == VERDICT_FAIL &&
			     waits_run_out() != run_out &&
			     current_result.microseconds >= PATIENCE_NS / 1000;
	if (judged_nothing(t))
		not_judged(t, NO_CLAUSE, "nothing that it judges applies to this device");
	drive_device(t, device);
	if (!subject->unusable)
		clean_up(t, strays);
	if (interference)
		interference->end(t->device);
	return report.end == GUARD_TIMEOUT;
}

/* Makes ready for one test on one device in one variant. */
static void set_step(const struct test *test, struct virtio_device *device,
		     const struct variant *variant, unsigned number, unsigned of)
{
	static char variant_name[VARIANT_TEXT];

	variant_text(variant, variant_name);
	findings_clear(&findings);
	current_result = (struct result){.test = test,
					 .device = device,
					 .variant = variant_name,
					 .number = number,
					 .of = of};
	current = (struct test_run){
		.test = test,
		.variant_name = variant_name,
		.also = mode_chosen()->repeat,
		.result = &current_result,
		.subject = subject_of(device),
		.device = device,
		.variant = *variant,
		.workload = workload_of(device->type),
		.arena = &arena,
		.findings = &findings,
	};
	random_seed(&current.random, options.seed + number);
}

/* One step of the plan. */
bool run_once(const struct test *test, struct virtio_device *device, const struct variant *variant,
	      const struct interference *interference)
{
	struct subject *subject = subject_of(device);
	bool lost = subject->lost, cut_off;

	set_step(test, device, variant, 1, 1);
	cut_off = execute(&current, interference);
	/* Whoever interfered may have kept it from coming back. */
	subject->lost = lost;
	return cut_off;
}

/* Asked once a subject. */
static void ask_for_taker(struct test_run *t)
{
	struct completion completion;

	bring_up(t);
	submit(t, work_queue(t), new_request(t, 1));
	t->subject->taker = TAKER_MISSING;
	if (await_completion(t, work_queue(t), &completion))
		t->subject->taker = TAKER_THERE;
}

/*
 * Such a device conforms while its requests wait, so nothing that needs one can be judged: that is
 * said once, as an error of the set-up.
 */
static bool taker_is_missing(struct virtio_device *device, struct totals *totals)
{
	static const struct test question = {
		.suite = "harness", .name = "taker", .run = ask_for_taker};
	const struct workload *workload = workload_of(device->type);
	enum taker *taker = &subject_of(device)->taker;
	struct variant polled = {.interrupts = INTERRUPT_NONE};
	char sentence[160];

	if (!workload || !workload->needs_taker)
		return false;
	if (*taker == TAKER_UNASKED) {
		*taker = TAKER_THERE;
		run_once(&question, device, &polled, NULL);
		if (*taker == TAKER_MISSING) {
			format_text(
				sentence, sizeof(sentence),
				"%s: %s waits for ever: nobody behind the device takes it, or it "
				"serves no requests",
				device->name, workload->about);
			report_note(sentence);
			totals->verdicts[VERDICT_ERROR]++;
		}
	}
	return *taker == TAKER_MISSING;
}

static void report_result(const struct result *result, struct totals *totals)
{
	struct outcome outcome = outcome_of(current.findings);
	char reason[FINDING_WORDS];

	outcome_reason(&outcome, reason, sizeof(reason));
	totals->verdicts[outcome.verdict]++;
	REPORT("test", PLACE_FIELDS(result), NUMBER("n", result->number, FOR_PEOPLE),
	       TEXT("verdict", verdict_name(outcome.verdict)), TEXT("reason", reason),
	       TEXT("because", outcome_because(&outcome)), NUMBER("us", result->microseconds));
}

static void run_step(const struct test *test, struct virtio_device *device,
		     const struct variant *variant, unsigned number, unsigned of,
		     struct totals *totals)
{
	bool lost = subject_of(device)->lost;
	bool waits = !lost && (test->needs & NEEDS_WORK) && taker_is_missing(device, totals);
	const char *skip;

	set_step(test, device, variant, number, of);
	REPORT("start", PLACE_FIELDS(&current_result), NUMBER("n", number), NUMBER("of", of));
	skip = lost    ? "the device did not come back from an earlier reset"
	       : waits ? "nobody behind the device takes what a request sends"
		       : reason_to_skip(test, device);
	if (skip) {
		const char *feature =
			test->has_feature && starts_with(skip, "VIRTIO_") ? "not offered: " : "";

		not_judged(&current, lost ? CLAUSE_RESET_1 : NO_CLAUSE, "%s%s", feature, skip);
	} else {
		execute(&current, NULL);
	}
	report_result(&current_result, totals);
}

static struct variant variants[VARIANTS_MOST]; /* of the test that is walked */

/* Walks the plan; runs it when totals is not NULL. Returns how many steps there are. */
static unsigned walk(unsigned of, struct totals *totals)
{
	unsigned number = 0;

	for_each_device (device) {
		if (!device_selected(device))
			continue;
		for_each_test_of_mode (test) {
			unsigned found;

			if (!test_selected(*test, device))
				continue;
			found = selected_variants(*test, device, variants, VARIANTS_MOST);
			for (unsigned n = 0; n < found; n++) {
				number++;
				if (totals && number >= options.from)
					run_step(*test, device, &variants[n], number, of, totals);
			}
		}
	}
	return number;
}

static void note_msix(struct virtio_device *device)
{
	const struct msix *msix = &virtio_pci(device)->msix;

	if (!device->vectors)
		return;
	device->driven_before = device->driven_before || common_read(device, device_status);
	subject_of(device)->contact.msix_control =
		pci_read16(msix->function, msix->capability + MSIX_CONTROL);
	for (unsigned entry = 0; entry < msix->entries; entry++)
		subject_of(device)->contact.msix_unmasked += !msix_entry_masked(msix, entry);
}

/* Whether a selected test would interrupt by the pin, if only it were known which line that is. */
static bool line_is_wanted(struct virtio_device *device)
{
	bool wanted = false;

	device->line_known = true;
	for_each_test_of_mode (test) {
		unsigned found = test_selected(*test, device)
					 ? selected_variants(*test, device, variants, VARIANTS_MOST)
					 : 0;

		for (unsigned n = 0; n < found; n++)
			wanted = wanted || variants[n].interrupts == INTERRUPT_INTX;
	}
	device->line_known = false;
	return wanted;
}

void prepare_devices(void)
{
	size_t pages = MINIMUM(memory_available() / 2, (size_t)(ARENA_MOST / PAGE_SIZE));
	void *base = memory_take(pages);

	arena_start(&arena, base, pages * PAGE_SIZE);
	/* A pin that the firmware left open would disturb whoever shares its line. */
	for_each_device (device) {
		note_msix(device);
		intx_disable(virtio_pci(device)->function, true);
	}
	for_each_device (device) {
		if (device_selected(device) && !subject_of(device)->unusable &&
		    line_is_wanted(device))
			find_line(device);
	}
}

void run_plan(struct totals *totals)
{
	unsigned steps;

	prepare_devices();
	steps = walk(0, NULL);
	if (!steps) {
		totals->verdicts[VERDICT_ERROR]++;
		report_note("no test is selected by vp.tests, vp.skip, vp.device and vp.variant");
		return;
	}
	REPORT("plan", NUMBER("tests", steps));
	walk(steps, totals);
}
