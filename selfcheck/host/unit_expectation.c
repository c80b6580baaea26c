/* SPDX-License-Identifier: BSD-2-Clause */
/* Expectations against jobs made of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/verdict/conclusion.h"
#include "selfcheck/host/make_job.h"

static const char job_records[] =
	"{\"type\":\"job\",\"places\":{\"00:03.0\":\"blk-iothread\"}}\n"
	"{\"type\":\"run\",\"cmdline\":\"vp.format=json\"}\n"
	"{\"type\":\"device\",\"bdf\":\"00:03.0\",\"name\":\"blk\"}\n"
	"{\"type\":\"check\",\"clause\":\"BLK-1\",\"level\":\"MUST\",\"message\":\"m\"}\n"
	"{\"type\":\"check\",\"clause\":\"BLK-2\",\"level\":\"SHOULD\",\"message\":\"m\"}\n"
	"{\"type\":\"test\",\"suite\":\"device\",\"test\":\"flush\",\"device\":\"00:03.0\","
	"\"variant\":\"split,msix\",\"verdict\":\"fail\"}\n"
	"{\"type\":\"test\",\"suite\":\"device\",\"test\":\"flush\",\"device\":\"00:04.0\","
	"\"variant\":\"split,msix\",\"verdict\":\"pass\"}\n"
	"{\"type\":\"check\",\"clause\":\"RING-7\",\"level\":\"MUST\",\"message\":\"m\"}\n"
	"{\"type\":\"test\",\"suite\":\"ring\",\"test\":\"wrap\",\"device\":\"00:03.0\","
	"\"variant\":\"packed\",\"verdict\":\"fail\",\"outcome\":\"vmm-died\"}\n"
	"{\"type\":\"test\",\"suite\":\"ring\",\"test\":\"full\",\"device\":\"00:03.0\","
	"\"variant\":\"packed\",\"verdict\":\"pass\"}\n"
	"{\"type\":\"clause\",\"id\":\"RING-9\",\"level\":\"MUST\",\"verdict\":\"holds\"}\n"
	"{\"type\":\"summary\"}\n";

static struct expectations *load(const char *text, GError **error)
{
	g_autofree char *path = NULL;
	int descriptor = g_file_open_tmp("expect-XXXXXX", &path, NULL);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
	close(descriptor);

	struct expectations *expectations = expectations_load(path, error);

	unlink(path);
	return expectations;
}

static void check_outcome(const char *text, unsigned unexpected, unsigned expected, unsigned lost,
			  unsigned stale)
{
	struct job *job = make_job(job_records);
	struct expectations *expectations = load(text, NULL);
	struct conclusion *conclusion;

	assert_non_null(expectations);
	for (unsigned i = 0; i < job->tests->len; i++)
		expectations_mark(expectations, job->tests->pdata[i]);
	conclusion = conclude(job, expectations, NULL, FALSE);
	assert_int_equal(conclusion->unexpected, unexpected);
	assert_int_equal(conclusion->expected, expected);
	assert_int_equal(conclusion->lost, lost);
	assert_int_equal(conclusion->stale->len, stale);
	conclusion_free(conclusion);
	expectations_free(expectations);
	job_free(job);
}

/* Whether an entry about that device foresees BLK-1 of a device that a daemon serves, asked for by that name. */
static gboolean foresees(const char *name, const char *device, gboolean of_the_vmm)
{
	g_autofree char *records = g_strdup_printf(
		"{\"type\":\"job\",\"places\":{\"00:03.0\":\"%s\"},\"served\":[\"%s\"]}\n"
		"{\"type\":\"device\",\"bdf\":\"00:03.0\",\"name\":\"blk\"}\n"
		"{\"type\":\"check\",\"clause\":\"BLK-1\",\"level\":\"MUST\",\"message\":\"m\"}\n"
		"{\"type\":\"test\",\"suite\":\"device\",\"test\":\"flush\",\"device\":\"00:03.0\","
		"\"verdict\":\"fail\"}\n",
		name, name);
	g_autofree char *line = g_strdup_printf("BLK-1\t%s\t*\tfail\tknown\n", device);
	struct job *job = make_job(records);
	struct expectations *expectations = load(line, NULL);
	struct expectation *entry = expectations->entries->pdata[0];
	gboolean met;

	entry->of_the_vmm = of_the_vmm;
	expectations_mark(expectations, job->tests->pdata[0]);
	met = entry->met;
	expectations_free(expectations);
	job_free(job);
	return met;
}

