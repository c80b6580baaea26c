/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/judge.h"

#include "arch/guard.h"
#include "arch/wait.h"
#include "lib/string.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/diagnose.h"
#include "tests/harness/judge/evidence.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/judge/outcome.h"
#include "tests/harness/judge/silence.h"
#include "tests/harness/judge/tally.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/plan/result.h"
#include "tests/harness/report/report.h"

#define REASONS_BYTES 8192
#define TOLD_MOST                                                                                  \
	4 /* times a test tells of one clause: the tenth says nothing new, and may cost a second */

/* Keeps a reason for the end of the run, each text once. */
static const char *keep_reason(const char *reason)
{
	static char kept[REASONS_BYTES];
	static size_t used;

	for (size_t at = 0; at < used; at += strlen(kept + at) + 1) {
		if (strcmp(kept + at, reason) == 0)
			return kept + at;
	}
	if (strlen(reason) + 1 > sizeof(kept) - used)
		return "a test that judges it was skipped";

	char *place = kept + used;

	copy_string(place, sizeof(kept) - used, reason);
	used += strlen(reason) + 1;
	return place;
}

static void mark_skipped(const struct test *test, const struct virtio_device *device,
			 const char *reason)
{
	for_each_judged (id, test) {
		enum clause_id said = clause_on(device, *id);

		if (said == NO_CLAUSE)
			continue;
		clause_state(said)->skipped = true;
		clause_state(said)->reason = keep_reason(reason);
	}
}

bool judged_nothing(const struct test_run *t)
{
	return t->test->judges && !t->own_checks && !t->findings->count;
}

/* How many waits had run out when the last check was judged. */
static uint64_t run_out_before;

static void PRINTF_LIKE(4, 5) add_finding(struct test_run *t, enum finding_kind kind,
					  enum clause_id clause, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	findings_add(t->findings, kind, clause, format, arguments);
	va_end(arguments);
}

/* Takes note of a check, whatever it came to: what no test has declared is nobody's to judge. */
static void count_check(struct test_run *t, enum clause_id id)
{
	bool own = test_judges(t->test, id);

	t->own_checks += own;
	if (!own && !harness_judges(id))
		add_finding(t, FINDING_SUITE, id, "judges %s, which it does not declare",
			    clause_name(&clauses[id]));
	run_out_before = waits_run_out();
}

void check_held(struct test_run *t, enum clause_id id)
{
	if (t->asks)
		return;
	count_check(t, id);
	if (clause_on(t->device, id) != NO_CLAUSE)
		tally_held(clause_on(t->device, id));
}

static const char *repeat_words(const struct test_run *t)
{
	static char words[REPEAT_SIZE];
	struct text text = TEXT_ON(words);

	text_add(&text, "vp.tests=%s.%s vp.device=%s vp.variant=%s vp.seed=%lu", t->test->suite,
		 t->test->name, t->device->name, t->variant_name, options.seed);
	if (t->test->needs & NEEDS_SCRATCH)
		text_add(&text, " vp.scratch=%s", t->device->name);
	if (t->device->place)
		text_add(&text, " vp.legacy");
	if (t->also)
		text_add(&text, " %s", t->also);
	add_told_before(&text, t->device);
	return words;
}

static void report_broken(struct test_run *t, enum clause_id id, const char *message,
			  const char *evidence)
{
	const struct clause *clause = &clauses[id];
	const char *repeat = repeat_words(t); /* first: it names clauses, too */

	REPORT("check", TEXT("clause", clause_name(clause)),
	       TEXT("level", clause_level_name(clause->level)),
	       TEXT("statement", clause_statement(clause)), TEXT("section", clause_section(clause)),
	       PLACE_FIELDS(t->result), TEXT("message", message), TEXT("dump", evidence),
	       TEXT("repeat", repeat));
}

/* Whether it is a root fault that an earlier test has told: then the test says that it rests on it. */
static bool told_before(struct test_run *t, enum clause_id id)
{
	bool told = told_by_earlier_boot(t->device, id);
	const struct fault *fault;
	char now[SINCE_SIZE];

	if (told)
		note_fault(t, id);
	fault = fault_of(t->faults, id);
	since_now(t, now);
	if (!fault || (!told && strcmp(fault->since, now) == 0))
		return false;
	not_judged(t, clause_on(t->device, id), "not judged since %s broke %s", fault->since,
		   clause_name(&clauses[clause_on(t->device, id)]));
	return true;
}

/* Tells a check that did not hold, which was found broken so many times. */
static void tell_broken(struct test_run *t, enum clause_id id, unsigned times, const char *message,
			const char *evidence)
{
	report_broken(t, clause_on(t->device, id), message, evidence);
	clause_state(clause_on(t->device, id))->violated += times;
	note_fault(t, id);
}

/* What is being told: the test may be cut off while evidence for it is gathered, or its record is on its way to a slow console. */
static struct {
	bool under_way;
	enum clause_id id;
	char message[FINDING_WORDS];
} awaiting;

