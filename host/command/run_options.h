/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line of 'virtproof run' says, and that command line again. */
#ifndef HOST_COMMAND_RUN_OPTIONS_H
#define HOST_COMMAND_RUN_OPTIONS_H

#include <glib.h>

/* NULL, 0 or FALSE: not said. Lists end with NULL. */
struct run_options {
	char *vmm, *machine, *accelerator, *program;
	char *image;        /* path */
	char *append;       /* words for the image */
	char **tests;       /* globs, commas between; all of them count */
	char *log;          /* path */
	char *expect;       /* path, or "none" */
	char *baseline;     /* path */
	char *output;       /* path */
	char *name;         /* of the job */
	char *update_file;  /* path; NULL with update: standard output */
	char **devices;     /* NAME[,PROPERTY=VALUE]… */
	char **vhost_user;  /* TYPE[,PROPERTY=VALUE]… */
	char **daemons;     /* of those, templates */
	char **sockets;     /* of those that no daemon serves, paths */
	char *workload;     /* of those: PART:NUMBER,… */
	gboolean reconnect; /* daemons go and come back */
	char **reports;     /* paths */
	char **vmm_words;   /* as they are */
	char **operands;    /* there may be none */
	int cpus;
	int memory;           /* MiB */
	int silence;          /* seconds */
	int incidents;        /* boots lost unexpectedly */
	int fresh;            /* boots for what root faults took away; below 0: not said */
	int confirm;          /* repetitions of a failure; below 0: not said */
	char **skip;          /* globs, as tests */
	char *rerun;          /* path of records: only what failed there */
	char *times;          /* path of records that say how long tests took */
	unsigned part, parts; /* only that part of the tests, from 1, of so many; 0: all */
	int time_limit;       /* seconds for a run */
	int duration;         /* seconds for which runs are begun */
	char *exit;           /* for whom the exit status is */
	int repeat;           /* whole runs */
	int shuffle;          /* what makes another order of tests; 0: as they stand */
	gboolean fail_fast, verbose, github;
	gboolean one; /* tests have to be chosen */
	gboolean strict, quiet, print, update, list_tests, trace, debug;
};

/*
 * Parses argv, whose words have to last. FALSE when something in it is wrong, which has been said on
 * standard error.
 */
gboolean run_options_parse(struct run_options *options, int argc, char **argv);

/* The words for the image that the options stand for. The caller owns them. */
char *run_options_append(const struct run_options *options);

/*
 * The same command line for a shell, up to where the words for the image that choose a test belong: a
 * single quote is open. The caller owns it.
 */
char *run_options_repeat_before(const struct run_options *options);

/* The rest of it, from the end of that quote on. The caller owns it. */
char *run_options_repeat_after(const struct run_options *options);

#endif
