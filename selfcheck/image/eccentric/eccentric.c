/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the tests against eccentrics: what is found that the device alone is not accused of is false. */
#include "selfcheck/image/eccentric/eccentric.h"

#include "arch/clock.h"
#include "lib/string.h"
#include "tests/harness/judge/outcome.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/plan.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/run/step.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/device.h"
#include "virtio/transport/pci/find.h"

#define VARIANTS_MOST 512

/* What a device has done wrong unaided is waited for in vain: not for long, unless somebody is accused. */
#define PATIENCE_MS 500

/* How often a device alone is asked: what it does wrong once in ten times shows then in seven of ten cases. */
#define COMPARISONS 12

/* Of a short run, where an eccentric does not say otherwise. */
#define USUAL_DEVICES "rng"
/* Tests that take long and would not take notice. */
#define LONG_TESTS "ring.split_indices*,interrupt.*sweep*"
/* What reaches registers past all onlookers: by the window, byte by byte. */
#define PAST_ONLOOKERS "transport.window_reads_what*,transport.device_works_through_the_window*"
/* What looks at a buffer, from another CPU, before an eccentric can have changed what it was used with. */
#define BEFORE_ONLOOKERS "ring.used_buffer_is_complete*"

static const char *wanted_eccentrics; /* globs, "" means all; NULL: nobody asks */
static bool everywhere;               /* all tests and variants on all devices */
static uint64_t parts = 1, part;      /* of every `parts` eccentrics the one at `part`, from 0 on */

/* How an eccentric fared. */
struct fate {
	const struct eccentric *eccentric;
	unsigned steps;   /* tests that were run on it */
	unsigned judged;  /* of these, tests that were not skipped */
	unsigned accused; /* findings that its device alone does not give rise to */
	unsigned acts;
	uint64_t patience_ms; /* as the user has it */
	uint64_t since;       /* TSC */
};

static unsigned acts_seen;

void acts(void)
{
	__atomic_add_fetch(&acts_seen, 1, __ATOMIC_RELAXED);
}

/* ---- a device with the eccentric before it, and without ---- */

/* What was known of the device before the eccentric stepped in. */
static struct virtio_pci_device own_device;
static struct subject own_subject;

static bool is_over_pci(const struct virtio_device *device)
{
	return device->traits & DEVICE_OVER_PCI;
}

static void keep_own(const struct virtio_device *device)
{
	if (is_over_pci(device))
		own_device = *virtio_pci(device);
	else
		own_device.device = *device;
}

static void restore_own(struct virtio_device *device)
{
	if (is_over_pci(device))
		*virtio_pci(device) = own_device;
	else
		*device = own_device.device;
}

/* Finds a PCI device anew; of an MMIO device, and a legacy one, there is nothing but its registers. */
static bool appear(struct virtio_device *device)
{
	if (!is_over_pci(device) || (device->traits & DEVICE_LEGACY))
		return true;
	if (virtio_pci_probe(own_device.function, virtio_pci(device)) != VIRTIO_PCI_MODERN)
		return false;
	device->line_known = own_device.device.line_known;
	device->line = own_device.device.line;
	device->line_active_low = own_device.device.line_active_low;
	return true;
}

/* Whether the device could be met anew: as the eccentric lets it appear. */
static bool step_in(const struct eccentric *eccentric, struct virtio_device *device)
{
	keep_own(device);
	own_subject = *subject_of(device);
	interpose(&(struct interposed){
		.onlooker = eccentric->onlooker,
		.offers = eccentric->offers,
		.used_element = eccentric->used_element,
		.start = eccentric->start,
		.stop = eccentric->stop,
	});
	interpose_for_long(device);
	if (!appear(device) || !make_fresh(device))
		return false;
	make_contact(&face_of(device)->contact, device);
	return make_fresh(device);
}

static void step_out(struct virtio_device *device)
{
	interpose_no_longer(device);
	restore_own(device);
	*subject_of(device) = own_subject;
}

/* Another device of the type, which is not odd; NULL: there is none. */
static struct virtio_device *ordinary_one(const struct eccentric *eccentric,
					  const struct virtio_device *odd)
{
	for_each_device (device) {
		if (device->type == odd->type && !eccentric->fits(device) &&
		    !face_of(device)->unusable)
			return device;
	}
	return NULL;
}

/* ---- accusations ---- */

static bool found_among(const struct findings *findings, const struct finding *sought)
{
	for (unsigned n = 0; n < findings->count; n++) {
		if (findings->list[n].kind == sought->kind &&
		    findings->list[n].clause == sought->clause)
			return true;
	}
	return false;
}

