/* SPDX-License-Identifier: BSD-2-Clause */
/* What the watch has seen: which rules were broken by which test, and which were looked at, at all. Boot CPU. */
#ifndef SELFCHECK_WATCH_BREACH_H
#define SELFCHECK_WATCH_BREACH_H

#include "lib/base.h"

#include "generated/driver_clauses.h"

/* Reports each breach that its test does not declare, and the sums; returns how many there are. */
unsigned report_breaches(void);

/* Whether a test of this name has broken the rule on any device. */
bool is_broken_by(const char *test, enum driver_clause rule);

/* How many other rules it has broken, which it does not declare. */
unsigned others_broken_by(const char *test, enum driver_clause rule);

/* The id of a rule: "DRIVER-CFG-1". */
const char *rule_name(enum driver_clause rule);

/* Whether the watch can tell that the rule is kept. */
bool is_watched(enum driver_clause rule);

/* Whether a name is that of the enumerator of a rule. */
bool is_named_after(const char *name, enum driver_clause rule);

#endif
