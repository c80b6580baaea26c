/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as TAP 14; what fits no test point is a comment or a YAML block. */
#include "tests/harness/drive/measure.h"
#include "tests/harness/report/report.h"
#include "selfcheck/image/sabotage/sabotage.h"

static void tap_run(const struct run_facts *facts)
{
	print("TAP version 14\n# virtproof %s, %s, booted by %s, %u CPUs, TSC %u kHz (%s), %s\n",
	      facts->version, facts->hypervisor, facts->boot, facts->cpus, facts->tsc_khz,
	      facts->tsc_source, facts->interrupt_controller);
}

static void tap_device(const struct virtio_device *device)
{
	print("# device %s %s\n", device->name, virtio_type_name(device->type));
}

static void tap_plan(unsigned tests)
{
	print("1..%u\n", tests);
}

static void tap_start(const struct result *result)
{
}

static void tap_check(const struct broken_check *check)
{
	print("# %s %s: %s\n#   %s\n#   repeat: %s\n", clause_name(check->clause),
	      clause_level_name(check->clause->level), clause_statement(check->clause),
	      check->message, check->repeat);
}

static void tap_test(const struct result *result)
{
	bool good = result->verdict < VERDICT_FAIL;

	print("%s %u - %s.%s %s %s", good ? "ok" : "not ok", result->number, result->test->suite,
	      result->test->name, result->device ? result->device->name : "", result->variant);
	if (result->verdict == VERDICT_SKIP)
		print(" # SKIP %s", result->reason);
	print("\n");
	if (result->verdict != VERDICT_SKIP && *result->reason)
		print("  ---\n  verdict: %s\n  message: >-\n    %s\n  ...\n",
		      verdict_name(result->verdict), result->reason);
}

static void tap_clause(const struct clause *clause, enum clause_verdict verdict, unsigned checks,
		       const char *why)
{
	if (verdict == CLAUSE_VIOLATED)
		print("# violated: %s %s\n", clause_name(clause), clause_statement(clause));
}

static void tap_note(const char *sentence)
{
	print("# %s\n", sentence);
}

static void tap_summary(const struct totals *totals, enum verdict worst)
{
	print("# %u passed, %u warned, %u failed, %u skipped, %u errors; worst: %s\n",
	      totals->verdicts[VERDICT_PASS], totals->verdicts[VERDICT_WARN],
	      totals->verdicts[VERDICT_FAIL], totals->verdicts[VERDICT_SKIP],
	      totals->verdicts[VERDICT_ERROR], verdict_name(worst));
}

static unsigned saboteurs;

static void tap_measure(const struct measure *measure)
{
	const struct histogram *histogram = measure->histogram;

	if (histogram)
		print("# %s %s: count %lu p50 %lu p99 %lu max %lu %s\n", measure->run->device->name,
		      measure->name, histogram->count, histogram_quantile(histogram, 50, 100),
		      histogram_quantile(histogram, 99, 100), histogram->maximum, measure->unit);
	else
		print("# %s %s: %lu.%03lu %s\n", measure->run->device->name, measure->name,
		      measure->thousandths / 1000, measure->thousandths % 1000, measure->unit);
}

static void tap_sabotage(const struct sabotage_result *result)
{
	print("%s %u - sabotage %s", result->detected ? "ok" : "not ok", ++saboteurs,
	      result->saboteur->name);
	if (*result->skipped)
		print(" # SKIP %s", result->skipped);
	print("\n");
	if (*result->missed && !*result->skipped)
		print("# missed: %s\n", result->missed);
}

static void tap_suspect(const struct clause *clause)
{
	print("# suspect: %s\n", clause_name(clause));
}

static void tap_sabotage_summary(const struct sabotage_totals *totals)
{
	print("1..%u\n# sabotage: %u of %u detected\n", totals->tried + totals->skipped,
	      totals->detected, totals->tried);
}

const struct reporter tap_reporter = {
	.run = tap_run,
	.device = tap_device,
	.plan = tap_plan,
	.start = tap_start,
	.check = tap_check,
	.test = tap_test,
	.clause = tap_clause,
	.note = tap_note,
	.measure = tap_measure,
	.sabotage = tap_sabotage,
	.suspect = tap_suspect,
	.sabotage_summary = tap_sabotage_summary,
	.summary = tap_summary,
};
