/* SPDX-License-Identifier: BSD-2-Clause */
/* A figure that a benchmark took: a single value, or a distribution. */
#ifndef HOST_RECORD_MEASURE_H
#define HOST_RECORD_MEASURE_H

#include <json-glib/json-glib.h>

/* Text that is borrowed lasts as long as the record. */
struct measure {
	JsonObject *record;   /* as it came, owned */
	const char *name;     /* what was measured, then settings: "read.iops depth=32" */
	const char *device;   /* its BDF, "" for none */
	const char *variant;  /* "" for none */
	const char *unit;     /* "ns", "requests/s" */
	gboolean distributed; /* it has buckets; else one value */
};

/* A part of a distribution: how many samples lie from its lowest value up to the next bucket's. */
struct bucket {
	double lowest;
	gint64 count;
};

/* A measure out of a measure record, which is referenced. The caller owns it. */
struct measure *measure_new(JsonObject *record);

/* Frees it; void * so that an array can. */
void measure_free(void *measure);

/* One of its figures in its unit: "value" or, of a distribution, "min", "p50", … "max"; 0 when it is missing. */
double measure_figure(const struct measure *measure, const char *name);

/*
 * Whether a distribution has the samples that a percentile needs: five beyond it at least. share is that of samples at or
 * below it.
 */
gboolean measure_carries(const struct measure *measure, double share);

/* Those of its buckets that hold samples, struct bucket, from the lowest on; none of a single figure. The caller owns them. */
GArray *measure_buckets(const struct measure *measure);

/* "22.1 us" of 22100 "ns": three digits that count of a time, four of all else. The caller owns it. */
char *measure_words(double value, const char *unit);

#endif
