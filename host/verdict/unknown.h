/* SPDX-License-Identifier: BSD-2-Clause */
/* Expectations that can never come true, because what they name is not there. */
#ifndef HOST_VERDICT_UNKNOWN_H
#define HOST_VERDICT_UNKNOWN_H

#include "host/record/catalogue.h"
#include "host/verdict/expectations.h"

/* A sentence on each clause and each test that the expectations name and the image has not: char *. The caller owns them. */
GPtrArray *unknown_names(const struct expectations *expectations,
			 const struct catalogue *catalogue);

#endif
