/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of VMMs and daemons: what they need to start and to find their files, and nothing that
 * would make them behave otherwise here than on another desk.
 */
#ifndef HOST_SYSTEM_ENVIRONMENT_H
#define HOST_SYSTEM_ENVIRONMENT_H

#include <glib.h>

/*
 * NAME=VALUE of each variable that every program may have, as far as it is set, and of additions: NAME
 * takes ours as it is, NAME=VALUE sets it; NULL behind the last. The caller owns the list.
 */
char **environment_clean(char *const *additions);

#endif
