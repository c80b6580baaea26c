/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/explain.h"

#include "host/verdict/expectations.h"

/* Text that may have several lines, moved in; empty lines go. */
static void add_lines(GString *words, const char *indent, const char *before, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (**line)
			g_string_append_printf(words, "%s%s%s\n", indent, before, *line);
	}
}

static void add_expectation(GString *words, const char *indent,
			    const struct expectation *expectation)
{
	if (!expectation)
		return;

	g_autofree char *line = g_strdup_printf("%s%s%s", expectation->reason,
						*expectation->link ? " " : "", expectation->link);

	add_lines(words, indent, "expected: ", line);
}

/* Whether the reason of a test only repeats the message of the check that failed first. */
static gboolean reason_is_check(const struct test_result *test)
{
	const struct check *first = test->checks->len ? test->checks->pdata[0] : NULL;

	if (!first)
		return FALSE;

	g_autofree char *message = g_strconcat(first->clause, ": ", first->message, NULL);

	/* The image cuts long reasons. */
	return *test->reason && g_str_has_prefix(message, test->reason);
}

/*
 * `before` and `after`: the checks that are shown around it, or NULL. What is required stands above
 * the first, and why it is expected below the last of those that it holds for.
 */
static void add_check(GString *words, const char *indent, const struct check *check,
		      const struct check *before, const struct check *after)
{
	g_autofree char *seen =
		g_strdup_printf("%s (%s): %s", check->clause, check->level, check->message);
	g_autofree char *required =
		g_strdup_printf("%s%s%s%s", check->statement, *check->section ? " [" : "",
				check->section, *check->section ? "]" : "");

	add_lines(words, indent, "", seen);
	if (*check->statement && (!before || !g_str_equal(before->clause, check->clause)))
		add_lines(words, indent, "  required: ", required);
	add_lines(words, indent, "  | ", check->dump);
	if (!after || after->expectation != check->expectation)
		add_expectation(words, indent, check->expectation);
}

char *explain_repeat(const struct job *job, const struct test_result *test)
{
	if (*test->repeat == '\0')
		return NULL;
	return g_strconcat(job->repeat_before, test->repeat, job->repeat_after, NULL);
}

char *explain_test(const struct job *job, const struct test_result *test, const char *indent)
{
	GString *words = g_string_new(NULL);
	g_autofree char *repeat = explain_repeat(job, test);

	if (!reason_is_check(test))
		add_lines(words, indent, "", test->reason);
	add_lines(words, indent, "| ", test->dump);
	for (unsigned i = 0, last = test->checks->len - 1; i < test->checks->len; i++)
		add_check(words, indent, test->checks->pdata[i],
			  i ? test->checks->pdata[i - 1] : NULL,
			  i < last ? test->checks->pdata[i + 1] : NULL);
	add_expectation(words, indent, test->expectation);
	if (repeat)
		add_lines(words, indent, "repeat: ", repeat);
	return g_string_free(words, FALSE);
}

const struct expectation *explain_expectation(const struct test_result *test)
{
	if (test->expectation)
		return test->expectation;
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (check->expectation)
			return check->expectation;
	}
	return NULL;
}
