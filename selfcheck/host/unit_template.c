/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates of descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "host/vmm/template.h"

struct fixture {
	struct scope outer, inner;
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	GPtrArray *words = g_ptr_array_new();

	fixture->outer.texts = g_hash_table_new(g_str_hash, g_str_equal);
	fixture->outer.words = g_hash_table_new(g_str_hash, g_str_equal);
	fixture->inner.outer = &fixture->outer;
	fixture->inner.texts = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(fixture->outer.texts, "bus", "pci");
	g_hash_table_insert(fixture->outer.texts, "address", ",addr={slot}");
	g_hash_table_insert(fixture->outer.texts, "empty", "");
	g_hash_table_insert(fixture->outer.texts, "loop", "{loop}");
	g_hash_table_insert(fixture->inner.texts, "slot", "03");
	g_hash_table_insert(fixture->inner.texts, "bus", "inner");
	fixture->inner.words = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(fixture->inner.words, "address", words);
	g_ptr_array_add(words, "-a");
	g_ptr_array_add(words, "b {c}");
	g_hash_table_insert(fixture->outer.words, "options", words);
	g_hash_table_insert(fixture->outer.words, "none", g_ptr_array_new());
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	g_ptr_array_unref(g_hash_table_lookup(fixture->outer.words, "options"));
	g_ptr_array_unref(g_hash_table_lookup(fixture->outer.words, "none"));
	g_hash_table_unref(fixture->outer.texts);
	g_hash_table_unref(fixture->outer.words);
	g_hash_table_unref(fixture->inner.texts);
	g_hash_table_unref(fixture->inner.words);
	g_free(fixture);
	return 0;
}

static void check_text(const struct scope *scope, const char *template, const char *expected)
{
	g_autofree char *text = template_text(template, scope, ", ", NULL);

	if (expected)
		assert_string_equal(text, expected);
	else
		assert_null(text);
}

static void names_are_replaced(void **state)
{
	struct fixture *fixture = *state;

	check_text(&fixture->inner, "virtio-{bus}{slot}", "virtio-inner03");
	check_text(&fixture->outer, "virtio-{bus}", "virtio-pci");
	check_text(&fixture->inner, "{address}", "-a, b {c}");
	check_text(&fixture->inner, "[{options}]", "[-a, b {c}]");
	check_text(&fixture->inner, "", "");
}

static void other_braces_are_themselves(void **state)
{
	struct fixture *fixture = *state;

	check_text(&fixture->inner, "{\"bus\":\"{bus}\",\"x\":{}}", "{\"bus\":\"inner\",\"x\":{}}");
	check_text(&fixture->inner, "{ bus} {Bus} {bus", "{ bus} {Bus} {bus");
}

static void unknown_and_endless_names_are_errors(void **state)
{
	struct fixture *fixture = *state;

	check_text(&fixture->inner, "{nothing}", NULL);
	check_text(&fixture->inner, "{loop}", NULL);
	/* {slot} is known only inside. */
	check_text(&fixture->outer, "{address}", NULL);
}

static void words_stay_words(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	assert_true(template_words("p '{bus} x' {options} {none} {empty} a{empty} ''",
				   &fixture->inner, words, NULL));
	g_ptr_array_add(words, NULL);

	g_autofree char *joined = g_strjoinv("|", (char **)words->pdata);

	assert_string_equal(joined, "p|inner x|-a|b {c}|a|");
	assert_false(template_words("'open", &fixture->inner, words, NULL));
	assert_true(template_words("", &fixture->inner, words, NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_braces_are_themselves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_and_endless_names_are_errors, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(words_stay_words, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("templates", tests, NULL, NULL);
}
