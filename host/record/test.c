/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/test.h"

#include <string.h>

#include "host/record/records.h"

struct check *check_new(JsonObject *record)
{
	struct check *check = g_new0(struct check, 1);

	check->clause = record_copy(record, "clause");
	check->level = level_parse(record_text(record, "level"));
	check->statement = record_copy(record, "statement");
	check->section = record_copy(record, "section");
	check->message = record_copy(record, "message");
	check->dump = record_copy(record, "dump");
	check->repeat = record_copy(record, "repeat");
	return check;
}

void check_free(void *data)
{
	struct check *check = data;

	g_free(check->clause);
	g_free(check->statement);
	g_free(check->section);
	g_free(check->message);
	g_free(check->dump);
	g_free(check->repeat);
	g_free(check);
}

/* The words that repeat a test come with its record or its first check; where there are none, its name has to do. */
static char *repeat_of(const struct test_result *test, JsonObject *record)
{
	const char *repeat = record_text(record, "repeat");

	if (test->verdict <= VERDICT_SKIP || *test->name == '\0')
		return g_strdup(repeat);
	for (unsigned i = 0; *repeat == '\0' && i < test->checks->len; i++)
		repeat = ((const struct check *)test->checks->pdata[i])->repeat;
	if (*repeat)
		return g_strdup(repeat);
	return g_strdup_printf("vp.tests=%s%s%s%s%s", test->full_name,
			       *test->device ? " vp.device=" : "", test->device,
			       *test->variant ? " vp.variant=" : "", test->variant);
}

struct test_result *test_result_new(JsonObject *record, JsonObject *output, GPtrArray *checks,
				    const char *family, const char *given)
{
	struct test_result *test = g_new0(struct test_result, 1);

	test->suite = record_copy(record, "suite");
	test->name = record_copy(record, "test");
	test->full_name = g_strdup_printf("%s.%s", test->suite, test->name);
	test->device = record_copy(record, "device");
	test->family = g_strdup(family);
	test->given = g_strdup(given);
	test->variant = record_copy(record, "variant");
	test->verdict = VERDICT_ERROR;
	verdict_parse(record_text(record, "verdict"), &test->verdict);
	test->reason = record_copy(record, "reason");
	test->taken_by = g_strdup("");
	test->since = g_strdup("");
	test->reason_is_check = strcmp(record_text(record, "because"), "check") == 0;
	test->dump = record_copy(record, "dump");
	test->outcome = outcome_parse(record_text(record, "outcome"));
	test->vmm_said = output ? record_copy(output, "vmm") : g_strdup("");
	test->daemon_said = output ? record_copy(output, "daemons") : g_strdup("");
	test->us = record_number(record, "us", 0);
	test->checks = checks;
	test->repeat = repeat_of(test, record);
	return test;
}

void test_result_free(void *data)
{
	struct test_result *test = data;

	g_free(test->suite);
	g_free(test->name);
	g_free(test->full_name);
	g_free(test->device);
	g_free(test->family);
	g_free(test->given);
	g_free(test->variant);
	g_free(test->reason);
	g_free(test->taken_by);
	g_free(test->since);
	g_free(test->dump);
	g_free(test->vmm_said);
	g_free(test->daemon_said);
	g_free(test->source);
	g_free(test->repeat);
	g_ptr_array_unref(test->checks);
	g_free(test);
}

gboolean is_of_a_daemon(const char *given)
{
	return g_str_has_prefix(given, OF_A_DAEMON);
}

gboolean test_lost_the_vmm(const struct test_result *test)
{
	return test->outcome != OUTCOME_NONE;
}

gboolean test_is_same(const struct test_result *a, const struct test_result *b)
{
	return strcmp(a->full_name, b->full_name) == 0 && strcmp(a->device, b->device) == 0 &&
	       strcmp(a->variant, b->variant) == 0;
}

gboolean test_is_judged(const struct test_result *test)
{
	return test->verdict != VERDICT_SKIP && test->verdict != VERDICT_ERROR;
}

const char *test_end_name(const struct test_result *test)
{
	return test_lost_the_vmm(test) ? outcome_name(test->outcome) : verdict_name(test->verdict);
}

char *test_label(const struct test_result *test)
{
	g_autofree char *device = *test->device
					  ? g_strdup_printf(" [%s%s%s]", test->device,
							    *test->family ? " " : "", test->family)
					  : g_strdup("");

	return g_strdup_printf("%s%s%s%s", test->full_name, device, *test->variant ? " " : "",
			       test->variant);
}
