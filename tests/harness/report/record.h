/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run says, as data: a record is a type and named fields. docs/records.md lists the types;
 * whoever has something to say names its fields on the spot:
 *
 *	REPORT("plan", NUMBER("tests", steps));
 */
#ifndef TESTS_HARNESS_RECORD_H
#define TESTS_HARNESS_RECORD_H

#include "lib/base.h"
#include "lib/histogram.h"

#define REPEAT_SIZE 512 /* of the words that repeat a test, in a record */

/* What a field holds, and how JSON writes it where that is not plain. */
enum field_kind {
	FIELD_NONE, /* behind the last */
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_TRUTH,
	FIELD_THOUSANDTHS, /* `number` of them */
	FIELD_BITS,        /* 128 of them, as one hexadecimal number */
	FIELD_BYTES,       /* as hexadecimal digits */
	FIELD_HISTOGRAM,   /* JSON: its figures and buckets, each a field of the record itself */
	FIELD_NESTED,      /* a record within, whose type is not told */
};

/* One named value. What it points to is read before REPORT() returns, and not kept. */
struct field {
	const char *name;
	enum field_kind kind;
	bool for_people; /* no part of the JSON record: only phrases for people ask for it */
	union {
		const char *text;     /* FIELD_TEXT; not NULL */
		uint64_t number;      /* FIELD_NUMBER, FIELD_THOUSANDTHS */
		bool truth;           /* FIELD_TRUTH */
		const uint64_t *bits; /* FIELD_BITS: two words, the lower first */
		struct {
			const void *bytes; /* FIELD_BYTES … */
			size_t length;     /* … so many */
		};
		const struct histogram *histogram; /* FIELD_HISTOGRAM */
		const struct field *nested;        /* FIELD_NESTED; ends as a record does */
	};
};

/* A record: its fields end with one of FIELD_NONE. */
struct record {
	const char *type;
	const struct field *fields;
};

/*
 * The fields of a record, as RECORD() takes them. FOR_PEOPLE may follow the value of the first three:
 * it keeps the field out of JSON.
 */
#define FIELD(name_, kind_, ...) ((struct field){.name = (name_), .kind = (kind_), __VA_ARGS__})
#define FOR_PEOPLE               .for_people = true
/* A text, not NULL, of 4096 bytes at most. */
#define TEXT(name_, value, ...) FIELD(name_, FIELD_TEXT, .text = (value), __VA_ARGS__)
/* A whole number. */
#define NUMBER(name_, value, ...) FIELD(name_, FIELD_NUMBER, .number = (value), __VA_ARGS__)
/* Whether something is so. */
#define TRUTH(name_, value, ...) FIELD(name_, FIELD_TRUTH, .truth = (value), __VA_ARGS__)
/* A number with three digits behind the point. */
#define THOUSANDTHS(name_, value) FIELD(name_, FIELD_THOUSANDTHS, .number = (value))
/* 128 bits, from two words of which the lower is first. */
#define BITS(name_, words) FIELD(name_, FIELD_BITS, .bits = (words))
/* So many bytes. */
#define BYTES(name_, first, count) FIELD(name_, FIELD_BYTES, .bytes = (first), .length = (count))
/* A distribution, of any length. */
#define HISTOGRAM(name_, pointer) FIELD(name_, FIELD_HISTOGRAM, .histogram = (pointer))
/* Fields within, listed on the spot. */
#define NESTED(name_, ...)                                                                         \
	NESTED_FIELDS(name_, ((const struct field[]){__VA_ARGS__, {.kind = FIELD_NONE}}))
/* Fields within, from an array that ends with one of FIELD_NONE. */
#define NESTED_FIELDS(name_, first) FIELD(name_, FIELD_NESTED, .nested = (first))

/* A record that lives as long as the block it stands in. */
#define RECORD(type_, ...)                                                                         \
	(&(const struct record){                                                                   \
		.type = (type_),                                                                   \
		.fields = (const struct field[]){__VA_ARGS__, {.kind = FIELD_NONE}}})

/* The field of that name, or NULL. */
const struct field *record_find(const struct record *record, const char *name);

/*
 * The field of that name and kind. The run ends with an error when the record has none: the phrase that
 * asks and the place that reports do not agree.
 */
const struct field *record_field(const struct record *record, const char *name,
				 enum field_kind kind);

/* The text of a field of FIELD_TEXT; the run ends as above. */
const char *record_text(const struct record *record, const char *name);

/* The number of a field of FIELD_NUMBER; likewise. */
uint64_t record_number(const struct record *record, const char *name);

/* The truth of a field of FIELD_TRUTH; likewise. */
bool record_truth(const struct record *record, const char *name);

/* A percentile that is told of a distribution that carries it: the part of the whole that lies at or below it. */
struct quantile {
	const char *name;  /* in JSON; NULL behind the last */
	const char *words; /* for people */
	uint16_t part, whole;
};

/* All of them, beside the median, which is always told. */
extern const struct quantile quantiles[];

#endif
