/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/confirm.h"

#include <string.h>

#include "host/record/records.h"

/* A repetition on its way. */
struct repetition {
	const struct fault *fault;
	const struct test_result *wanted;
	GCancellable *enough; /* what comes behind the test is not wanted */
	gboolean failed;
};

/* Whether the same is wrong: the clause, or what became of the test. */
static gboolean shows(const struct fault *fault, const struct test_result *test)
{
	const struct sighting *first = fault->sightings->pdata[0];

	for (unsigned i = 0; first->check && i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (strcmp(check->clause, first->check->clause) == 0)
			return TRUE;
	}
	return !first->check && test->verdict == first->test->verdict &&
	       test->outcome == first->test->outcome;
}

static void view_test(const struct job *job, struct test_result *test, void *context)
{
	struct repetition *repetition = context;

	if (!test_is_same(test, repetition->wanted))
		return;
	repetition->failed = shows(repetition->fault, test);
	g_cancellable_cancel(repetition->enough);
}

static void pass_on(GCancellable *wish, void *enough)
{
	g_cancellable_cancel(enough);
}

/* One run with these words for the image, as far as the test of the fault: whether that shows it. */
static gboolean shows_again(const struct session *session, const struct fault *fault,
			    const char *words)
{
	const struct sighting *first = fault->sightings->pdata[0];
	struct repetition repetition = {.fault = fault, .wanted = first->test};
	struct expectations *nothing = expectations_none();
	g_autofree char *append =
		g_strdup_printf("%s%s%s", session->append, *session->append ? " " : "", words);
	g_autofree char *trouble = NULL;
	struct session own = {
		.launch = session->launch,
		.job = job_new(),
		.append = append,
		.silence = session->silence,
		.incidents_limit = 1,
		.expectations = nothing,
		.viewer = {.judged = view_test, .context = &repetition},
	};
	gulong handler;

	own.cancel = repetition.enough = g_cancellable_new();
	handler = g_cancellable_connect(session->cancel, G_CALLBACK(pass_on), own.cancel, NULL);
	session_run(&own, &trouble);
	g_cancellable_disconnect(session->cancel, handler);
	g_object_unref(own.cancel);
	job_free(own.job);
	expectations_free(nothing);
	return repetition.failed;
}

static gboolean may_go_on(const struct session *session, gint64 deadline)
{
	return g_get_monotonic_time() < deadline && !g_cancellable_is_cancelled(session->cancel);
}

/* The tests of the device up to that one, in the order of the plan. */
static GPtrArray *tests_before(const struct job *job, const struct test_result *wanted)
{
	GPtrArray *tests = g_ptr_array_new();

	for (unsigned i = 0; i < job->tests->len && job->tests->pdata[i] != wanted; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->device, wanted->device) == 0)
			g_ptr_array_add(tests, (void *)test);
	}
	return tests;
}

/* Whether it shows when the plan of its device is begun at that place, the first being 0. */
static gboolean shows_behind(const struct session *session, const struct fault *fault,
			     unsigned place)
{
	const struct sighting *first = fault->sightings->pdata[0];
	g_autofree char *words =
		g_strdup_printf("vp.device=%s vp.from=%u", first->test->device, place + 1);

	return shows_again(session, fault, words);
}

/*
 * The last test of the device's plan from which on it has to be run for the fault to show: it is what the fault comes
 * behind. NULL when it does not show behind all of them either, or there is no time for that.
 */
static const struct test_result *find_before(const struct session *session,
					     const struct fault *fault, gint64 deadline)
{
	const struct test_result *wanted =
		((const struct sighting *)fault->sightings->pdata[0])->test;
	g_autoptr(GPtrArray) before = tests_before(session->job, wanted);
	unsigned shows_from = 0, hides_from = before->len;

	if (!before->len || !shows_behind(session, fault, 0))
		return NULL;
	while (hides_from - shows_from > 1) {
		unsigned middle = (shows_from + hides_from) / 2;

		if (!may_go_on(session, deadline))
			return NULL;
		if (shows_behind(session, fault, middle))
			shows_from = middle;
		else
			hides_from = middle;
	}
	return before->pdata[shows_from];
}

/*
 * The words that repeat the test with the other before it, in the order that the session was told. The caller owns them.
 */
static char *words_behind(const struct session *session, const struct test_result *wanted,
			  const struct test_result *before)
{
	g_auto(GStrv) alone = g_strsplit(wanted->repeat, " ", -1);
	g_auto(GStrv) told = g_strsplit(session->append, " ", -1);
	GString *words = g_string_new(NULL);

	g_string_printf(words, "vp.tests=%s,%s", before->full_name, wanted->full_name);
	for (char **word = alone; *word; word++) {
		if (!g_str_has_prefix(*word, "vp.tests=") &&
		    !g_str_has_prefix(*word, "vp.variant="))
			g_string_append_printf(words, " %s", *word);
	}
	for (char **word = told; *word; word++) {
		if (g_str_has_prefix(*word, "vp.shuffle="))
			g_string_append_printf(words, " %s", *word);
	}
	return g_string_free(words, FALSE);
}

/* The words that make the fault show, where the test and the one before it are enough for that; "" where they are not. */
static char *find_words(const struct session *session, const struct fault *fault,
			const struct test_result *before, gint64 deadline)
{
	const struct sighting *first = fault->sightings->pdata[0];
	g_autofree char *words = words_behind(session, first->test, before);

	if (!may_go_on(session, deadline) || !shows_again(session, fault, words))
		return g_strdup("");
	return g_steal_pointer(&words);
}

void confirm_fault(struct session *session, const struct fault *fault, unsigned times,
		   gint64 deadline)
{
	const struct test_result *test =
		((const struct sighting *)fault->sightings->pdata[0])->test;
	const struct test_result *before = NULL;
	g_autofree char *words = NULL;
	unsigned tried = 0, failed = 0;
	JsonObject *record;

	while (tried < times && may_go_on(session, deadline)) {
		failed += shows_again(session, fault, test->repeat);
		tried++;
	}
	if (tried && !failed)
		before = find_before(session, fault, deadline);
	words = before ? find_words(session, fault, before, deadline) : g_strdup("");
	if (!tried || g_cancellable_is_cancelled(session->cancel))
		return;
	record = record_new("confirmed");
	json_object_set_string_member(record, "fault", fault->what);
	json_object_set_int_member(record, "tried", tried);
	json_object_set_int_member(record, "failed", failed);
	json_object_set_string_member(record, "behind", before ? before->full_name : "");
	json_object_set_string_member(record, "suite", test->suite);
	json_object_set_string_member(record, "test", test->name);
	json_object_set_string_member(record, "device", test->device);
	json_object_set_string_member(record, "variant", test->variant);
	json_object_set_string_member(record, "repeat", words);
	session_tell(session, record);
}