static void what_a_daemon_serves_is_not_of_the_vmm(void **state)
{
	static const char *const names[] = {"vhost-user:blk", "their-blk"};

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		assert_false(foresees(names[i], "blk", TRUE));
		assert_true(foresees(names[i], "blk", FALSE));
		assert_true(foresees(names[i], "*", TRUE));
		assert_true(foresees(names[i], names[i], TRUE));
	}
}

/* Where nobody says which device stands where, those of a type stand in the order in which they were asked for. */
static void names_are_known_without_places(void **state)
{
	static const struct {
		const char *asked, *others, *given;
	} jobs[] = {
		{"\"blk-scratch\",\"rng\"", "", "blk-scratch"},
		{"\"blk-scratch\"", "", "blk-scratch"},
		{"\"vhost-user:blk\"", "", "vhost-user:blk"},
		{"\"blk-scratch\",\"blk\"", "", ""},         /* one of them is not there */
		{"\"blk-scratch\",\"blk-scratch\"", "", ""}, /* likewise */
		{"\"blkio\",7,null,{}", "", ""},
		{"", "", ""},
		{"\"rng\",\"blk\",\"blk-scratch\",\"blk-last\"", "blk rng blk", "blk-last"},
		{"\"rng\",\"blk\",\"blk-scratch\"", "rng blk", "blk-scratch"},
		{"\"blk\",\"blk-scratch\"", "blk blk", ""}, /* nobody asked for one of them */
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(jobs); i++) {
		g_autoptr(GString) others = g_string_new("");
		g_auto(GStrv) names = g_strsplit(jobs[i].others, " ", -1);

		for (unsigned j = 0; names[j]; j++)
			g_string_append_printf(
				others,
				"{\"type\":\"device\",\"bdf\":\"00:00.%u\",\"name\":\"%s\"}\n", j,
				names[j]);

		g_autofree char *records = g_strdup_printf(
			"{\"type\":\"job\",\"devices\":[%s],\"places\":{\"\":\"rng\"}}\n%s"
			"{\"type\":\"device\",\"bdf\":\"00:01.0\",\"name\":\"blk\"}\n"
			"{\"type\":\"test\",\"suite\":\"a\",\"test\":\"b\",\"device\":\"00:01.0\"}\n",
			jobs[i].asked, others->str);
		struct job *job = make_job(records);

		assert_string_equal(((struct test_result *)job->tests->pdata[0])->given,
				    jobs[i].given);
		job_free(job);
	}
}

static void without_expectations_failures_are_unexpected(void **state)
{
	check_outcome("# nothing\n\n", 2, 0, 1, 0);
}

static void a_clause_explains_the_test(void **state)
{
	check_outcome("BLK-1\tblk\t*\tviolated\tbug 1\thttps://x\n", 1, 1, 1, 0);
	check_outcome("BLK-1\t00:03.0\tsplit*\tfail\tbug 1\n", 1, 1, 1, 0);
	check_outcome("BLK-1@device.flush\tblk\t*\tviolated\tbug 1\n", 1, 1, 1, 0);
	check_outcome("BLK-*\tblk\t*\tviolated\tbug 1\n", 1, 1, 1, 0);
	check_outcome("BLK-1\tblk-iothread\t*\tviolated\tbug 1\n", 1, 1, 1, 0);
	/* The SHOULD alone does not explain the broken MUST. */
	check_outcome("BLK-2\tblk\t*\twarn\tbug 2\n", 2, 0, 1, 0);
	/* Another device, variant, level, test. */
	check_outcome("BLK-1\tnet\t*\tviolated\tbug 1\n", 2, 0, 1, 0);
	check_outcome("BLK-1\tblk-scratch\t*\tviolated\tbug 1\n", 2, 0, 1, 0);
	check_outcome("BLK-1\tblk\tpacked\tviolated\tbug 1\n", 2, 0, 1, 0);
	check_outcome("BLK-1\tblk\t*\twarn\tbug 1\n", 2, 0, 1, 0);
	check_outcome("BLK-1@device.read\tblk\t*\tviolated\tbug 1\n", 2, 0, 1, 0);
}

