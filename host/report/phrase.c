/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/phrase.h"

/* The name of each part, and what stands before each of its lines. */
static const struct {
	const char *name;
	const char *before;
} parts[] = {
	[PHRASE_REASON] = {"reason", ""},
	[PHRASE_RING] = {"ring", "| "},
	[PHRASE_SEEN] = {"seen", ""},
	[PHRASE_REQUIRED] = {"required", "  required: "},
	[PHRASE_WHERE] = {"where", ""},
	[PHRASE_TAKEN] = {"taken", ""},
	[PHRASE_CONFIRMED] = {"confirmed", ""},
	[PHRASE_CHECK_RING] = {"ring", "  | "},
	[PHRASE_VMM] = {"vmm", "the VMM said: "},
	[PHRASE_DAEMON] = {"daemon", "the daemon said: "},
	[PHRASE_EXPECTED] = {"expected", "expected: "},
	[PHRASE_SOURCE] = {"source", "source: "},
	[PHRASE_REPEAT] = {"repeat", "repeat: "},
};

static void phrase_free(void *data)
{
	struct phrase *phrase = data;

	g_free(phrase->text);
	g_free(phrase);
}

/* Takes the text over; one that is empty says nothing. */
static void add(GPtrArray *phrases, enum phrase_part part, char *text)
{
	if (*text) {
		struct phrase *phrase = g_new0(struct phrase, 1);

		phrase->part = part;
		phrase->text = text;
		g_ptr_array_add(phrases, phrase);
	} else {
		g_free(text);
	}
}

/* What is required, and where; "" when the record does not say. */
static char *requirement(const struct check *check)
{
	if (*check->statement == '\0')
		return g_strdup("");
	return g_strdup_printf("%s%s%s%s", check->statement, *check->section ? " [" : "",
			       check->section, *check->section ? "]" : "");
}

static void add_expectation(GPtrArray *phrases, const struct expectation *expectation)
{
	if (expectation)
		add(phrases, PHRASE_EXPECTED,
		    g_strdup_printf("%s%s%s", expectation->reason, *expectation->link ? " " : "",
				    expectation->link));
}

/*
 * `before` and `after`: the checks that are shown around it, or NULL. What is required stands with
 * the first of a clause, and why it is expected with the last of those that it holds for.
 */
static void add_check(GPtrArray *phrases, const struct check *check, const struct check *before,
		      const struct check *after)
{
	add(phrases, PHRASE_SEEN,
	    g_strdup_printf("%s (%s): %s", check->clause, level_name(check->level),
			    check->message));
	if (!before || !g_str_equal(before->clause, check->clause))
		add(phrases, PHRASE_REQUIRED, requirement(check));
	add(phrases, PHRASE_CHECK_RING, g_strdup(check->dump));
	if (!after || after->expectation != check->expectation)
		add_expectation(phrases, check->expectation);
}

GPtrArray *phrase_failure(const struct job *job, const struct test_result *test)
{
	GPtrArray *phrases = g_ptr_array_new_with_free_func(phrase_free);
	char *repeat = phrase_repeat(job, test);
	unsigned count = test->checks->len;

	if (!test->reason_is_check)
		add(phrases, PHRASE_REASON, g_strdup(test->reason));
	add(phrases, PHRASE_RING, g_strdup(test->dump));
	for (unsigned i = 0; i < count; i++)
		add_check(phrases, test->checks->pdata[i], i ? test->checks->pdata[i - 1] : NULL,
			  i + 1 < count ? test->checks->pdata[i + 1] : NULL);
	add(phrases, PHRASE_VMM, g_strdup(test->vmm_said));
	add(phrases, PHRASE_DAEMON, g_strdup(test->daemon_said));
	add_expectation(phrases, test->expectation);
	if (test->verdict > VERDICT_SKIP && test->source)
		add(phrases, PHRASE_SOURCE, g_strdup(test->source));
	if (repeat)
		add(phrases, PHRASE_REPEAT, repeat);
	return phrases;
}

static char *lines_of(GPtrArray *phrases, const char *indent)
{
	GString *words = g_string_new(NULL);

	for (unsigned i = 0; i < phrases->len; i++) {
		const struct phrase *phrase = phrases->pdata[i];
		g_auto(GStrv) lines = g_strsplit(phrase->text, "\n", -1);

		for (char **line = lines; *line; line++) {
			if (**line)
				g_string_append_printf(words, "%s%s%s\n", indent,
						       parts[phrase->part].before, *line);
		}
	}
	return g_string_free(words, FALSE);
}

