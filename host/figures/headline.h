/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures that are judged when runs are compared: what a guest feels of its devices. All others, the controls and the
 * noise above all, are of the host, and shown.
 */
#ifndef HOST_FIGURES_HEADLINE_H
#define HOST_FIGURES_HEADLINE_H

#include "host/record/measure.h"

/* A kind of them. */
struct headline {
	const char *pattern; /* of the measure's name */
	const char *member;  /* of its record */
	const char *words;   /* what it is, for people */
	unsigned strictness; /* a change has to be so many times the least that counts, */
	double absolute;     /* and so much in the figure's unit */
};

/* The kind that this part of a measure is of, or NULL. */
const struct headline *headline_of(const char *measure, const char *member);

#endif