static void report_accusation(const struct fate *fate, const struct test *test,
			      const struct virtio_device *device, const struct variant *variant,
			      const struct finding *finding)
{
	char name[TEST_NAME_SIZE], variant_name[VARIANT_TEXT];
	bool before = report_hush(false);

	test_full_name(test, name);
	variant_text(variant, variant_name);
	REPORT("accusation", TEXT("eccentric", fate->eccentric->name), TEXT("test", name),
	       TEXT("device", device->name), TEXT("variant", variant_name),
	       TEXT("clause", finding->kind == FINDING_BROKEN
				      ? clause_name(&clauses[finding->clause])
				      : "error"),
	       TEXT("message", finding->words));
	report_hush(before);
}

static bool is_admitted(const struct eccentric *eccentric, const struct finding *finding)
{
	if (finding->kind != FINDING_BROKEN || finding_verdict(finding) != VERDICT_WARN)
		return false;
	for (const uint16_t *id = eccentric->admits; id && *id != CLAUSE_COUNT; id++) {
		if (finding->clause == *id)
			return true;
	}
	return false;
}

/* Keeps of `findings` what weighs and, if `others` is not NULL, is not found there. */
static void keep_heavy(const struct eccentric *eccentric, struct findings *findings,
		       const struct findings *others)
{
	unsigned kept = 0;

	for (unsigned n = 0; n < findings->count; n++) {
		const struct finding *finding = &findings->list[n];

		if (finding_verdict(finding) > VERDICT_SKIP && !is_admitted(eccentric, finding) &&
		    !(others && found_among(others, finding)))
			findings->list[kept++] = *finding;
	}
	findings->count = kept;
}

/* Runs the test as often as it takes to know that what is left of `findings` is a false accusation. */
static void compare(struct fate *fate, const struct test *test, struct virtio_device *device,
		    const struct variant *variant, struct findings *findings)
{
	const struct eccentric *eccentric = fate->eccentric;
	struct virtio_device *ordinary =
		eccentric->natural ? ordinary_one(eccentric, device) : device;

	if (!eccentric->natural)
		step_out(device);
	/* What the device does now and then only need not show at once. */
	for (unsigned n = 0; ordinary && findings->count && n < COMPARISONS; n++) {
		run_once(test, ordinary, variant, NULL);
		keep_heavy(eccentric, findings, run_once_findings());
	}
	if (!eccentric->natural)
		step_in(eccentric, device);
}

/* The test with the eccentric in between; what weighs among its findings is left in *findings. */
static void run_before(const struct eccentric *eccentric, const struct test *test,
		       struct virtio_device *device, const struct variant *variant,
		       struct findings *findings)
{
	run_once(test, device, variant, eccentric->natural ? NULL : &interposition);
	*findings = *run_once_findings();
	keep_heavy(eccentric, findings, NULL);
}

static void try_step(struct fate *fate, const struct test *test, struct virtio_device *device,
		     const struct variant *variant)
{
	static struct findings findings;

	run_before(fate->eccentric, test, device, variant, &findings);
	fate->steps++;
	fate->judged += outcome_of(run_once_findings()).verdict != VERDICT_SKIP;
	if (findings.count)
		compare(fate, test, device, variant, &findings);
	if (!findings.count)
		return;
	/* An accusation is heard twice, and not in a hurry. */
	subject_of(device)->let_down = 0;
	options.patience_ms = fate->patience_ms;
	run_before(fate->eccentric, test, device, variant, &findings);
	compare(fate, test, device, variant, &findings);
	options.patience_ms = MINIMUM(fate->patience_ms, (uint64_t)PATIENCE_MS);
	for (unsigned n = 0; n < findings.count; n++)
		report_accusation(fate, test, device, variant, &findings.list[n]);
	fate->accused += findings.count;
}

/* ---- which steps ---- */

static bool worth_trying(const struct eccentric *eccentric, const struct test *test,
			 const struct virtio_device *device)
{
	char name[TEST_NAME_SIZE];

	if (!test_selected(test, device) || reason_to_skip(test, device))
		return false;
	test_full_name(test, name);
	if (!eccentric->natural && glob_list_match(PAST_ONLOOKERS, name))
		return false;
	if (eccentric->used_element && glob_list_match(BEFORE_ONLOOKERS, name))
		return false;
	if (everywhere)
		return true;
	return !glob_list_match(LONG_TESTS, name) &&
	       (!eccentric->tests || glob_list_match(eccentric->tests, name));
}

/* In a short run the plainest variant stands for all, and the one with all options. */
static bool variant_counts(const struct eccentric *eccentric, const struct variant *variant,
			   unsigned n, unsigned count)
{
	char text[VARIANT_TEXT];

	variant_text(variant, text);
	if (eccentric->variants)
		return glob_list_match(eccentric->variants, text);
	return everywhere || n == 0 || n + 1 == count;
}

