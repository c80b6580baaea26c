/* SPDX-License-Identifier: BSD-2-Clause */
/* Records for people: one line a test, failures explained, a summary by device and by level. */
#include "lib/string.h"
#include "tests/harness/report/report.h"

#define DEVICES_MOST 256
#define VERDICTS     ARRAY_LENGTH(verdicts)

static const char *const verdicts[] = {"pass", "warn", "fail", "skip", "error"};

/* What the summary says of each device. */
static struct device {
	char bdf[16];
	char name[24];
	unsigned count[VERDICTS];
} devices[DEVICES_MOST];
static unsigned device_count;

const struct format text_format = {.name = "text"};

static struct device *device_named(const char *bdf)
{
	for (unsigned n = 0; n < device_count; n++) {
		if (strcmp(devices[n].bdf, bdf) == 0)
			return &devices[n];
	}
	return NULL;
}

/* The type of a device that a test is about, "" when it is about none. */
static const char *type_of(const struct record *record)
{
	const struct device *device = device_named(record_text(record, "device"));

	return device ? device->name : "";
}

PHRASE(text, run)
{
	uint64_t cpus = record_number(record, "cpus"), khz = record_number(record, "tsc_khz");

	print("virtproof %s on %s, entry %s, %lu CPU%s, %s, TSC %lu.%03lu MHz (%s)\n",
	      record_text(record, "version"), record_text(record, "hypervisor"),
	      record_text(record, "boot"), cpus, cpus == 1 ? "" : "s",
	      record_text(record, "interrupt_controller"), khz / 1000, khz % 1000,
	      record_text(record, "tsc_source"));
}

PHRASE(text, device)
{
	const char *bdf = record_text(record, "bdf"), *name = record_text(record, "name");
	uint64_t queues = record_number(record, "queues");

	print("%s  virtio-%s  %lu queue%s, %lu MSI-X vectors, features %#lx\n", bdf, name, queues,
	      queues == 1 ? "" : "s", record_number(record, "msix_vectors"),
	      record_field(record, "features_offered", FIELD_BITS)->bits[0]);
	if (device_count == DEVICES_MOST)
		return;
	copy_string(devices[device_count].bdf, sizeof(devices->bdf), bdf);
	copy_string(devices[device_count].name, sizeof(devices->name), name);
	device_count++;
}

PHRASE(text, plan)
{
	print("%lu tests\n\n", record_number(record, "tests"));
}

/* What was said already of the test that runs: each requirement, and the rings, are shown once. */
static struct {
	bool introduced, dumped;
	char clause[24];
	char repeat[REPEAT_SIZE];
} said;

static void print_dump(const char *dump)
{
	while (*dump) {
		const char *end = strchr(dump, '\n');
		size_t length = end ? (size_t)(end - dump) : strlen(dump);

		print("      | %.*s\n", (int)length, dump);
		dump += length + (end != NULL);
	}
	said.dumped = true;
}

PHRASE(text, check)
{
	const char *clause = record_text(record, "clause"), *dump = record_text(record, "dump");

	if (!said.introduced)
		print("in %s.%s, on %s %s [%s]:\n", record_text(record, "suite"),
		      record_text(record, "test"), record_text(record, "device"), type_of(record),
		      record_text(record, "variant"));
	print("    %s (%s): %s\n", clause, record_text(record, "level"),
	      record_text(record, "message"));
	if (strcmp(clause, said.clause) != 0)
		print("      required: %s [%s]\n", record_text(record, "statement"),
		      record_text(record, "section"));
	if (!said.dumped && *dump)
		print_dump(dump);
	said.introduced = true;
	copy_string(said.clause, sizeof(said.clause), clause);
	copy_string(said.repeat, sizeof(said.repeat), record_text(record, "repeat"));
}

static void count_verdict(const struct record *record)
{
	struct device *device = device_named(record_text(record, "device"));

	for (unsigned n = 0; device && n < VERDICTS; n++)
		device->count[n] += strcmp(verdicts[n], record_text(record, "verdict")) == 0;
}

