/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known to go wrong on a VMM. A file of lines, columns apart by tabs:
 *
 *   what  device  variant  verdict  reason  link
 *
 * what is a clause ("BLK-12"), a test ("device.blk_flush"), or a clause in one test
 * ("BLK-12@device.blk_flush"); device a BDF, a type, or the name by which it was asked for
 * ("blk-iothread"); all three and the variant are globs.
 * verdict is fail or warn; for a clause also violated: either; for a test also error, and skip: it must not be
 * run; for both also what became of the VMM in the test: vmm-died, …; with a ? behind it, it may also go well. "floor"
 * as what says how much a whole run has to judge at least. A line beginning with # is a comment.
 */
#ifndef HOST_VERDICT_EXPECTATIONS_H
#define HOST_VERDICT_EXPECTATIONS_H

#include <glib.h>

#include "host/record/job.h"

/* A line of the file. */
struct expectation {
	char *clause; /* glob, or NULL: about the test as a whole */
	char *test;   /* glob over suite.test; "*" for any */
	char *device;
	char *variant;
	gboolean violated;    /* the clause is broken, whatever its level; else */
	enum verdict verdict; /* what the clause or the test comes to, */
	enum outcome outcome; /* unless the test takes the VMM along so */
	gboolean sometimes;   /* it may also go well */
	gboolean
		of_the_vmm; /* it stands in the VMM's own file: what a user's daemon serves is not its blk */
	char *reason;
	char *link;
	char *remarks; /* the lines above it that are no entries */
	char *line;    /* as it stands in the file */
	gboolean met;  /* a test came to what it says */
};

/* How much a whole run has to judge at least: a line "floor device * N-tests reason". */
struct floor {
	char *device; /* glob, as for an entry */
	enum { FLOOR_TESTS, FLOOR_CLAUSES, FLOOR_FEATURES } of;
	guint64 least; /* a number, or the bits */
	char *line;
};

/* A test that must not be run: a line "test * * skip reason". */
struct omission {
	char *test; /* glob over suite.test */
	char *reason;
};

/* A file. */
struct expectations {
	char *path;           /* NULL when nothing is expected */
	gboolean borrowed;    /* it is that of an older version of the VMM */
	GPtrArray *entries;   /* struct expectation, in the order of the file */
	GPtrArray *floors;    /* struct floor */
	GPtrArray *omissions; /* struct omission */
	char *remarks;        /* the lines behind the last entry that are none */
};

/* Expects nothing. Never fails; the caller owns it. */
struct expectations *expectations_none(void);

/* Reads a file. NULL with error set, naming the line, when it is malformed. The caller owns it. */
struct expectations *expectations_load(const char *path, GError **error);

/*
 * What the run was told to expect, by the name of the file: its path where one of that name is among the known ones;
 * "none"; or NULL. The caller owns it.
 */
char *expectations_named(const char *name);

/* They stand in the VMM's own file: types are those that it serves itself. */
void expectations_mark_own(struct expectations *expectations);

/* Frees them; marks that refer to them must not be followed any more. NULL is fine. */
void expectations_free(struct expectations *expectations);

/*
 * The file in folder for that VMM and version: of <vmm>-<version>.expect the one with the longest
 * part of the version ("7.2.22", "7.2", "7"), else <vmm>.expect; where there is none,
 * the one of the nearest lower version, and *borrowed is set; or NULL. The caller owns it.
 */
char *expectations_find(const char *folder, const char *vmm, const char *version,
			gboolean *borrowed);

/*
 * What is expected of that VMM: by choice a file, "none" for nothing, or NULL for the file that
 * expectations_find() finds where the program keeps them. NULL with error set when malformed. The
 * caller owns it.
 */
struct expectations *expectations_choose(const char *choice, const char *vmm, const char *version,
					 GError **error);

/* The tests that must not be run, as a list for vp.skip; "" for none. The caller owns it. */
char *expectations_omit(const struct expectations *expectations);

/* Whether the entry is about this test, whatever comes of it. */
gboolean expectation_concerns(const struct expectation *entry, const struct test_result *test);

/* Marks the test and its checks with the expectations they meet, and these as met. */
void expectations_mark(const struct expectations *expectations, struct test_result *test);

#endif
