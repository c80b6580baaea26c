/* SPDX-License-Identifier: BSD-2-Clause */
/* Flaws of a traffic: noted while it goes on, turned into verdicts on clauses afterwards. */
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/finding.h"
#include "tests/ring/traffic.h"

void traffic_note(struct traffic *traffic, enum flaw flaw, const char *format, ...)
{
	va_list arguments;

	if (*traffic->flaws[flaw])
		return;
	va_start(arguments, format);
	format_text_list(traffic->flaws[flaw], FLAW_SIZE, format, arguments);
	va_end(arguments);
}

struct service_flaw {
	enum flaw kind;
	enum clause_id split, packed;
};

const char *traffic_first_flaw(const struct traffic *traffic)
{
	for (unsigned flaw = 0; flaw < FLAWS; flaw++) {
		if (*traffic->flaws[flaw])
			return traffic->flaws[flaw];
	}
	return "";
}

/*
 * What shows that a buffer was not served as it should, and the clause that says so whatever is tested, of
 * a split ring and of a packed one.
 */
static const struct service_flaw service_flaws[] = {
	{FLAW_SILENT, CLAUSE_SANE_1, CLAUSE_SANE_1},
	{FLAW_ID, CLAUSE_SPLIT_TXT_11, CLAUSE_PACKED_TXT_7},
	{FLAW_AGAIN, CLAUSE_VQ_TXT_2, CLAUSE_VQ_TXT_2},
	{FLAW_CONTENT, CLAUSE_SANE_2, CLAUSE_SANE_2},
	{FLAW_REPLY, CLAUSE_SANE_2, CLAUSE_SANE_2},
	{FLAW_READABLE, CLAUSE_SPLIT_DESC_1, CLAUSE_PACKED_DESC_1},
	{FLAW_EXCESS, CLAUSE_VQ_TXT_5, CLAUSE_VQ_TXT_5},
};

/* Lengths of legacy devices may be wrong (2.7.8.1): what binds the modern interface alone is no flaw of theirs. */
static bool counts(const struct traffic *traffic, const struct service_flaw *flaw)
{
	bool packed = ring_is_packed(traffic->queue);

	return clause_on(traffic->t->device, packed ? flaw->packed : flaw->split) != NO_CLAUSE;
}

const char *traffic_service_flaw(const struct traffic *traffic)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(service_flaws); n++) {
		const char *words = traffic->flaws[service_flaws[n].kind];

		if (*words && counts(traffic, &service_flaws[n]))
			return words;
	}
	return "";
}

bool check_flaw(const struct traffic *traffic, enum clause_id id, enum flaw flaw)
{
	return JUDGE(traffic->t, id, !*traffic->flaws[flaw], "%s", traffic->flaws[flaw]);
}

bool check_service(const struct traffic *traffic, enum clause_id id, const char *what)
{
	const char *flaw = traffic_service_flaw(traffic);

	return JUDGE(traffic->t, id, !*flaw, "%s: %s", what, flaw);
}

bool check_layout(const struct traffic *traffic, enum clause_id id, const char *what)
{
	CAN_JUDGE(traffic->t, traffic->loads->request->in_length || *traffic_service_flaw(traffic),
		  "%s: used, and nothing that comes back shows what was read", what);
	return check_service(traffic, id, what);
}

bool judge_service(const struct traffic *traffic)
{
	bool packed = ring_is_packed(traffic->queue), good = true;

	for (unsigned n = 0; n < ARRAY_LENGTH(service_flaws); n++) {
		const struct service_flaw *flaw = &service_flaws[n];

		good = check_flaw(traffic, packed ? flaw->packed : flaw->split, flaw->kind) && good;
	}
	return good;
}

unsigned traffic_rank(const struct traffic *traffic, uint32_t id, unsigned from)
{
	while (from < traffic->expected && traffic->exposed[from] != id)
		from++;
	return from;
}
