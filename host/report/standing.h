/* SPDX-License-Identifier: BSD-2-Clause */
/* Where VMMs stand: clauses by VMM and version, of the records of many runs. */
#ifndef HOST_REPORT_STANDING_H
#define HOST_REPORT_STANDING_H

#include "host/record/catalogue.h"
#include "host/report/report.h"

/* What becomes of a clause. */
enum state { STATE_BROKEN, STATE_UNHEEDED /* a SHOULD */, STATE_HOLDS, STATE_UNJUDGED, STATES };

/* A version of a VMM, maybe with daemons behind which it is judged: all jobs of it. Text is owned, conclusions are borrowed. */
struct standing_vmm {
	char *vmm;                /* "qemu", "vhost-user:rng behind qemu" */
	char *version;            /* "7.2.22"; "" when unknown */
	char *name;               /* both */
	char *file;               /* a name that is good for a file, its own */
	GPtrArray *conclusions;   /* struct conclusion */
	unsigned clauses[STATES]; /* how many are so, of those that a record tells of */
};

/* What a version of a VMM makes of a clause. What it points to belongs to jobs and expectations. */
struct standing_cell {
	enum clause_verdict verdict; /* the worst of all jobs */
	gboolean told;               /* there is a record of it */
	gint64 checks;
	const struct test_result *test; /* the first in which it was broken, or NULL, */
	const struct check *check;      /* and how */
	GPtrArray *devices;             /* char *, borrowed: on which it was broken */
};

/* A clause. Text is borrowed from catalogue and jobs, but for the file. */
struct standing_clause {
	/* "" when unknown; section and number as in the specification, link to where it is published */
	const char *id, *level, *section, *number, *link, *statement;
	char *file;
	struct standing_cell *cells; /* one a VMM */
	gboolean judged;             /* by one of them at least */
};

struct standing {
	GPtrArray *vmms; /* struct standing_vmm, by name and version */
	GPtrArray
		*clauses; /* struct standing_clause, those of the catalogue first, as it has them */
};

/* That of the report's jobs; catalogue or NULL. Both have to live as long. Never fails; the caller owns it. */
struct standing *standing_of(const struct report *report, const struct catalogue *catalogue);

/* Frees it. */
void standing_free(struct standing *standing);

/* What a version of a VMM makes of the clause. */
enum state standing_state(const struct standing_clause *clause, const struct standing_cell *cell);

/* "broken", "unheeded", "holds" or "unjudged". Static. */
const char *state_name(enum state state);

/* The place of the version before that of the same VMM; -1 for none. */
int standing_before(const struct standing *standing, unsigned vmm);

#endif
