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
#ifndef TESTS_SABOTAGE_SABOTAGE_H
#define TESTS_SABOTAGE_SABOTAGE_H

#include "tests/harness/judge/clause.h"
#include "virtio/onlooker.h"
#include "virtio/ring/queue.h"

/* What the device said about a chain that it has used. */
struct used_element {
	uint32_t id;
	uint32_t length;
};

struct saboteur {
	const char *name;
	const char *about;             /* what it breaks, a clause of a sentence */
	const char *tests;             /* globs over suite.test that narrow the search; NULL: all */
	const enum clause_id *clauses; /* each must come out violated: see BREAKS() */
	unsigned clause_count;
	uint32_t type;   /* only devices of this type; 0: any */
	uint64_t offers; /* feature bits that are pretended: selfcheck/image/disguise/offer.h */
	struct onlooker onlooker; /* what it does: the functions and their context */
	/*
	 * Called once for each used element, before the driver sees it; what it changes goes into the
	 * ring. Not together with onlooker.used.
	 */
	void (*used_element)(struct virtqueue *queue, struct used_element *element);
	void (*start)(struct virtio_device *device);
	void (*stop)(struct virtio_device *device); /* it is gone; may be NULL */
};

#define BREAKS(...)                                                                                \
	.clauses = (const enum clause_id[]){__VA_ARGS__},                                          \
	.clause_count = ARRAY_LENGTH(((const enum clause_id[]){__VA_ARGS__}))

#define SABOTEUR(symbol, ...)                                                                      \
	static const struct saboteur symbol##_saboteur = {.name = #symbol, __VA_ARGS__};           \
	static const struct saboteur *const symbol##_saboteur_entry                                \
		__attribute__((section("registry_saboteurs"), used)) = &symbol##_saboteur

extern const struct saboteur *const __start_registry_saboteurs[];
extern const struct saboteur *const __stop_registry_saboteurs[];

#define for_each_saboteur(entry)                                                                   \
	for (const struct saboteur *const *entry = __start_registry_saboteurs;                     \
	     entry < __stop_registry_saboteurs; entry++)

/* How a saboteur fared. */
struct sabotage_result {
	const struct saboteur *saboteur;
	const struct virtio_device
		*device;     /* where the last clause was found broken; may be NULL */
	const char *missed;  /* ids of clauses that did not come out violated, "" */
	const char *skipped; /* why it could not be tried, "" */
	unsigned steps;      /* tests that were run against it */
	bool detected;       /* nothing is missed */
	bool by_timeout;     /* some clause came out broken only because a wait ran out */
};

/* How all of them fared. */
struct sabotage_totals {
	unsigned tried, detected, skipped;
	unsigned by_timeout;       /* detected so */
	unsigned judged, suspects; /* clauses that checks cite; those that nothing made fail */
};

#endif