static void try_device(struct fate *fate, struct virtio_device *device)
{
	static struct variant variants[VARIANTS_MOST];

	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		unsigned count;

		if (!worth_trying(fate->eccentric, *test, device))
			continue;
		count = selected_variants(*test, device, variants, VARIANTS_MOST);
		for (unsigned n = 0; n < count; n++) {
			if (variant_counts(fate->eccentric, &variants[n], n, count))
				try_step(fate, *test, device, &variants[n]);
		}
	}
}

static bool fits(const struct eccentric *eccentric, const struct virtio_device *device)
{
	const char *devices = eccentric->devices ? eccentric->devices
			      : everywhere       ? "*"
						 : USUAL_DEVICES;

	return device_selected(device) && !face_of(device)->unusable &&
	       (device->traits & (eccentric->traits ? eccentric->traits : DEVICE_OVER_PCI)) &&
	       glob_list_match(devices, virtio_type_name(device->type)) &&
	       (!eccentric->fits || eccentric->fits(device));
}

static void report_fate(const struct fate *fate, const char *skipped)
{
	const struct eccentric *eccentric = fate->eccentric;

	REPORT("eccentric", TEXT("name", eccentric->name), TEXT("about", eccentric->about),
	       TEXT("section", eccentric->section), TEXT("sentence", eccentric->sentence),
	       NUMBER("steps", fate->steps), NUMBER("judged", fate->judged),
	       NUMBER("accused", fate->accused), TEXT("skipped", skipped),
	       NUMBER("ms", clock_to_ns(clock_now() - fate->since) / 1000000));
}

/* Why nothing was shown by an eccentric; "" when something was. */
static const char *shown_nothing(const struct fate *fate)
{
	if (fate->accused)
		return "";
	if (!fate->steps)
		return "no device here is fit for it";
	if (!fate->judged)
		return "every test was skipped";
	return fate->acts || fate->eccentric->natural ? "" : "it never came to act";
}

static bool stand_before(struct fate *fate, struct virtio_device *device)
{
	static const struct finding undriveable = {.kind = FINDING_SUITE,
						   .words = "the device cannot be driven"};
	bool in = fate->eccentric->natural || step_in(fate->eccentric, device);

	if (in) {
		try_device(fate, device);
	} else {
		fate->accused++;
		report_accusation(fate, __start_registry_tests[0], device, &(struct variant){0},
				  &undriveable);
	}
	if (!fate->eccentric->natural)
		step_out(device);
	return in;
}

static struct fate try_eccentric(const struct eccentric *eccentric)
{
	struct fate fate = {.eccentric = eccentric, .since = clock_now()};
	uint64_t types = 0; /* that it stood before already */
	bool before = report_hush(true);

	acts_seen = 0;
	fate.patience_ms = options.patience_ms;
	options.patience_ms = MINIMUM(options.patience_ms, (uint64_t)PATIENCE_MS);
	for_each_device (device) {
		uint64_t type = BIT64(device->type % 64);

		if (!fits(eccentric, device) || (!everywhere && (types & type)))
			continue;
		types |= type;
		stand_before(&fate, device);
	}
	report_hush(before);
	options.patience_ms = fate.patience_ms;
	fate.acts = acts_seen;
	report_fate(&fate, shown_nothing(&fate));
	return fate;
}

static bool eccentrics_are_asked(void)
{
	return wanted_eccentrics;
}

/*
 * Runs the tests against every eccentric that vp.eccentric selects, reports each accusation, each eccentric,
 * and sums up. Fails when one was accused or none could be tried.
 */
static enum verdict run_eccentrics(uint64_t start)
{
	unsigned tried = 0, accused = 0, skipped = 0, place = 0;

	prepare_subjects();
	for_each_eccentric(entry)
	{
		struct fate fate;

		if (*wanted_eccentrics && !glob_list_match(wanted_eccentrics, (*entry)->name))
			continue;
		if (place++ % parts != part)
			continue;
		fate = try_eccentric(*entry);
		skipped += *shown_nothing(&fate) != 0;
		tried += *shown_nothing(&fate) == 0;
		accused += fate.accused != 0;
	}
	REPORT("eccentric_summary", NUMBER("accused", accused), NUMBER("tried", tried),
	       NUMBER("skipped", skipped));
	return tried && !accused ? VERDICT_PASS : VERDICT_FAIL;
}

MODE(eccentric,
     .words = WORDS({"eccentric", "try the tests on these eccentrics: globs, bare for all",
		     PARAMETER_OPTION, .value = &wanted_eccentrics},
		    {"everywhere", "… all tests and variants on all devices, not a choice of them",
		     PARAMETER_FLAG, .value = &everywhere},
		    {"parts", "… in so many parts", PARAMETER_NUMBER, .minimum = 1, .maximum = 64,
		     .value = &parts},
		    {"part", "… this one of them, from 0 on", PARAMETER_NUMBER, .value = &part}),
     .is_asked = eccentrics_are_asked, .tests = {__start_registry_tests, __stop_registry_tests},
     .run = run_eccentrics);
