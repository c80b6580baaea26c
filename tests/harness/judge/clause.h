/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue of requirements, and what a run has found out about each. */
#ifndef TESTS_HARNESS_CLAUSE_H
#define TESTS_HARNESS_CLAUSE_H

#include "lib/base.h"
#include "lib/format.h"
#include "virtio/device.h"

#include "generated/clauses.h"

/* The keyword of a requirement (RFC 2119). */
enum clause_level { LEVEL_MUST, LEVEL_MUST_NOT, LEVEL_SHOULD, LEVEL_SHOULD_NOT, LEVEL_MAY };

/* Who can see it broken. */
enum clause_observer { OBSERVED_BY_GUEST, OBSERVED_BY_HOST, OBSERVED_BY_NONE };

/* The interfaces that a device may have: a clause binds one or both (1.4.2). */
enum clause_interface { INTERFACE_MODERN = BIT(0), INTERFACE_LEGACY = BIT(1) };

/* One row of tests/clauses.tsv. */
struct clause {
	/* Places in clause_text_symbols: read them with the functions below. */
	uint16_t statement;
	uint16_t id;
	uint16_t section;
	uint16_t needs;         /* place in clause_terms of its first condition */
	uint8_t area;           /* place in clause_areas */
	uint8_t level : 4;      /* enum clause_level */
	uint8_t observer : 2;   /* enum clause_observer */
	uint8_t interfaces : 2; /* that it binds: a set of enum clause_interface */
};

/* What the words of tests/conditions.tsv stand for, as far as it can be told from what a device is. */
enum clause_condition {
	CONDITION_VECTORS,          /* it has MSI-X vectors */
	CONDITION_TRANSITIONAL,     /* it has a legacy interface, too */
	CONDITION_NOT_TRANSITIONAL, /* it has none */
	CONDITION_LEGACY_ID,        /* it has none, and an id as if it had one */
	CONDITION_VENDOR_DATA,      /* it has a vendor data capability */
	CONDITION_NOT_PCI,          /* it is on another transport */
};

/*
 * One condition of a clause, compiled by scripts/clauses.c: a kind, in the lower byte the bit of a feature
 * or an enum clause_condition. All have to be met, but that TERM_OR joins one with the next: one of them.
 * A clause's end with TERM_END.
 */
enum clause_term {
	TERM_END = 0,
	TERM_OFFERED = 0x100,     /* the feature is offered */
	TERM_NOT_OFFERED = 0x200, /* it is not */
	TERM_CONDITION = 0x300,
	TERM_NEVER = 0x400,    /* a feature of a device type that this image does not know */
	TERM_DECLINED = 0x500, /* the driver declines the feature: any device will do */
	TERM_KIND = 0x7f00,
	TERM_OR = 0x8000,
};

/* The conditions of all clauses, one behind the other. */
extern const uint16_t clause_terms[];

/* The part of ids before the first dash: a device type's (struct virtio_type), or one of the core. */
extern const char *const clause_areas[];

/* The catalogue, by enum clause_id. */
extern const struct clause clauses[CLAUSE_COUNT];

/* Its texts, compressed by scripts/clauses.c: pairs of symbols that stand for a longer one, … */
extern const uint8_t clause_text_rules[];

/* … and what each text is made of. */
extern const uint8_t clause_text_symbols[];

/* The texts of a row, each in a static buffer that the next call of the same function overwrites. */
const char *clause_name(const struct clause *clause);      /* its id: "PCI-MSIX-11" */
const char *clause_statement(const struct clause *clause); /* what it asks for */
const char *clause_section(const struct clause *clause);   /* title path in the specification */

/* "MUST", "MUST NOT", … */
const char *clause_level_name(enum clause_level level);

/* What a run found out about a clause. */
struct clause_state {
	uint32_t held;     /* checks that held in tests that judged: tally.h */
	uint32_t violated; /* checks that did not */
	uint32_t prompt;   /* of these, checks that no wait had to run out for */
	bool skipped;      /* a test that judges it was skipped; why is in `reason` */
	const char *reason;
};

/* Where that is kept. */
struct clause_state *clause_state(enum clause_id id);

#endif
