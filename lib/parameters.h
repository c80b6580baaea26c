/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line: words of the form vp.key or vp.key=value are ours, all others
 * belong to the VMM or the boot loader and are left alone.
 */
#ifndef LIB_PARAMETERS_H
#define LIB_PARAMETERS_H

#include "lib/base.h"

/* What a word may say, and what its value is in C. */
enum parameter_kind {
	PARAMETER_FLAG,   /* vp.key, vp.key=1|0|on|off|yes|no; value is a bool */
	PARAMETER_NUMBER, /* vp.key=N as parse_number() reads it; value is a uint64_t */
	PARAMETER_TIME,   /* vp.key=N, Ns, Nm or Nh; value is a uint64_t, of seconds, above 0 */
	PARAMETER_TEXT,   /* vp.key=TEXT; value is a const char * into the command line copy */
	PARAMETER_OPTION, /* vp.key or vp.key=TEXT; value is a const char *, "" when bare */
	PARAMETER_CHOICE, /* vp.key=one of choices ("a|b|c"); value is an unsigned, the index */
	PARAMETER_REFUSED, /* vp.key is a mistake, for the reason in about; not among the known keys */
};

/* A word that is known. An array of these is the whole of what a command line may say. */
struct parameter {
	const char *key;   /* without "vp." */
	const char *about; /* one line for the help text */
	enum parameter_kind kind;
	const char *choices; /* PARAMETER_CHOICE only */
	uint64_t minimum;    /* PARAMETER_NUMBER only: smallest and largest legal value; */
	uint64_t maximum;    /* both 0 means any */
	void *value;         /* where the value goes; untouched when the word is absent */
};

/*
 * Reads every vp. word of command_line into the parameters. command_line is cut into words in
 * place (values point into it) and must stay. A double-quoted value may hold blanks:
 * vp.key="a b". A word given twice: the last one counts.
 *
 * Returns true when all went well. Otherwise false, and message (size bytes) holds one
 * sentence that names the word, what is wrong, and where it helps the known keys.
 */
bool parameters_parse(const struct parameter *parameters, size_t count, char *command_line,
		      char *message, size_t size) MUST_CHECK;

#endif
