/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A matrix file: groups of keys whose values are lists (cut at ';'); a group stands for a job for
 * each combination of one value of each key. docs/host.md describes the keys.
 */
#ifndef HOST_COMMAND_MATRIX_FILE_H
#define HOST_COMMAND_MATRIX_FILE_H

#include <glib.h>

/* A job that a matrix stands for. */
struct matrix_job {
	char *name;         /* its own among all jobs of the file */
	char *requires;     /* a program without which the job makes no sense, or NULL */
	GPtrArray *options; /* char *: words for 'virtproof run', without log and report */
};

/*
 * All jobs of a file, in its order: struct matrix_job. NULL with error set when it is malformed,
 * has a key that is none, or two jobs of one name. The caller owns the array, and that the jobs.
 */
GPtrArray *matrix_load(const char *path, GError **error);

#endif
