/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/tally.h"

#include "lib/string.h"
#include "tests/harness/judge/clause.h"
#include "tests/harness/judge/finding.h"

#define PLACES_MOST 256 /* devices, and variants, that are told apart; the rest count as one */

/* Where a clause held: a bit for each device and variant, in the order in which they were met. */
struct spread {
	uint64_t devices[PLACES_MOST / 64], variants[PLACES_MOST / 64];
};

static struct spread spreads[CLAUSE_COUNT];
static uint32_t pending[CLAUSE_COUNT]; /* checks that held in the test that runs */
static uint16_t touched[CLAUSE_COUNT]; /* clauses for which that is not 0 */
static unsigned touched_count;

void tally_held(enum clause_id id)
{
	if (!pending[id]++)
		touched[touched_count++] = (uint16_t)id;
}

static unsigned number_of_device(const struct virtio_device *device)
{
	static const struct virtio_device *met[PLACES_MOST];
	unsigned n = 0;

	while (n < PLACES_MOST - 1 && met[n] && met[n] != device)
		n++;
	met[n] = device;
	return n;
}

static unsigned number_of_variant(const char *name)
{
	static char met[PLACES_MOST][VARIANT_TEXT];
	unsigned n = 0;

	while (n < PLACES_MOST - 1 && *met[n] && strcmp(met[n], name) != 0)
		n++;
	copy_string(met[n], VARIANT_TEXT, name);
	return n;
}

static bool has_judged(const struct findings *findings)
{
	for (unsigned n = 0; n < findings->count; n++) {
		if (findings->list[n].kind != FINDING_BROKEN)
			return false;
	}
	return true;
}

void tally_settle(const struct test_run *t)
{
	unsigned device = number_of_device(t->device), variant = number_of_variant(t->variant_name);
	bool counts = has_judged(t->findings);

	for (unsigned n = 0; n < touched_count; n++) {
		unsigned id = touched[n];

		if (counts) {
			clause_state(id)->held += pending[id];
			spreads[id].devices[device / 64] |= 1ull << device % 64;
			spreads[id].variants[variant / 64] |= 1ull << variant % 64;
		}
		pending[id] = 0;
	}
	touched_count = 0;
}

void tally_news(char *ids, size_t size)
{
	static bool told[CLAUSE_COUNT];
	struct text text = {.buffer = ids, .size = size};

	*ids = '\0';
	for (unsigned id = 0; id < CLAUSE_COUNT; id++) {
		const char *name;

		if (told[id] || !clause_state(id)->held)
			continue;
		name = clause_name(&clauses[id]);
		if (text.length + strlen(name) + 2 > size)
			break;
		told[id] = true;
		text_add(&text, "%s%s", *ids ? " " : "", name);
	}
}

static unsigned count_bits(const uint64_t bits[PLACES_MOST / 64])
{
	unsigned count = 0;

	for (unsigned n = 0; n < PLACES_MOST; n++)
		count += bits[n / 64] >> n % 64 & 1;
	return count;
}

unsigned tally_devices(enum clause_id id)
{
	return count_bits(spreads[id].devices);
}

unsigned tally_variants(enum clause_id id)
{
	return count_bits(spreads[id].variants);
}
