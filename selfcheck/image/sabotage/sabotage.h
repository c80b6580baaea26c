/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who tests the tests: a saboteur stands between the tests and a good device and breaks one rule on
 * purpose, so that every clause it names must come out violated.
 *
 *	SABOTEUR(status_survives_reset,
 *		 .about = "device_status keeps its value through a reset",
 *		 BREAKS(CLAUSE_RESET_1),
 *		 .onlooker.read = keep_status)
 *
 * Hooks keep their state in variables of their own file, which start() sets back: it is called for
 * every step, once the device is fresh from reset. The saboteur stands in between from then on until
 * the device has been reset after the test.
 */
#ifndef SELFCHECK_SABOTAGE_H
#define SELFCHECK_SABOTAGE_H

#include "selfcheck/image/interpose.h"
#include "tests/harness/judge/clause.h"

/* One rule broken. */
struct saboteur {
	const char *name;
	const char *about;             /* what it breaks, a clause of a sentence */
	const char *tests;             /* globs over suite.test that narrow the search; NULL: all */
	const enum clause_id *clauses; /* each must come out violated: see BREAKS() */
	unsigned clause_count;
	uint32_t type; /* only devices of this type; 0: any */
	/* From here on as in struct interposed. */
	struct onlooker onlooker;
	uint64_t offers;
	void (*used_element)(struct virtqueue *queue, struct used_element *element);
	void (*start)(struct virtio_device *device);
	void (*stop)(struct virtio_device *device);
};

/* In SABOTEUR(): the clauses that it breaks, as CLAUSE_…. */
#define BREAKS(...)                                                                                \
	.clauses = (const enum clause_id[]){__VA_ARGS__},                                          \
	.clause_count = ARRAY_LENGTH(((const enum clause_id[]){__VA_ARGS__}))

/* Registers one. */
#define SABOTEUR(symbol, ...)                                                                      \
	static const struct saboteur symbol##_saboteur = {.name = #symbol, __VA_ARGS__};           \
	static const struct saboteur *const symbol##_saboteur_entry                                \
		__attribute__((section("registry_saboteurs"), used)) = &symbol##_saboteur

/* The registry, which linker.ld gathers. */
extern const struct saboteur *const __start_registry_saboteurs[];
extern const struct saboteur *const __stop_registry_saboteurs[]; /* its end */

/* Walks those of this image: `entry` points to a pointer to each. */
#define for_each_saboteur(entry)                                                                   \
	for (const struct saboteur *const *entry = __start_registry_saboteurs;                     \
	     entry < __stop_registry_saboteurs; entry++)

#endif
