/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/nearest.h"

#include <string.h>

/* Whether the expectations explain a test that is unexpected; what it is marked with stays. */
static gboolean explain(const struct expectations *expectations, struct test_result *test,
			gboolean strict)
{
	const struct expectation *before = test->expectation;
	g_autofree const struct expectation **of_checks =
		g_new0(const struct expectation *, test->checks->len + 1);
	gboolean explained;

	for (unsigned i = 0; i < test->checks->len; i++)
		of_checks[i] = ((const struct check *)test->checks->pdata[i])->expectation;
	expectations_mark(expectations, test);
	explained = !test_is_unexpected(test, strict);
	test->expectation = before;
	for (unsigned i = 0; i < test->checks->len; i++)
		((struct check *)test->checks->pdata[i])->expectation = of_checks[i];
	return explained;
}

/* Whether the file, by its name, is about that VMM. */
static gboolean is_about(const char *path, const char *vmm)
{
	g_autofree char *base = g_path_get_basename(path);
	const char *rest = base + strlen(vmm);

	return *vmm && g_str_has_prefix(base, vmm) &&
	       (strcmp(rest, ".expect") == 0 || (rest[0] == '-' && g_ascii_isdigit(rest[1])));
}

static unsigned count_explained(const struct conclusion *conclusion, const char *path)
{
	struct expectations *expectations = expectations_load(path, NULL);
	const GPtrArray *tests = conclusion->job->tests;
	unsigned count = 0;

	if (expectations && is_about(path, conclusion->job->vmm))
		expectations_mark_own(expectations);
	for (unsigned i = 0; expectations && i < tests->len; i++) {
		struct test_result *test = tests->pdata[i];

		count += test_is_unexpected(test, conclusion->strict) &&
			 explain(expectations, test, conclusion->strict);
	}
	expectations_free(expectations);
	return count;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of expectations in the folders, those of each sorted, so that the answer is the same everywhere. */
static GPtrArray *files_in(char *const *folders)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (; *folders; folders++) {
		g_autoptr(GDir) directory = g_dir_open(*folders, 0, NULL);
		g_autoptr(GPtrArray) here = g_ptr_array_new();
		const char *base;

		while (directory && (base = g_dir_read_name(directory))) {
			if (g_str_has_suffix(base, ".expect"))
				g_ptr_array_add(here, g_build_filename(*folders, base, NULL));
		}
		g_ptr_array_sort(here, compare_names);
		g_ptr_array_extend(paths, here, NULL, NULL);
	}
	return paths;
}

/*
 * Whether only files about the job's own VMM may be named: there is one, and what failed is the VMM's, not of a daemon that
 * it knows nothing of.
 */
static gboolean is_the_vmms(const struct conclusion *conclusion, const GPtrArray *paths)
{
	const struct job *job = conclusion->job;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_unexpected(test, conclusion->strict) && test->served)
			return FALSE;
	}
	for (unsigned i = 0; i < paths->len; i++) {
		if (is_about(paths->pdata[i], job->vmm))
			return TRUE;
	}
	return FALSE;
}

char *nearest_expectations(const struct conclusion *conclusion, char *const *folders)
{
	g_autoptr(GPtrArray) paths = files_in(folders);
	gboolean own = is_the_vmms(conclusion, paths);
	const char *best = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < paths->len; i++) {
		unsigned count;

		if (own && !is_about(paths->pdata[i], conclusion->job->vmm))
			continue;
		count = count_explained(conclusion, paths->pdata[i]);
		if (count <= most)
			continue;
		most = count;
		best = paths->pdata[i];
	}
	/* A few may be alike by chance. */
	if (2 * most < conclusion->unexpected || !best)
		return NULL;
	return g_strdup_printf("%s explains %u of the %u that are unexpected; -e FILE uses it",
			       best, most, conclusion->unexpected);
}
