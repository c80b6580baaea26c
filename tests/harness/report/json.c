/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as JSON, one object a line: what the host program reads. */
#include "lib/format.h"
#include "tests/harness/report/report.h"

/* A text of TEXT_MOST bytes fits behind what waits to be sent, even if each byte becomes an escape. */
#define SENT_AT   4096
#define TEXT_MOST 4096

static char line[SENT_AT + 6 * TEXT_MOST + 64];
static struct text out;

/* Sends what has been put together so far. */
static void send(void)
{
	print_text(line);
	out = TEXT_ON(line);
	line[0] = '\0';
}

static void add_histogram(const struct histogram *histogram)
{
	const char *comma = "";

	text_add(&out, "\"count\":%lu,\"min\":%lu,\"p50\":%lu,", histogram->count,
		 histogram->minimum, histogram_quantile(histogram, 50, 100));
	for (const struct quantile *at = quantiles; at->name; at++) {
		uint64_t part = at->part, whole = at->whole;

		if (histogram_carries(histogram, part, whole))
			text_add(&out, "\"%s\":%lu,", at->name,
				 histogram_quantile(histogram, part, whole));
	}
	text_add(&out, "\"max\":%lu,\"mean\":%lu,\"stddev\":%lu,\"buckets\":[", histogram->maximum,
		 histogram_mean(histogram), histogram_deviation(histogram));
	for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++) {
		if (!histogram->buckets[n])
			continue;
		text_add(&out, "%s[%lu,%u]", comma, histogram_bucket_lowest(n),
			 histogram->buckets[n]);
		comma = ",";
		if (out.length > SENT_AT)
			send();
	}
	text_add(&out, "]");
}

static void add_bytes(const uint8_t *bytes, size_t length)
{
	text_add(&out, "\"");
	for (size_t n = 0; n < length; n++) {
		text_add(&out, "%02x", bytes[n]);
		if (out.length > SENT_AT)
			send();
	}
	text_add(&out, "\"");
}

static void add_value(const struct field *field)
{
	switch (field->kind) {
	case FIELD_TEXT:
		text_add(&out, "\"");
		text_add_json_escaped(&out, field->text);
		text_add(&out, "\"");
		break;
	case FIELD_NUMBER:
		text_add(&out, "%lu", field->number);
		break;
	case FIELD_TRUTH:
		text_add(&out, "%s", field->truth ? "true" : "false");
		break;
	case FIELD_THOUSANDTHS:
		text_add(&out, "%lu.%03lu", field->number / 1000, field->number % 1000);
		break;
	case FIELD_BITS:
		text_add(&out, "\"%#lx%016lx\"", field->bits[1], field->bits[0]);
		break;
	case FIELD_BYTES:
		add_bytes(field->bytes, field->length);
		break;
	case FIELD_HISTOGRAM:
	case FIELD_NESTED:
	case FIELD_NONE:
		break;
	}
}

static void add_fields(const struct field *fields, const char *comma)
{
	for (const struct field *field = fields; field->kind != FIELD_NONE; field++) {
		if (field->for_people)
			continue;
		text_add(&out, "%s", comma);
		comma = ",";
		if (field->kind == FIELD_HISTOGRAM) {
			add_histogram(field->histogram);
			continue;
		}
		text_add(&out, "\"%s\":", field->name);
		if (field->kind == FIELD_NESTED) {
			text_add(&out, "{");
			add_fields(field->nested, "");
			text_add(&out, "}");
			continue;
		}
		add_value(field);
		if (out.length > SENT_AT)
			send();
	}
}

void report_as_json(const struct record *record)
{
	out = TEXT_ON(line);
	text_add(&out, "{\"type\":\"%s\"", record->type);
	add_fields(record->fields, ",");
	text_add(&out, "}\n");
	send();
}

const struct format json_format = {.name = "json", .any = report_as_json};
