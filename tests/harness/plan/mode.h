/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an image can do. A mode registers itself and brings the words of the command line that ask for it:
 *
 *	static bool asked;
 *
 *	MODE(nothing, .words = WORDS({"nothing", "do nothing, gladly", PARAMETER_FLAG, .value = &asked}),
 *	     .is_asked = nothing_asked, .run = do_nothing)
 *
 * so that main() knows none of them by name. All is for the boot CPU.
 */
#ifndef TESTS_HARNESS_MODE_H
#define TESTS_HARNESS_MODE_H

#include "lib/parameters.h"
#include "tests/harness/plan/result.h"

/* Tests that stand one after another in a registry. */
struct test_list {
	const struct test *const *first;
	const struct test *const *end; /* behind the last */
};

/* One thing that the image can do. */
struct mode {
	const char *name;
	const struct parameter *words; /* up to one without a key; NULL: none. See WORDS() */
	bool (*is_asked)(void);        /* NULL: it is what is done when no other is asked */
	bool needs_no_device;     /* runs before devices are looked for, with others of its kind */
	struct test_list tests;   /* what is chosen from … */
	const char *const *globs; /* … by these, if not by vp.tests */
	/* Where vp.variant says nothing: the variants that are plain but for these rings. NULL: the usual. */
	const char *const *rings;
	const char *repeat; /* words that a repetition of a test needs besides its own, or NULL */
	/* Does it and reports it. `start` is clock_now() of when the platform was up. */
	enum verdict (*run)(uint64_t start);
};

/* Words that are listed on the spot. */
#define WORDS(...) ((const struct parameter[]){__VA_ARGS__, {.key = NULL}})

/* Registers a mode. */
#define MODE(symbol, ...)                                                                          \
	static const struct mode symbol##_mode = {.name = #symbol, __VA_ARGS__};                   \
	static const struct mode *const symbol##_mode_entry                                        \
		__attribute__((section("registry_modes"), used)) = &symbol##_mode

/* The registry, which linker.ld gathers. */
extern const struct mode *const __start_registry_modes[];
extern const struct mode *const __stop_registry_modes[]; /* its end */

/* Walks the modes of this image: `entry` points to a pointer to each. */
#define for_each_mode(entry)                                                                       \
	for (const struct mode *const *entry = __start_registry_modes;                             \
	     entry < __stop_registry_modes; entry++)

/* Walks the tests of the chosen mode: `entry` points to a pointer to each. */
#define for_each_test_of_mode(entry)                                                               \
	for (const struct test *const *entry = mode_chosen()->tests.first;                         \
	     entry < mode_chosen()->tests.end; entry++)

/*
 * Chooses what the words ask for, of what needs devices. False when they ask for two things at once;
 * then message (size bytes) holds one sentence.
 */
bool mode_choose(char *message, size_t size) MUST_CHECK;

/* What was chosen. */
const struct mode *mode_chosen(void);

#endif
