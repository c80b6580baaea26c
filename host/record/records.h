/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records out of a console: one JSON object a line, beginning with {"type":. The console is
 * shared with firmware, loaders and whatever a dying hypervisor prints, so everything that is no
 * record is noise, handed on as such, and never an error.
 */
#ifndef HOST_RECORD_RECORDS_H
#define HOST_RECORD_RECORDS_H

#include <glib.h>
#include <json-glib/json-glib.h>

/* A line longer than this is noise; a record of the image is a fraction of it. */
#define RECORD_LINE_LIMIT (1u << 20)

/* The meaning of records that the program knows: the field schema of run records. */
#define RECORD_SCHEMA 1

/* Takes a console apart. */
struct record_reader;

/* Who is told what a reader finds. What it is handed is good only during the call. */
struct record_listener {
	/* A record: object has a string member "type"; line is its text, without line end. */
	void (*record)(JsonObject *object, const char *line, void *context);

	/* A line, or the part of a line before a record, that is none: length bytes, any bytes. */
	void (*noise)(const char *text, gsize length, void *context);

	void *context;
};

/* A reader in its first state. The listener is copied. Never fails; the caller owns it. */
struct record_reader *record_reader_new(const struct record_listener *listener);

/* Frees it; what it has not told is lost. NULL is fine. */
void record_reader_free(struct record_reader *reader);

/* Takes the next bytes of the console, cut anywhere. */
void record_reader_feed(struct record_reader *reader, const char *bytes, gsize length);

/* The console has ended: a last line without line end is looked at as it stands. */
void record_reader_finish(struct record_reader *reader);

/*
 * The record that text is, or NULL when it is none: invalid UTF-8, no object, nested deeper than
 * any record, no string member "type". The caller owns the result.
 */
JsonObject *record_parse(const char *text, gsize length);

/* A record of type `type`, empty but for that. The caller owns it. */
JsonObject *record_new(const char *type);

/* The record on one line, without line end. The caller owns it. */
char *record_line(JsonObject *record);

/*
 * Members by name. A record is input, so nothing about it is taken for granted: a member that is
 * missing or of another type reads as what the function says. What is returned belongs to the record.
 */

/* A member that is text; else "". */
const char *record_text(JsonObject *record, const char *name);

/* The same as a copy, which the caller owns. */
char *record_copy(JsonObject *record, const char *name);

/* A member that is a whole number; else the fallback. */
gint64 record_number(JsonObject *record, const char *name, gint64 fallback);

/* A member that is any number; else the fallback. */
double record_real(JsonObject *record, const char *name, double fallback);

/* A member that is an object; else NULL. */
JsonObject *record_object(JsonObject *record, const char *name);

/* A member that is an array; else NULL. */
JsonArray *record_array(JsonObject *record, const char *name);

/* What stands at place n of an array, which has more than n, if it is text; else "". */
const char *record_element(JsonArray *array, guint n);

/* Whether the record's type is `type`. */
gboolean record_is(JsonObject *record, const char *type);

/*
 * The schema of the records that follow, when this is a run record of one that the program does not
 * read; 0 otherwise.
 */
gint64 record_foreign_schema(JsonObject *record);

#endif
