/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/watch/breach.h"

#include "lib/string.h"
#include "selfcheck/image/watch/watched.h"
#include "tests/harness/report/report.h"
#include "tests/harness/run/step.h"

#define BREACHES_MOST 256

/* A row of tests/driver-clauses.tsv. */
struct driver_rule {
	const char *name, *level, *section, *statement;
	bool is_watched; /* the watch can tell whether it is kept */
};

#include "generated/driver_clauses_table.h"

/* What a test has done against a rule: the first time in words. */
struct breach {
	enum driver_clause rule;
	const struct test *test; /* NULL: before the first one */
	bool declared;           /* the test breaks it on purpose */
	char device[16];
	char variant[VARIANT_TEXT];
	char what[160];
	unsigned times;
};

static struct breach breaches[BREACHES_MOST];
static unsigned breach_count, lost;
static unsigned met[DRIVER_CLAUSE_COUNT];

void rule_met(enum driver_clause rule)
{
	met[rule]++;
}

static bool is_declared(const struct test *test, enum driver_clause rule)
{
	for (const uint16_t *entry = test ? test->breaks : NULL;
	     entry && *entry != DRIVER_CLAUSE_COUNT; entry++) {
		if (*entry == rule)
			return true;
	}
	return false;
}

/* The breach that a test has committed before, or a new one; NULL: there is no room. */
static struct breach *breach_of(const struct test *test, enum driver_clause rule)
{
	struct breach *breach = breaches;

	while (breach < breaches + breach_count && !(breach->test == test && breach->rule == rule))
		breach++;
	if (breach == breaches + BREACHES_MOST)
		return NULL;
	if (breach == breaches + breach_count)
		breach_count++;
	return breach;
}

void rule_broken(const struct watched_device *watched, enum driver_clause rule, const char *format,
		 ...)
{
	const struct test_run *t = step_running();
	struct breach *breach = breach_of(t->test, rule);
	va_list arguments;

	if (!breach) {
		lost++;
		return;
	}
	if (breach->times++)
		return;
	breach->rule = rule;
	breach->test = t->test;
	breach->declared = is_declared(t->test, rule);
	copy_string(breach->device, sizeof(breach->device), watched->device->name);
	copy_string(breach->variant, sizeof(breach->variant), t->test ? t->variant_name : "");
	va_start(arguments, format);
	format_text_list(breach->what, sizeof(breach->what), format, arguments);
	va_end(arguments);
}

bool is_named_after(const char *name, enum driver_clause rule)
{
	const char *id = rules[rule].name;

	while (*name && (*name == *id || (*name == '_' && *id == '-')))
		name++, id++;
	return !*name && !*id;
}

bool is_broken_by(const char *test, enum driver_clause rule)
{
	for (unsigned n = 0; n < breach_count; n++) {
		if (breaches[n].test && breaches[n].rule == rule &&
		    strcmp(breaches[n].test->name, test) == 0)
			return true;
	}
	return false;
}

unsigned others_broken_by(const char *test, enum driver_clause rule)
{
	unsigned count = 0;

	for (unsigned n = 0; n < breach_count; n++)
		count += breaches[n].test && breaches[n].rule != rule && !breaches[n].declared &&
			 strcmp(breaches[n].test->name, test) == 0;
	return count;
}

static void report_breach(const struct breach *breach)
{
	const struct driver_rule *rule = &rules[breach->rule];

	REPORT("breach", TEXT("clause", rule->name), TEXT("level", rule->level),
	       TEXT("suite", breach->test ? breach->test->suite : ""),
	       TEXT("test", breach->test ? breach->test->name : ""), TEXT("device", breach->device),
	       TEXT("variant", breach->variant), TEXT("what", breach->what),
	       NUMBER("times", breach->times), TRUTH("declared", breach->declared),
	       TEXT("section", rule->section), TEXT("statement", rule->statement));
}

const char *rule_name(enum driver_clause rule)
{
	return rules[rule].name;
}

bool is_watched(enum driver_clause rule)
{
	return rules[rule].is_watched;
}

/* What became of the rules that can be watched. */
struct rule_counts {
	unsigned met, watched;
};

/* Says which rules nothing in the run had to do with. */
static struct rule_counts report_unmet(void)
{
	struct rule_counts counts = {0};

	for (unsigned n = 0; n < DRIVER_CLAUSE_COUNT; n++) {
		if (!rules[n].is_watched)
			continue;
		counts.watched++;
		counts.met += met[n] != 0;
		if (!met[n])
			REPORT("unmet", TEXT("clause", rules[n].name),
			       TEXT("statement", rules[n].statement));
	}
	return counts;
}

unsigned report_breaches(void)
{
	unsigned undeclared = lost, declared = 0;
	struct rule_counts counts;

	for (unsigned n = 0; n < breach_count; n++) {
		report_breach(&breaches[n]);
		undeclared += !breaches[n].declared;
		declared += breaches[n].declared;
	}
	counts = report_unmet();
	REPORT("watch", NUMBER("breaches", undeclared), NUMBER("declared", declared),
	       NUMBER("met", counts.met), NUMBER("rules", counts.watched));
	return undeclared;
}