PHRASE(text, test)
{
	const char *device = record_text(record, "device"), *reason = record_text(record, "reason");

	count_verdict(record);
	print("%-5s %s %-8s %s.%s [%s]%s%s\n", record_text(record, "verdict"),
	      *device ? device : "-", type_of(record), record_text(record, "suite"),
	      record_text(record, "test"), record_text(record, "variant"), *reason ? ": " : "",
	      reason);
	if (said.introduced)
		print("    repeat: %s\n", said.repeat);
	said.introduced = said.dumped = false;
	said.clause[0] = '\0';
}

PHRASE(text, clause)
{
	if (strcmp(record_text(record, "verdict"), "violated") == 0)
		print("violated  %-14s %-10s %s (%lu of %lu checks)\n", record_text(record, "id"),
		      record_text(record, "level"), record_text(record, "statement"),
		      record_number(record, "violated"), record_number(record, "checks"));
}

PHRASE(text, note)
{
	print("note: %s\n", record_text(record, "text"));
}

PHRASE(text, summary)
{
	const struct record *clauses =
		&(struct record){"clauses", record_field(record, "clauses", FIELD_NESTED)->nested};
	uint64_t milliseconds = record_number(record, "ms");

	print("\n");
	for (unsigned n = 0; n < device_count; n++) {
		const struct device *device = &devices[n];

		print("%s %-8s %4u passed, %u warned, %u failed, %u skipped, %u errors\n",
		      device->bdf, device->name, device->count[0], device->count[1],
		      device->count[2], device->count[3], device->count[4]);
	}
	print("clauses: %lu hold, %lu violated, %lu not judged (%lu of them no test judges)\n",
	      record_number(clauses, "holds"), record_number(clauses, "violated"),
	      record_number(clauses, "unjudged"), record_number(clauses, "uncovered"));
	print("%lu passed, %lu warned, %lu failed, %lu skipped, %lu errors in %lu.%03lu s: %s\n",
	      record_number(record, "pass"), record_number(record, "warn"),
	      record_number(record, "fail"), record_number(record, "skip"),
	      record_number(record, "error"), milliseconds / 1000, milliseconds % 1000,
	      record_text(record, "worst"));
}

#define PICTURE_WIDTH 50

/* One row for each power of two; a bar is as long as its share of the fullest row. */
static void draw(const struct histogram *histogram, const char *unit)
{
	uint64_t rows[64] = {0}, fullest = 1;

	for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++) {
		uint64_t value = histogram_bucket_lowest(n);

		rows[value ? 63 - __builtin_clzll(value) : 0] += histogram->buckets[n];
	}
	for (unsigned n = 0; n < 64; n++)
		fullest = MAXIMUM(fullest, rows[n]);
	for (unsigned n = 0; n < 64; n++) {
		static const char bar[] = "##################################################";
		unsigned length = (unsigned)((rows[n] * PICTURE_WIDTH + fullest - 1) / fullest);

		if (rows[n])
			print("    %10lu %s and up %8lu |%s\n", n ? 1ul << n : 0, unit, rows[n],
			      bar + PICTURE_WIDTH - length);
	}
}

static void print_distribution(const struct record *record, const struct histogram *histogram)
{
	const char *unit = record_text(record, "unit");

	print("  %-44s n %lu mean %lu stddev %lu min %lu p50 %lu", record_text(record, "name"),
	      histogram->count, histogram_mean(histogram), histogram_deviation(histogram),
	      histogram->minimum, histogram_quantile(histogram, 50, 100));
	for (const struct quantile *at = quantiles; at->name; at++) {
		if (histogram_carries(histogram, at->part, at->whole))
			print(" %s %lu", at->words,
			      histogram_quantile(histogram, at->part, at->whole));
	}
	print(" max %lu %s\n", histogram->maximum, unit);
	if (record_truth(record, "drawn"))
		draw(histogram, unit);
}

PHRASE(text, measure)
{
	const struct field *histogram = record_find(record, "histogram");
	uint64_t thousandths;

	if (histogram) {
		print_distribution(record, histogram->histogram);
		return;
	}
	thousandths = record_field(record, "value", FIELD_THOUSANDTHS)->number;
	print("  %-44s %12lu.%03lu %s\n", record_text(record, "name"), thousandths / 1000,
	      thousandths % 1000, record_text(record, "unit"));
}
