/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan of a run: every selected test on every device in its variants, step by step. */
#include "tests/harness/run/plan.h"

#include "arch/memory.h"
#include "lib/random.h"
#include "lib/string.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/run/death.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/run/step.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/iommu.h"
#include "tests/harness/subject/line.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/subject/taker.h"
#include "virtio/transport.h"
#include "virtio/transport/setup.h"

#define VARIANTS_MOST 512

static struct variant variants[VARIANTS_MOST]; /* of the test that is walked */

/* A test at its place: those with the least keys come first. */
struct place {
	uint64_t key;
	const struct test *test;
};

/* The tests of the mode in the order in which each device is judged by them. */
static struct place *order;
static unsigned order_count;

/* It hangs on the test and the number alone: a part of the plan has the order that it has in the whole. */
static uint64_t shuffled_key(const struct test *test)
{
	char name[TEST_NAME_SIZE];
	struct random random;

	test_full_name(test, name);
	random_seed(&random, options.shuffle ^ hash_add(HASH_START, name, strlen(name)));
	return random_next(&random);
}

/* False when there is no memory for it. */
static bool set_order(void)
{
	const struct test_list *tests = &mode_chosen()->tests;
	size_t bytes = (size_t)(tests->end - tests->first) * sizeof(*order);

	order = memory_take((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
	if (!order)
		return false;
	for_each_test_of_mode (test) {
		struct place place = {options.shuffle ? shuffled_key(*test) : 0, *test};
		unsigned n = order_count++;

		for (; n && order[n - 1].key > place.key; n--)
			order[n] = order[n - 1];
		order[n] = place;
	}
	return true;
}

static void note_missing_taker(const struct virtio_device *device, struct totals *totals)
{
	const struct virtio_device *iommu = iommu_in_the_way(device);
	char sentence[200];

	if (iommu)
		format_text(sentence, sizeof(sentence),
			    "%s serves no requests: %s, an IOMMU that nobody has set up, lets "
			    "nothing through (5.13.6)",
			    device->name, iommu->name);
	else
		format_text(sentence, sizeof(sentence),
			    "%s: %s waits for ever: nobody behind the device takes it, or it "
			    "serves no requests",
			    device->name, workload_of(device->type)->about);
	report_note(sentence);
	totals->verdicts[VERDICT_ERROR]++;
}

/* Asked once a subject, by a test that makes requests. */
static void ask_for_taker(struct virtio_device *device)
{
	struct subject *subject = subject_of(device);

	if (subject->taker == TAKER_UNASKED && taker_is_needed(device)) {
		subject->taker = TAKER_THERE;
		REPORT("touch", TEXT("device", device->name),
		       TEXT("for", "whether a request is taken"));
		ask_device(&taker_question, device, usual_interrupts(device));
	}
}

/*
 * Nothing that needs a request can be judged where nobody takes one: that is said
 * once, as an error of the set-up.
 */
static bool taker_is_missing(struct virtio_device *device, struct totals *totals)
{
	struct subject *subject = subject_of(device);

	ask_for_taker(device);
	if (subject->taker == TAKER_MISSING && !subject->taker_told) {
		subject->taker_told = true;
		note_missing_taker(device, totals);
	}
	return subject->taker == TAKER_MISSING;
}

/* What has become known in this run and keeps a test from running on a device; NULL: nothing. */
static const char *obstacle_to(const struct test *test, struct virtio_device *device,
			       struct totals *totals)
{
	const char *death = death_in_the_way(device, test);

	if (death)
		return death;
	/* The tests of a type make requests of their own, and judge what becomes of them. */
	if (test->type)
		ask_for_taker(device);
	if (!(test->needs & NEEDS_WORK) && !(test->type && iommu_in_the_way(device)))
		return NULL;
	return taker_is_missing(device, totals)
		       ? "nobody takes, or lets through, what a request sends"
		       : NULL;
}

/* One step, and a look at what it has left. */
static void take_step(const struct test *test, struct virtio_device *device,
		      const struct variant *variant, unsigned number, unsigned of,
		      struct totals *totals)
{
	const char *obstacle = obstacle_to(test, device, totals);
	enum verdict verdict = run_step(test, device, variant, number, of, obstacle);
	bool died = (verdict == VERDICT_FAIL || verdict == VERDICT_ERROR) &&
		    look_for_death(device, test, variant);

	totals->verdicts[end_step(died)]++;
	if (died)
		tell_death(device);
}

/* Walks the plan; runs it when totals is not NULL. Returns how many steps there are. */
static unsigned walk(unsigned of, struct totals *totals)
{
	unsigned number = 0;

	for_each_device (device) {
		if (!device_selected(device))
			continue;
		for (unsigned place = 0; place < order_count; place++) {
			const struct test *test = order[place].test;
			unsigned found = 0;

			if (test_selected(test, device))
				found = selected_variants(test, device, variants, VARIANTS_MOST);

			for (unsigned n = 0; n < found; n++) {
				number++;
				if (totals && number >= options.from)
					take_step(test, device, &variants[n], number, of, totals);
			}
		}
	}
	return number;
}

/* Whether a selected test would interrupt by the pin, if only it were known which line that is. */
static bool line_is_wanted(const struct virtio_device *device)
{
	for_each_test_of_mode (test) {
		if (test_selected(*test, device) &&
		    would_use_line(*test, device, variants, VARIANTS_MOST))
			return true;
	}
	return false;
}

static void find_line(struct virtio_device *device)
{
	REPORT("touch", TEXT("device", device->name), TEXT("for", "what its pin drives"));
	ask_device(&line_question, device, INTERRUPT_NONE);
	line_search_end();
}

void prepare_subjects(void)
{
	take_arena();
	virtio_reset_patience(options.patience_ms * 1000000);
	/* A line that the firmware left open would disturb whoever shares it. */
	for_each_device (device) {
		if (device->transport->line)
			device->transport->line->silence(device);
	}
	for_each_subject (subject)
		know_faults(subject->faces[0].device, &subject->faults);
	for_each_device (device) {
		if (device_selected(device) && !face_of(device)->unusable &&
		    line_can_be_sought(device) && line_is_wanted(device))
			find_line(device);
	}
}

void run_plan(struct totals *totals)
{
	unsigned steps;

	if (!set_order()) {
		totals->verdicts[VERDICT_ERROR]++;
		report_note("there is no memory for the order of the tests");
		return;
	}
	prepare_subjects();
	steps = walk(0, NULL);
	if (!steps) {
		totals->verdicts[VERDICT_ERROR]++;
		report_note("no test is selected by vp.tests, vp.skip, vp.device and vp.variant");
		return;
	}
	REPORT("plan", NUMBER("tests", steps));
	walk(steps, totals);
}
