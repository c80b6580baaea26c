/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs saboteurs against the tests that claim to judge what they break. */
#include "selfcheck/image/sabotage/sabotage.h"

#include "lib/string.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/plan/mode.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/run/plan.h"
#include "tests/harness/run/selection.h"
#include "tests/harness/run/step.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/report/report.h"

/* Waiting for what never comes is what most of these runs do. */
#define PATIENCE_MS   200
#define STORAGE_MS    600 /* … where a host answers, and files of its own are behind disks */
#define TIMEOUT_MS    6000
#define VARIANTS_MOST 32
#define MISSED_SIZE   512

/* How a saboteur fared. */
struct sabotage_result {
	const struct saboteur *saboteur;
	const struct virtio_device
		*device;     /* where the last clause was found broken; may be NULL */
	const char *missed;  /* ids of clauses that did not come out violated, "" */
	const char *skipped; /* why it could not be tried, "" */
	unsigned steps;      /* tests that were run against it */
	bool detected;       /* nothing is missed */
	bool by_timeout;     /* some clause came out broken only because a wait ran out */
};

/* How all of them fared. */
struct sabotage_totals {
	unsigned tried, detected, skipped;
	unsigned by_timeout;       /* detected so */
	unsigned judged, suspects; /* clauses that checks cite; those that nothing made fail */
};

/* The search for what one saboteur breaks. */
struct hunt {
	const struct saboteur *saboteur;
	bool found[CLAUSE_COUNT];
	struct sabotage_result result;
};

/* Clauses that some saboteur has made fail in this run. */
static bool failed_once[CLAUSE_COUNT];

static void clear_states(void)
{
	for (unsigned n = 0; n < CLAUSE_COUNT; n++)
		*clause_state(n) = (struct clause_state){0};
}

static bool wanted(const struct hunt *hunt, enum clause_id id)
{
	for (unsigned n = 0; n < hunt->saboteur->clause_count; n++) {
		if (hunt->saboteur->clauses[n] == id)
			return !hunt->found[id];
	}
	return false;
}

static bool all_found(const struct hunt *hunt)
{
	for (unsigned n = 0; n < hunt->saboteur->clause_count; n++) {
		if (!hunt->found[hunt->saboteur->clauses[n]])
			return false;
	}
	return true;
}

/* A clause that is violated without the saboteur too proves nothing about it. */
static void drop_innocent(bool *violated, const struct test *test, struct virtio_device *device,
			  const struct variant *variant)
{
	struct features offered = device->offered;

	clear_states();
	run_once(test, device, variant, NULL);
	/* Left to itself the device has said what it really offers. */
	device->offered = offered;
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		if (clause_state(n)->violated)
			violated[n] = false;
	}
}

static void try_step(struct hunt *hunt, const struct test *test, struct virtio_device *device,
		     const struct variant *variant)
{
	const struct saboteur *saboteur = hunt->saboteur;
	static bool violated[CLAUSE_COUNT], prompt[CLAUSE_COUNT];
	bool hit = false, cut_off;

	clear_states();
	subject_of(device)->served =
		false; /* by the device behind, not by the one that is made of it */
	interpose(&(struct interposed){
		.onlooker = saboteur->onlooker,
		.offers = saboteur->offers,
		.used_element = saboteur->used_element,
		.start = saboteur->start,
		.stop = saboteur->stop,
	});
	cut_off = run_once(test, device, variant, &interposition);
	hunt->result.steps++;
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		violated[n] = clause_state(n)->violated;
		prompt[n] = clause_state(n)->prompt;
		failed_once[n] = failed_once[n] || violated[n];
		hit = hit || (violated[n] && wanted(hunt, n));
	}
	if (!hit)
		return;
	drop_innocent(violated, test, device, variant);
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		if (!violated[n] || !wanted(hunt, n))
			continue;
		hunt->found[n] = true;
		hunt->result.device = device;
		hunt->result.by_timeout = hunt->result.by_timeout || !prompt[n] || cut_off;
	}
}

/* Whether the test declares a clause that is still to be found. */
static bool judges_wanted(const struct hunt *hunt, const struct test *test,
			  const struct virtio_device *device)
{
	for_each_judged (id, test) {
		if (wanted(hunt, clause_on(device, *id)))
			return true;
	}
	return false;
}

/* Whether the harness, and so any test, may judge what is still to be found. */
static bool shared_wanted(const struct hunt *hunt, const struct virtio_device *device)
{
	for (const uint16_t *id = judged_beside; *id != CLAUSE_COUNT; id++) {
		if (wanted(hunt, clause_on(device, *id)))
			return true;
	}
	return false;
}

static bool worth_trying(const struct hunt *hunt, const struct test *test,
			 const struct virtio_device *device, bool shared)
{
	char name[TEST_NAME_SIZE];

	test_full_name(test, name);
	if (hunt->saboteur->tests && !glob_list_match(hunt->saboteur->tests, name))
		return false;
	if (!test_selected(test, device) || reason_to_skip(test, device))
		return false;
	return shared ? shared_wanted(hunt, device) : judges_wanted(hunt, test, device);
}

static void search(struct hunt *hunt, struct virtio_device *device, bool shared)
{
	static struct variant variants[VARIANTS_MOST];

	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		unsigned count;

		if (!worth_trying(hunt, *test, device, shared))
			continue;
		count = selected_variants(*test, device, variants, VARIANTS_MOST);
		for (unsigned n = 0; n < count && worth_trying(hunt, *test, device, shared); n++)
			try_step(hunt, *test, device, &variants[n]);
	}
}

