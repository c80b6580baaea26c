/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/fault.h"

#include "lib/string.h"
#include "tests/harness/judge/applies.h"
#include "tests/harness/judge/declared.h"
#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/report.h"

/*
 * What a broken clause takes away; 0: what comes to it again, and nothing else. One that lasts is there whatever was done
 * to the device: a fresh boot would meet it again.
 */
static const struct {
	uint16_t clause;
	uint32_t takes;
	bool lasts;
	bool altogether; /* it takes that away where it never holds: that is for the inspection to say */
} roots[] = {
	{CLAUSE_PCI_COMMON_8, STATE_RESET | STATE_EARLY_RESET, true},
	{CLAUSE_PCI_COMMON_10, STATE_RESET | STATE_EARLY_RESET, true},
	{CLAUSE_FEAT_TXT_2, STATE_FEATURES},
	{CLAUSE_PCI_COMMON_TXT_5, STATE_SIZES},
	{CLAUSE_PCI_COMMON_TXT_6, STATE_RESIZING, true},
	{CLAUSE_PCI_COMMON_16, STATE_QUEUE_RESET, true},
	{CLAUSE_SPLIT_FRAME_1, STATE_FRAMING, true},
	{CLAUSE_SPLIT_TXT_12, STATE_INDICES},
	{CLAUSE_PCI_MSIX_10, STATE_VECTORS},
	{CLAUSE_PCI_MSIX_11, STATE_VECTORS},
	{CLAUSE_MSIX_PCI_6, STATE_MASKS, true},
	{CLAUSE_MSIX_PCI_7, STATE_MASKS, true},
	{CLAUSE_MSIX_PCI_8, STATE_PENDING, true},
	{CLAUSE_MSIX_PCI_14, STATE_PENDING},
	{CLAUSE_PCI_CFGACC_4, STATE_WINDOW, true},
	{CLAUSE_SANE_14, STATE_POLLING, true},
	{CLAUSE_PCI_COMMON_7, STATE_CONFIGURATION},
	{CLAUSE_SPLIT_IND_TXT_1, STATE_TABLES, true},
	{CLAUSE_NOTIF_TXT_2, STATE_ARMING, true},
	{CLAUSE_SPLIT_NOTIF_2, STATE_QUIET, true},
	{CLAUSE_SPLIT_NOTIF_3, STATE_NOTICES, true, .altogether = true},
	{CLAUSE_SANE_18, STATE_BATCHES, true},
	{CLAUSE_PCI_COMMON_TXT_7, 0, true},
	{CLAUSE_SANE_5, 0},
	{CLAUSE_FEAT_9, 0},
	{CLAUSE_PCI_ISR_7, 0},
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
	{CLAUSE_PCI_MSIX_TXT_2, STATE_PENDING | STATE_POLLING},
	{CLAUSE_STATUS_2, STATE_PENDING},
	{CLAUSE_PCI_CFGACC_2, STATE_WINDOW},
	{CLAUSE_PCI_CFGACC_3, STATE_WINDOW},
	{CLAUSE_PCI_CFGACC_5, STATE_WINDOW},
	{CLAUSE_PCI_CFGACC_TXT_3, STATE_WINDOW | STATE_POLLING},
	{CLAUSE_PCI_COMMON_13, STATE_POLLING},
	{CLAUSE_SANE_14, STATE_POLLING},
	{CLAUSE_SPLIT_IND_1, STATE_TABLES},
	{CLAUSE_SPLIT_IND_2, STATE_TABLES},
	{CLAUSE_SPLIT_IND_TXT_1, STATE_TABLES},
	{CLAUSE_SPLIT_IND_TXT_2, STATE_TABLES},
	{CLAUSE_SPLIT_IND_TXT_3, STATE_TABLES},
	{CLAUSE_PCI_ISR_3, STATE_NOTICES},
	{CLAUSE_PACKED_EV_TXT_2, STATE_QUIET},
	{CLAUSE_PACKED_EV_TXT_6, STATE_ARMING},
	{CLAUSE_PACKED_EV_TXT_7, STATE_ARMING},
	{CLAUSE_PACKED_TXT_15, STATE_ARMING | STATE_QUIET},
	{CLAUSE_FEAT_TXT_1, STATE_TABLES},
	{CLAUSE_SPLIT_TXT_3, STATE_CHAINS},
	{CLAUSE_SPLIT_TXT_4, STATE_CHAINS},
	{CLAUSE_SPLIT_IND_2, STATE_CHAINS},
	{CLAUSE_PACKED_TXT_8, STATE_CHAINS},
	{CLAUSE_PACKED_TXT_22, STATE_CHAINS},
	{CLAUSE_PACKED_SG_1, STATE_FRAMING | STATE_CHAINS},
	{CLAUSE_VQRESET_6, STATE_RESIZING},
	{CLAUSE_PCI_COMMON_8, STATE_EARLY_RESET},
	{CLAUSE_PCI_COMMON_10, STATE_EARLY_RESET},
	{CLAUSE_PCI_COMMON_TXT_5, STATE_EARLY_RESET},
	{CLAUSE_PCI_MSIX_9, STATE_VECTORS},
	{CLAUSE_PCI_MSIX_10, STATE_VECTORS | STATE_EARLY_RESET},
	{CLAUSE_PCI_MSIX_11, STATE_VECTORS | STATE_EARLY_RESET},
	{CLAUSE_PCI_MSIX_12, STATE_VECTORS},
	{CLAUSE_KICK_TXT_5, STATE_BATCHES},
	{CLAUSE_EVIDX_TXT_6, STATE_BATCHES},
	{CLAUSE_VQ_TXT_11, STATE_BATCHES},
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
	{STATE_WINDOW, "the configuration window"},
	{STATE_CHAINS, "chains of several descriptors"},
	{STATE_QUEUE_RESET, "resets of single queues"},
	{STATE_FRAMING, "requests cut in any way"},
	{STATE_EARLY_RESET, "a reset before DRIVER_OK"},
	{STATE_POLLING, "queues that no interrupt tells of"},
	{STATE_CONFIGURATION, "a configuration that stays"},
	{STATE_TABLES, "indirect tables"},
	{STATE_ARMING, "messages after suppression was lifted"},
	{STATE_QUIET, "suppression by flags"},
	{STATE_NOTICES, "messages of used buffers"},
	{STATE_FEW_QUEUES, "service with some of the queues enabled"},
	{STATE_BATCHES, "several requests behind one notification"},
};