static void a_test_is_expected_by_verdict_or_outcome(void **state)
{
	check_outcome("ring.wrap\tblk\t*\tvmm-died\tbug 3\n", 1, 1, 0, 0);
	/* One that is expected to fail is not expected to take the VMM along. */
	check_outcome("ring.wrap\tblk\t*\tfail\tbug 3\n", 2, 0, 1, 1);
	check_outcome("ring.w*\t*\t*\tvmm-hung\tbug 3\n", 2, 0, 1, 1);
	check_outcome("RING-7\tblk\t*\tvmm-died\tbug 3\n", 1, 1, 0, 0);
	check_outcome("RING-7\tblk\t*\tvmm-hung\tbug 3\n", 2, 0, 1, 0);
	check_outcome("RING-7\tblk\t*\tfail\tbug 3\n", 2, 0, 1, 0);
}

static void an_expectation_that_does_not_come_true_is_stale(void **state)
{
	check_outcome("ring.full\tblk\t*\tfail\tbug 4\n", 2, 0, 1, 1);
	check_outcome("RING-9\tblk\t*\tviolated\tbug 4\n", 2, 0, 1, 1);
	check_outcome("RING-9@ring.full\tblk\t*\tviolated\tbug 4\n", 2, 0, 1, 1);
	/* It may also go well; it was not judged; its device is not there. */
	check_outcome("ring.full\tblk\t*\tfail?\tbug 4\n", 2, 0, 1, 0);
	check_outcome("RING-8\tblk\t*\tviolated\tbug 4\n", 2, 0, 1, 0);
	check_outcome("RING-9\tnet\t*\tviolated\tbug 4\n", 2, 0, 1, 0);
}

static void check_remarks(const char *text, gboolean borrowed, unsigned remarks, unsigned stale)
{
	struct job *job = make_job(job_records);
	struct expectations *expectations = load(text, NULL);
	struct conclusion *conclusion;

	expectations->borrowed = borrowed;
	for (unsigned i = 0; i < job->tests->len; i++)
		expectations_mark(expectations, job->tests->pdata[i]);
	conclusion = conclude(job, expectations, NULL, FALSE);
	assert_int_equal(conclusion->remarks->len, remarks);
	assert_int_equal(conclusion->stale->len, stale);
	conclusion_free(conclusion);
	expectations_free(expectations);
	job_free(job);
}

static void an_entry_that_hides_what_went_well_is_too_broad(void **state)
{
	/* The job has a second device on which the same test went well. */
	check_remarks("BLK-1\t*\t*\tfail\tbug 5\n", FALSE, 1, 0);
	check_remarks("BLK-1\t*\t*\tfail?\tbug 5\n", FALSE, 0, 0);
	check_remarks("BLK-1\tblk\tsplit*\tfail\tbug 5\n", FALSE, 0, 0);
	check_remarks("BLK-1\t00:03.0\t*\tfail\tbug 5\n", FALSE, 0, 0);
}

static void what_an_older_version_had_and_this_has_not_is_a_remark(void **state)
{
	check_remarks("ring.full\tblk\t*\tfail\tbug 4\n", TRUE, 2, 0);
	check_remarks("ring.full\tblk\t*\tfail\tbug 4\n", FALSE, 0, 1);
}

static void a_proposal_makes_the_run_expected(void **state)
{
	struct job *job = make_job(job_records);
	struct expectations *old = load("ring.full\tblk\t*\tfail\tgone\n", NULL);
	struct conclusion *conclusion;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	conclusion = conclude(job, old, NULL, FALSE);
	conclusion_propose(conclusion, out);
	fclose(out);
	assert_null(strstr(text, "ring.full"));
	check_outcome(text, 0, 2, 0, 0);
	free(text);
	conclusion_free(conclusion);
	expectations_free(old);
	job_free(job);
}

