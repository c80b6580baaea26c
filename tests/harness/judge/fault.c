/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/fault.h"

#include "tests/harness/judge/declared.h"
#include "tests/harness/report/report.h"

/* What a broken clause takes away; 0: what comes to it again, and nothing else. */
static const struct {
	uint16_t clause;
	uint32_t takes;
} roots[] = {
	{CLAUSE_PCI_COMMON_8, STATE_RESET},        {CLAUSE_PCI_COMMON_10, STATE_RESET},
	{CLAUSE_FEAT_TXT_2, STATE_FEATURES},       {CLAUSE_PCI_COMMON_TXT_5, STATE_SIZES},
	{CLAUSE_PCI_COMMON_TXT_6, STATE_RESIZING}, {CLAUSE_SPLIT_TXT_12, STATE_INDICES},
	{CLAUSE_PCI_MSIX_10, STATE_VECTORS},       {CLAUSE_PCI_MSIX_11, STATE_VECTORS},
	{CLAUSE_MSIX_PCI_6, STATE_MASKS},          {CLAUSE_MSIX_PCI_7, STATE_MASKS},
	{CLAUSE_MSIX_PCI_14, STATE_PENDING},       {CLAUSE_SANE_5, 0},
};

/* What a test that judges a clause takes for granted. */
static const struct {
	uint16_t clause;
	uint32_t assumes;
} bases[] = {
	{CLAUSE_MSIX_PCI_5, STATE_MASKS | STATE_PENDING},
	{CLAUSE_MSIX_PCI_6, STATE_MASKS | STATE_PENDING},
	{CLAUSE_MSIX_PCI_7, STATE_MASKS | STATE_PENDING},
	{CLAUSE_MSIX_PCI_8, STATE_MASKS | STATE_PENDING},
	{CLAUSE_MSIX_PCI_9, STATE_MASKS | STATE_PENDING},
	{CLAUSE_MSIX_PCI_11, STATE_MASKS},
	{CLAUSE_MSIX_PCI_14, STATE_PENDING},
	{CLAUSE_MSIX_PCI_15, STATE_MASKS | STATE_PENDING},
	{CLAUSE_PCI_MSIX_TXT_2, STATE_PENDING},
	{CLAUSE_STATUS_2, STATE_PENDING},
};

static const struct {
	uint32_t state;
	const char *name;
} states[] = {
	{STATE_RESET, "a reset"},
	{STATE_FEATURES, "features of this set-up alone"},
	{STATE_SIZES, "the largest sizes of queues"},
	{STATE_RESIZING, "smaller queues"},
	{STATE_INDICES, "rings that begin at 0"},
	{STATE_VECTORS, "vectors that a reset unmaps"},
	{STATE_MASKS, "messages held by masks"},
	{STATE_PENDING, "pending bits"},
};

bool is_root(enum clause_id id, uint32_t *takes)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(roots); n++) {
		*takes = roots[n].takes;
		if (roots[n].clause == id)
			return true;
	}
	return false;
}

/* What a test takes for granted by what it cannot do without. */
static uint32_t needed_by(const struct test *test)
{
	uint32_t assumed = STATE_RESET;

	if (test->needs & NEEDS_CONFIGURATION_SPACE_ONLY)
		return 0;
	/* The tests of a type make requests of their own. */
	if ((test->needs & NEEDS_WORK) || test->type)
		assumed |= STATE_FEATURES | STATE_INDICES;
	if (test->needs & NEEDS_MSIX)
		assumed |= STATE_VECTORS;
	return assumed;
}

uint32_t assumed_by(const struct test *test)
{
	uint32_t assumed = test->assumes ? test->assumes : needed_by(test);

	for (unsigned n = 0; !test->assumes && n < ARRAY_LENGTH(bases); n++) {
		if (test_judges(test, bases[n].clause))
			assumed |= bases[n].assumes;
	}
	return assumed;
}

const struct fault *fault_of(const struct faults *faults, enum clause_id id)
{
	for (unsigned n = 0; n < faults->count; n++) {
		if (faults->list[n].clause == id)
			return &faults->list[n];
	}
	return NULL;
}

const struct fault *fault_in_the_way(const struct faults *faults, const struct test *test)
{
	uint32_t assumed = faults->count ? assumed_by(test) : 0;

	for (unsigned n = 0; n < faults->count; n++) {
		const struct fault *fault = &faults->list[n];

		/* Who judges the clause itself would only tell it again. */
		if ((fault->takes & assumed) || test_judges(test, fault->clause))
			return fault;
	}
	return NULL;
}

static void tell(const struct test_run *t, const struct fault *fault)
{
	char takes[256];
	struct text text = TEXT_ON(takes);

	takes[0] = '\0';
	for (unsigned n = 0; n < ARRAY_LENGTH(states); n++) {
		if (fault->takes & states[n].state)
			text_add(&text, "%s%s", *takes ? ", " : "", states[n].name);
	}
	REPORT("finding", TEXT("device", t->device->name),
	       TEXT("clause", clause_name(&clauses[fault->clause])), TEXT("since", fault->since),
	       TEXT("takes", takes));
}

void note_fault(struct test_run *t, enum clause_id id)
{
	struct faults *faults = t->faults;
	struct fault *fault;
	uint32_t takes;

	if (!is_root(id, &takes) || fault_of(faults, id) || faults->count == FAULTS_MOST)
		return;
	fault = &faults->list[faults->count++];
	*fault = (struct fault){.clause = id, .takes = takes};
	test_full_name(t->test, fault->since);
	tell(t, fault);
}

PHRASE(text, finding)
{
	print("    from here on, on %s, no test is judged that takes for granted: %s\n",
	      record_text(record, "device"), record_text(record, "takes"));
}