const char *state_name(uint32_t state)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(states); n++) {
		if (states[n].state == state)
			return states[n].name;
	}
	return "";
}

bool is_root(enum clause_id id, uint32_t *takes)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(roots); n++) {
		*takes = roots[n].takes;
		if (roots[n].clause == id)
			return !roots[n].altogether;
	}
	return false;
}

/* What a test takes for granted by what it cannot do without. */
static uint32_t needed_by(const struct test *test)
{
	uint32_t assumed = STATE_RESET;

	if (test->needs & NEEDS_CONFIGURATION_SPACE_ONLY)
		return 0;
	if ((test->needs & NEEDS_WORK) && (test->needs & (NEEDS_MSIX | NEEDS_INTX)))
		assumed |= STATE_NOTICES;
	/* The tests of a type make requests of their own. */
	if ((test->needs & NEEDS_WORK) || test->type)
		assumed |= STATE_FEATURES | STATE_INDICES;
	if ((test->needs & NEEDS_CONFIG) || test->type)
		assumed |= STATE_CONFIGURATION;
	if (test->has_feature && test->feature == VIRTIO_F_RING_RESET)
		assumed |= STATE_QUEUE_RESET;
	return assumed;
}

/* What it takes for granted by its variant. */
static uint32_t varied_by(const struct test_run *t)
{
	bool works = (t->test->needs & NEEDS_WORK) || t->test->type;

	return (t->variant.size ? STATE_RESIZING : 0) | (t->variant.indirect ? STATE_TABLES : 0) |
	       (works && t->variant.interrupts == INTERRUPT_NONE ? STATE_POLLING : 0);
}

uint32_t assumed_by(const struct test_run *t)
{
	const struct test *test = t->test;
	uint32_t assumed = (test->assumes ? test->assumes : needed_by(test)) | varied_by(t);

	for (unsigned n = 0; !test->assumes && n < ARRAY_LENGTH(bases); n++) {
		if (test_judges(test, bases[n].clause))
			assumed |= bases[n].assumes;
	}
	return assumed;
}

uint32_t taken_by(const struct faults *faults)
{
	uint32_t taken = 0;

	for (unsigned n = 0; n < faults->count; n++)
		taken |= faults->list[n].takes;
	return taken;
}