static void malformed_files_are_named(void **state)
{
	static const char *const wrong[] = {
		"BLK-1\n",
		"BLK-1\tblk\t*\tviolated\n",
		"BLK-1\tblk\t*\tviolated\t\n",
		"\tblk\t*\tviolated\treason\n",
		"BLK-1\tblk\t*\tviolated\treason\tlink\tmore\n",
		"BLK-1\tblk\t*\tfial\treason\n",
		"ring.wrap\tblk\t*\tviolated\treason\n",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text = g_strconcat("# first\n", wrong[i], NULL);
		g_autoptr(GError) error = NULL;

		assert_null(load(text, &error));
		assert_non_null(strstr(error->message, "line 2: "));
	}
}

static void the_longest_version_is_found(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("expect-XXXXXX", NULL);
	g_autofree char *major = g_build_filename(folder, "vmm-7.expect", NULL);
	g_autofree char *minor = g_build_filename(folder, "vmm-7.2.expect", NULL);
	gboolean borrowed;

	assert_null(expectations_find(folder, "vmm", "7.2.22", &borrowed));
	assert_true(g_file_set_contents(major, "", 0, NULL));
	assert_true(g_file_set_contents(minor, "", 0, NULL));

	g_autofree char *found = expectations_find(folder, "vmm", "7.2.22", &borrowed);

	assert_false(borrowed);

	g_autofree char *older = expectations_find(folder, "vmm", "7.1", &borrowed);

	assert_false(borrowed);
	assert_string_equal(found, minor);
	assert_string_equal(older, major);
	assert_null(expectations_find(folder, "vmm", "", &borrowed));
	unlink(major);
	unlink(minor);
	rmdir(folder);
}

static void check_nearest(const char *folder, const char *version, const char *wanted)
{
	gboolean borrowed;
	g_autofree char *found = expectations_find(folder, "vmm", version, &borrowed);
	g_autofree char *base = found ? g_path_get_basename(found) : NULL;

	assert_int_equal(borrowed, wanted != NULL);
	if (wanted)
		assert_string_equal(base, wanted);
	else
		assert_null(found);
}

static void the_nearest_lower_version_stands_in(void **state)
{
	static const char *const bases[] = {"vmm-7.2.expect", "vmm-10.0.expect", "vmm-9.1.expect",
					    "vmm-other-8.expect", "vmn-10.5.expect"};
	g_autofree char *folder = g_dir_make_tmp("expect-XXXXXX", NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(bases); i++) {
		g_autofree char *path = g_build_filename(folder, bases[i], NULL);

		assert_true(g_file_set_contents(path, "", 0, NULL));
	}
	check_nearest(folder, "11.1.3", "vmm-10.0.expect");
	check_nearest(folder, "10", "vmm-10.0.expect");
	check_nearest(folder, "9.2", "vmm-9.1.expect");
	check_nearest(folder, "9", "vmm-7.2.expect");
	check_nearest(folder, "7.1.99", NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(bases); i++) {
		g_autofree char *path = g_build_filename(folder, bases[i], NULL);

		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known_without_places),
		cmocka_unit_test(what_a_daemon_serves_is_not_of_the_vmm),
		cmocka_unit_test(without_expectations_failures_are_unexpected),
		cmocka_unit_test(a_clause_explains_the_test),
		cmocka_unit_test(a_test_is_expected_by_verdict_or_outcome),
		cmocka_unit_test(an_expectation_that_does_not_come_true_is_stale),
		cmocka_unit_test(an_entry_that_hides_what_went_well_is_too_broad),
		cmocka_unit_test(what_an_older_version_had_and_this_has_not_is_a_remark),
		cmocka_unit_test(a_proposal_makes_the_run_expected),
		cmocka_unit_test(malformed_files_are_named),
		cmocka_unit_test(the_longest_version_is_found),
		cmocka_unit_test(the_nearest_lower_version_stands_in),
	};

	return cmocka_run_group_tests_name("expectations", tests, NULL, NULL);
}