void tell_interrupted(struct test_run *t)
{
	if (!awaiting.under_way)
		return;
	awaiting.under_way = false;
	tell_broken(t, awaiting.id, 1, awaiting.message, "");
}

/* A lost start of a queue says nothing of the clause that was judged by what came of it: its words stand behind. */
static void blame_start(const struct test_run *t, enum clause_id judged,
			char message[FINDING_WORDS])
{
	char words[FINDING_WORDS];

	format_text(words, sizeof(words),
		    "the first notification of a queue is lost, where %s is judged: %s",
		    clause_name(&clauses[clause_on(t->device, judged)]), message);
	copy_string(message, FINDING_WORDS, words);
}

void check_broken(struct test_run *t, enum clause_id judged, const char *format, ...)
{
	bool lost = judged != CLAUSE_SANE_1 && clause_on(t->device, judged) != NO_CLAUSE &&
		    !t->asks && !t->test->breaks && start_was_lost(t);
	enum clause_id id = lost ? CLAUSE_SANE_1 : judged;
	enum clause_id said = clause_on(t->device, id);
	unsigned known = t->findings->count;
	char message[FINDING_WORDS];
	const char *dump = "";
	va_list arguments;

	if (!t->asks && told_before(t, id))
		return;
	va_start(arguments, format);
	format_text_list(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (lost)
		blame_start(t, judged, message);
	if (said == NO_CLAUSE) {
		not_judged(t, NO_CLAUSE, "no rule of this transport, as %s is: %s",
			   clause_name(&clauses[id]), message);
		return;
	}
	if (t->asks) {
		add_finding(t, FINDING_BROKEN, said, "%s", message);
		return;
	}
	clause_state(said)->prompt += waits_run_out() == run_out_before;
	count_check(t, id);
	add_finding(t, FINDING_BROKEN, said, "%s", message);
	if ((id == CLAUSE_SANE_8 || only_silence_shows(t)) && hold_check(t, id, message))
		return;
	if (findings_times(t->findings, id) > TOLD_MOST) {
		clause_state(id)->violated++;
		return;
	}
	awaiting.under_way = true;
	awaiting.id = id;
	copy_string(awaiting.message, sizeof(awaiting.message), message);
	/* Evidence is gathered where a finding is made, and not again where it is met again. */
	if (t->findings->count > known)
		dump = evidence(t);
	tell_broken(t, id, 1, message, dump);
	awaiting.under_way = false;
}

/* What is known where a device fell silent for ever: that it served nothing any more, and not what a test was after. */
static void tell_held(struct test_run *t, const struct held_check *check, bool died)
{
	enum clause_id id = died && !t->test->breaks ? CLAUSE_SANE_1 : check->clause;
	char message[FINDING_WORDS];
	struct text text = TEXT_ON(message);

	if (check->status & VIRTIO_STATUS_NEEDS_RESET)
		text_add(&text,
			 "device_status reads %#x, the device needs a reset: ", check->status);
	if (id != check->clause)
		text_add(&text, "nothing is served from here on, where %s is judged: ",
			 clause_name(&clauses[clause_on(t->device, check->clause)]));
	text_add(&text, "%s", check->message);
	findings_withdraw(t->findings, clause_on(t->device, check->clause));
	add_finding(t, FINDING_BROKEN, clause_on(t->device, id), "%s", message);
	tell_broken(t, id, check->times, message, check->evidence);
}

void settle_checks(struct test_run *t, bool died)
{
	for_each_held(check) tell_held(t, check, died);
	forget_held();
}

void not_judged(struct test_run *t, enum clause_id since, const char *format, ...)
{
	char why[FINDING_WORDS];
	va_list arguments;

	va_start(arguments, format);
	format_text_list(why, sizeof(why), format, arguments);
	va_end(arguments);
	add_finding(t, FINDING_NOT_JUDGED, since, "%s", why);
	mark_skipped(t->test, t->device, why);
}

void leave_test(struct test_run *t)
{
	guard_leave(0);
}

void skip_test(struct test_run *t, const char *format, ...)
{
	char why[FINDING_WORDS];
	va_list arguments;

	va_start(arguments, format);
	format_text_list(why, sizeof(why), format, arguments);
	va_end(arguments);
	not_judged(t, NO_CLAUSE, "%s", why);
	leave_test(t);
}

void error_in_test(struct test_run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	findings_add(t->findings, FINDING_SUITE, NO_CLAUSE, format, arguments);
	va_end(arguments);
	leave_test(t);
}

void suite_fault(struct test_run *t, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	findings_add(t->findings, FINDING_SUITE, NO_CLAUSE, format, arguments);
	va_end(arguments);
}

void *test_memory(struct test_run *t, const char *name, size_t size, size_t alignment)
{
	void *memory = arena_allocate(t->arena, name, size, alignment);

	if (!memory)
		error_in_test(t, "the DMA arena has no room for %s", name);
	return memory;
}
