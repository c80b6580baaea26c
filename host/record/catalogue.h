/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an image can judge: its tests and the clauses of the specification, known without booting it. The build writes
 * it down beside the image (catalogue/catalogue.c).
 */
#ifndef HOST_RECORD_CATALOGUE_H
#define HOST_RECORD_CATALOGUE_H

#include <glib.h>

/* A requirement. All text is owned, and "" where there is none. */
struct catalogue_clause {
	char *id;
	char *level;
	char *observer; /* who can see it broken: "guest", … */
	char *section;
	char *number; /* of the section in the specification, "5.2.6.2" */
	char *link;   /* where it is published */
	char *statement;
};

/* A test, or a benchmark. */
struct catalogue_test {
	char *name; /* suite.test */
	char *type; /* the only device type that it is about; "" for any */
	char *source;
	char *about;
	char **groups;  /* "device", "hostile", "quick"; "bench" */
	char **clauses; /* that it judges */
	char **rules;   /* for drivers, that it breaks on purpose */
};

/* All of it. */
struct catalogue {
	GPtrArray *clauses; /* struct catalogue_clause, in the order of the specification */
	GPtrArray *tests;   /* struct catalogue_test, as the image has them; benchmarks last */
	GPtrArray *types;   /* char *: names of device types */
};

/* That of the image at the path; NULL where there is none, or it makes no sense. The caller owns it. */
struct catalogue *catalogue_of(const char *image);

/* Frees it. NULL is fine. */
void catalogue_free(struct catalogue *catalogue);

/* Whether a clause has an id that the glob matches. */
gboolean catalogue_has_clause(const struct catalogue *catalogue, const char *glob);

/* Whether a test, no benchmark, has a name that the glob matches. */
gboolean catalogue_has_test(const struct catalogue *catalogue, const char *glob);

/* Whether the test belongs to the group. */
gboolean catalogue_test_is(const struct catalogue_test *test, const char *group);

/*
 * The name of a clause, a test, a suite, a type or a group that is most like a glob which matches none; NULL where none
 * is like enough. The caller owns it.
 */
char *catalogue_nearest(const struct catalogue *catalogue, const char *glob);

#endif