static bool fits(const struct saboteur *saboteur, const struct virtio_device *device)
{
	return device_selected(device) && (!saboteur->type || saboteur->type == device->type);
}

static const char *missed(const struct hunt *hunt)
{
	static char words[MISSED_SIZE];
	struct text text = TEXT_ON(words);

	words[0] = '\0';
	for (unsigned n = 0; n < hunt->saboteur->clause_count; n++) {
		enum clause_id id = hunt->saboteur->clauses[n];

		if (!hunt->found[id])
			text_add(&text, "%s%s", *words ? "," : "", clause_name(&clauses[id]));
	}
	return words;
}

static void report_saboteur(const struct sabotage_result *result)
{
	REPORT("sabotage", TEXT("name", result->saboteur->name),
	       TEXT("about", result->saboteur->about),
	       TEXT("device", result->device ? result->device->name : ""),
	       TRUTH("detected", result->detected), TEXT("missed", result->missed),
	       TRUTH("by_timeout", result->by_timeout), NUMBER("steps", result->steps),
	       TEXT("skipped", result->skipped));
}

static void run_saboteur(const struct saboteur *saboteur, struct sabotage_result *result)
{
	static struct hunt hunt;
	bool before = report_hush(true);

	hunt = (struct hunt){.saboteur = saboteur, .result = {.saboteur = saboteur}};
	for (unsigned pass = 0; pass < 2; pass++) {
		for_each_device (device) {
			struct features offered = device->offered;

			if (all_found(&hunt) || !fits(saboteur, device))
				continue;
			device->offered.words[0] |= saboteur->offers;
			face_of(device)->contact.offered = device->offered;
			search(&hunt, device, pass > 0);
			device->offered = offered;
			face_of(device)->contact.offered = offered;
		}
	}
	report_hush(before);
	hunt.result.detected = all_found(&hunt);
	hunt.result.missed = missed(&hunt);
	hunt.result.skipped =
		hunt.result.steps ? "" : "no test that could judge it runs on these devices";
	*result = hunt.result;
	report_saboteur(result);
}

/* Whether any saboteur of the image names the clause. */
static bool named(enum clause_id id)
{
	for_each_saboteur (entry) {
		for (unsigned n = 0; n < (*entry)->clause_count; n++) {
			if ((*entry)->clauses[n] == id)
				return true;
		}
	}
	return false;
}

/* Whether a device breaks the clause without help: such a check can fail. */
static bool is_broken_unaided(enum clause_id id)
{
	static struct variant variants[VARIANTS_MOST];

	clear_states();
	for (const struct test *const *test = __start_registry_tests; test < __stop_registry_tests;
	     test++) {
		if (!test_judges(*test, id))
			continue;
		for_each_device (device) {
			if (!test_selected(*test, device) || reason_to_skip(*test, device) ||
			    !selected_variants(*test, device, variants, VARIANTS_MOST))
				continue;
			run_once(*test, device, &variants[0], NULL);
			if (clause_state(id)->violated)
				return true;
		}
	}
	return false;
}

/* Clauses that tests judge and that nothing has ever made fail. */
static void report_suspects(struct sabotage_totals *totals)
{
	for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
		bool suspect, before;

		if (!clause_is_judged(n))
			continue;
		before = report_hush(true);
		suspect = !named(n) && !failed_once[n] && !is_broken_unaided(n);
		report_hush(before);
		totals->judged++;
		totals->suspects += suspect;
		if (suspect)
			REPORT("suspect", TEXT("clause", clause_name(&clauses[n])));
	}
}

static const char *wanted_saboteurs; /* globs, "" means all; NULL: an honest run */

static bool sabotage_is_asked(void)
{
	return wanted_saboteurs;
}

/*
 * Runs every saboteur that vp.sabotage selects against the tests that cite its clauses, reports each and
 * sums up. Fails when one was missed or none could be tried.
 */
static enum verdict run_sabotage(uint64_t start)
{
	struct sabotage_totals totals = {0};

	options.patience_ms =
		MINIMUM(options.patience_ms, (uint64_t)(options.host ? STORAGE_MS : PATIENCE_MS));
	if (!options.timeout_ms)
		options.timeout_ms = TIMEOUT_MS;
	prepare_subjects();
	for_each_saboteur (entry) {
		struct sabotage_result result;

		if (*wanted_saboteurs && !glob_list_match(wanted_saboteurs, (*entry)->name))
			continue;
		run_saboteur(*entry, &result);
		totals.skipped += *result.skipped != 0;
		totals.tried += *result.skipped == 0;
		totals.detected += result.detected;
		totals.by_timeout += result.detected && result.by_timeout;
	}
	report_suspects(&totals);
	REPORT("sabotage_summary", NUMBER("detected", totals.detected),
	       NUMBER("tried", totals.tried), NUMBER("skipped", totals.skipped),
	       NUMBER("by_timeout", totals.by_timeout), NUMBER("judged", totals.judged),
	       NUMBER("suspects", totals.suspects));
	return totals.tried > 0 && totals.detected == totals.tried ? VERDICT_PASS : VERDICT_FAIL;
}

MODE(sabotage,
     .words = WORDS({"sabotage", "try these saboteurs against the tests: globs, bare for all",
		     PARAMETER_OPTION, .value = &wanted_saboteurs}),
     .is_asked = sabotage_is_asked, .tests = {__start_registry_tests, __stop_registry_tests},
     .run = run_sabotage);