char *phrase_lines(const struct job *job, const struct test_result *test, const char *indent)
{
	g_autoptr(GPtrArray) phrases = phrase_failure(job, test);

	return lines_of(phrases, indent);
}

char *phrase_fault_headline(const struct fault *fault)
{
	const struct sighting *first = fault->sightings->pdata[0];

	if (!first->check)
		return g_strdup_printf("%s%s%s", fault->what, *first->test->reason ? ": " : "",
				       first->test->reason);
	return g_strdup_printf("%s (%s): %s", fault->what, level_name(fault->level),
			       first->check->message);
}

/* In how many jobs it was seen; the sightings of one stand together. */
static unsigned count_jobs(const struct fault *fault)
{
	const struct job *last = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < fault->sightings->len; i++) {
		const struct sighting *sighting = fault->sightings->pdata[i];

		count += sighting->job != last;
		last = sighting->job;
	}
	return count;
}

static char *join(const GPtrArray *texts)
{
	GString *all = g_string_new(NULL);

	for (unsigned i = 0; i < texts->len; i++)
		g_string_append_printf(all, "%s%s", i ? ", " : "", (char *)texts->pdata[i]);
	return g_string_free(all, FALSE);
}

static char *where(const struct fault *fault)
{
	const struct sighting *first = fault->sightings->pdata[0];
	g_autofree char *label = test_label(first->test);
	g_autofree char *devices = join(fault->devices);
	unsigned jobs = count_jobs(fault), variants = fault->variants->len;
	GString *text = g_string_new(NULL);

	if (fault->sightings->len == 1) {
		g_string_printf(text, "seen in %s", label);
		return g_string_free(text, FALSE);
	}
	g_string_printf(text, "seen in %u tests", fault->sightings->len);
	if (jobs > 1)
		g_string_append_printf(text, " of %u jobs", jobs);
	if (*devices)
		g_string_append_printf(text, " on %s", devices);
	if (variants > 1)
		g_string_append_printf(text, " in %u variants", variants);
	g_string_append_printf(text, ", first in %s", label);
	return g_string_free(text, FALSE);
}

static char *taken(const struct fault *fault)
{
	if (!fault->taken)
		return g_strdup("");
	return g_strdup_printf("%u test%s could not be judged because of it", fault->taken,
			       fault->taken == 1 ? "" : "s");
}

/* Of the job in which it was seen first. */
static char *confirmed(const struct fault *fault)
{
	const struct sighting *first = fault->sightings->pdata[0];
	const GPtrArray *all = first->job->confirmations;

	for (unsigned i = 0; i < all->len; i++) {
		const struct confirmation *one = all->pdata[i];
		const char *then = one->failed == one->tried ? ""
				   : one->failed             ? ": it is flaky"
						 : ": it is flaky, or needs what ran before";

		if (!g_str_equal(one->fault, fault->what))
			continue;
		return g_strdup_printf("alone in a fresh boot it came %" G_GINT64_FORMAT
				       " times of %" G_GINT64_FORMAT "%s%s%s",
				       one->failed, one->tried,
				       *one->behind ? ": only behind " : then, one->behind, "");
	}
	return g_strdup("");
}

GPtrArray *phrase_fault(const struct fault *fault)
{
	GPtrArray *phrases = g_ptr_array_new_with_free_func(phrase_free);
	const struct sighting *first = fault->sightings->pdata[0];
	const struct check *check = first->check;
	char *repeat = phrase_repeat(first->job, first->test);

	add(phrases, PHRASE_SEEN, phrase_fault_headline(fault));
	if (check)
		add(phrases, PHRASE_REQUIRED, requirement(check));
	add(phrases, PHRASE_WHERE, where(fault));
	add(phrases, PHRASE_TAKEN, taken(fault));
	add(phrases, PHRASE_CONFIRMED, confirmed(fault));
	add(phrases, PHRASE_RING,
	    g_strdup(check && *check->dump ? check->dump : first->test->dump));
	add(phrases, PHRASE_VMM, g_strdup(first->test->vmm_said));
	add(phrases, PHRASE_DAEMON, g_strdup(first->test->daemon_said));
	add_expectation(phrases, fault->expectation);
	if (first->test->source)
		add(phrases, PHRASE_SOURCE, g_strdup(first->test->source));
	if (repeat)
		add(phrases, PHRASE_REPEAT, repeat);
	return phrases;
}

char *phrase_fault_lines(const struct fault *fault, const char *indent)
{
	g_autoptr(GPtrArray) phrases = phrase_fault(fault);

	return lines_of(phrases, indent);
}