const struct fault *fault_of(const struct faults *faults, enum clause_id id)
{
	for (unsigned n = 0; n < faults->count; n++) {
		if (faults->list[n].clause == id)
			return &faults->list[n];
	}
	return NULL;
}

void since_now(const struct test_run *t, char since[SINCE_SIZE])
{
	char name[TEST_NAME_SIZE];

	test_full_name(t->test, name);
	format_text(since, SINCE_SIZE, "%s [%s]", name, t->variant_name);
}

bool fault_is_in_the_way(const struct test_run *t, const struct fault *fault)
{
	/* Who judges the clause itself would only tell it again. */
	return (fault->takes & assumed_by(t)) || test_judges(t->test, fault->clause);
}

static bool lasts(enum clause_id id)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(roots); n++) {
		if (roots[n].clause == id)
			return roots[n].lasts;
	}
	return false;
}

static void tell(const struct virtio_device *device, const struct fault *fault)
{
	char takes[256];
	struct text text = TEXT_ON(takes);

	takes[0] = '\0';
	for (unsigned n = 0; n < ARRAY_LENGTH(states); n++) {
		if (fault->takes & states[n].state)
			text_add(&text, "%s%s", *takes ? ", " : "", states[n].name);
	}
	REPORT("finding", TEXT("device", device->name),
	       TEXT("clause", clause_name_on(device, fault->clause)), TEXT("since", fault->since),
	       TEXT("takes", takes), TRUTH("lasts", lasts(fault->clause)),
	       TRUTH("death", false, FOR_PEOPLE));
}

void enter_fault(struct test_run *t, enum clause_id id, uint32_t takes)
{
	struct faults *faults = t->faults;
	const struct fault *known = fault_of(faults, id);
	struct fault *fault = &faults->list[known ? known - faults->list : faults->count];

	if (known ? !(takes & ~known->takes) : faults->count == FAULTS_MOST)
		return;
	if (!known) {
		faults->count++;
		*fault = (struct fault){.clause = id};
		since_now(t, fault->since);
	}
	fault->takes |= takes;
	tell(t->device, fault);
}

void enter_earlier_fault(const struct virtio_device *device, struct faults *faults,
			 enum clause_id id, uint32_t takes)
{
	struct fault *fault = &faults->list[faults->count];

	if (fault_of(faults, id) || faults->count == FAULTS_MOST)
		return;
	faults->count++;
	*fault = (struct fault){id, takes, "an earlier boot"};
	tell(device, fault);
}

static bool is_listed(const char *list, const struct virtio_device *device, enum clause_id id)
{
	char name[64];

	if (clause_on(device, id) == NO_CLAUSE)
		return false;
	format_text(name, sizeof(name), "%s/%s", device->name,
		    clause_name(&clauses[clause_on(device, id)]));
	return glob_list_match(list, name);
}

void know_faults(const struct virtio_device *device, struct faults *faults)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(roots); n++) {
		uint32_t takes = roots[n].takes;

		/* How far it goes is found out again. */
		if (takes & STATE_EARLY_RESET)
			takes = STATE_EARLY_RESET;
		if (is_listed(options.known, device, roots[n].clause))
			enter_earlier_fault(device, faults, roots[n].clause, takes);
	}
}

bool told_before_this_boot(const struct virtio_device *device, enum clause_id id)
{
	return is_listed(options.told, device, id);
}

void add_told_before(struct text *words, const struct virtio_device *device)
{
	const char *before = " vp.told=";

	for (unsigned n = 0; n < ARRAY_LENGTH(roots); n++) {
		if (!told_before_this_boot(device, roots[n].clause))
			continue;
		text_add(words, "%s%s/%s", before, device->name,
			 clause_name(&clauses[clause_on(device, roots[n].clause)]));
		before = ",";
	}
}

bool told_by_earlier_boot(const struct virtio_device *device, enum clause_id id)
{
	return told_before_this_boot(device, id) || is_listed(options.known, device, id);
}

void note_fault(struct test_run *t, enum clause_id id)
{
	uint32_t takes;

	if (!fault_of(t->faults, id) && is_root(id, &takes))
		enter_fault(t, id, takes);
}

PHRASE(text, finding)
{
	const char *device = record_text(record, "device"), *takes = record_text(record, "takes");

	if (record_truth(record, "death"))
		print("    from here on no test is judged that needs %s to serve requests\n",
		      device);
	else if (*takes)
		print("    from here on, on %s, no test is judged that takes for granted: %s\n",
		      device, takes);
}