/* The sighting of a fault in a test; NULL when it was not seen there. */
static const struct sighting *sighting_in(const struct fault *fault, const struct test_result *test)
{
	for (unsigned i = 0; i < fault->sightings->len; i++) {
		const struct sighting *sighting = fault->sightings->pdata[i];

		if (sighting->test == test)
			return sighting;
	}
	return NULL;
}

char *phrase_test_among(const GPtrArray *faults, const struct job *job,
			const struct test_result *test, const char *indent)
{
	GString *lines = g_string_new(NULL);

	for (unsigned i = 0; i < faults->len; i++) {
		const struct fault *fault = faults->pdata[i];
		const struct sighting *first = fault->sightings->pdata[0];
		const struct sighting *seen = sighting_in(fault, test);

		if (seen == first) {
			g_string_free(lines, TRUE);
			return phrase_lines(job, test, indent);
		}
		if (seen) {
			g_autofree char *label = test_label(first->test);

			g_string_append_printf(lines, "%s%s%s%s, explained at %s%s%s\n", indent,
					       fault->what, seen->check ? ": " : "",
					       seen->check ? seen->check->message : "", label,
					       first->job == job ? "" : " of ",
					       first->job == job ? "" : first->job->name);
		}
	}
	return g_string_free(lines, FALSE);
}

const char *phrase_part_name(enum phrase_part part)
{
	return parts[part].name;
}

/* The check that makes the test wrong, or the first of all; NULL when there is none. */
static const struct check *worst_check(const struct test_result *test, gboolean strict)
{
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (!check->expectation && (strict || level_verdict(check->level) == VERDICT_FAIL))
			return check;
	}
	return test->checks->len ? test->checks->pdata[0] : NULL;
}

char *phrase_headline(const struct test_result *test, gboolean strict)
{
	const struct check *check = worst_check(test, strict);

	if (!check || (*test->reason && !test->reason_is_check))
		return g_strdup(test->reason);
	return g_strdup_printf("%s: %s", check->clause, check->message);
}

char *phrase_repeat(const struct job *job, const struct test_result *test)
{
	if (*test->repeat == '\0' || *job->repeat_before == '\0')
		return NULL;
	return g_strconcat(job->repeat_before, test->repeat, job->repeat_after, NULL);
}

static void extra_free(void *data)
{
	struct extra *extra = data;

	g_free(extra->line);
	g_free(extra);
}

/* `first` and `then` make the line. */
static void add_extra(GPtrArray *extras, const char *type, const char *message, const char *detail,
		      const char *first, const char *then)
{
	struct extra *extra = g_new0(struct extra, 1);

	extra->type = type;
	extra->message = message;
	extra->detail = detail;
	extra->line = g_strdup_printf("%s: %s", first, then);
	g_ptr_array_add(extras, extra);
}

GPtrArray *phrase_extras(const struct conclusion *conclusion)
{
	static const char stale[] = "expected to fail, but did not";
	static const char incomplete[] = "incomplete", missing[] = "the summary never came";
	static const char cut[] = "the records end before the run did";
	GPtrArray *extras = g_ptr_array_new_with_free_func(extra_free);
	const struct job *job = conclusion->job;

	for (unsigned i = 0; i < conclusion->stale->len; i++) {
		const struct expectation *entry = conclusion->stale->pdata[i];

		add_extra(extras, "stale expectation", stale, entry->line, stale, entry->line);
	}
	for (unsigned i = 0; i < job->incidents->len; i++) {
		const struct incident *incident = job->incidents->pdata[i];

		if (*incident->test == '\0')
			add_extra(extras, incident->event, incident->words, incident->output,
				  incident->event, incident->words);
	}
	for (unsigned i = 0; i < conclusion->losses->len; i++)
		add_extra(extras, "lost coverage", conclusion->losses->pdata[i], "", "lost",
			  conclusion->losses->pdata[i]);
	for (unsigned i = 0; i < conclusion->troubles->len; i++) {
		const char *trouble = conclusion->troubles->pdata[i];

		add_extra(extras, "set-up", trouble, "", "set-up", trouble);
	}
	if (conclusion->transport_alone)
		add_extra(extras, "not judged", PHRASE_TRANSPORT_ALONE, "", "not judged",
			  PHRASE_TRANSPORT_ALONE);
	if (!job_is_complete(job)) {
		const char *what = job->summary ? cut : missing;

		add_extra(extras, incomplete, what, "", incomplete, what);
	}
	return extras;
}
