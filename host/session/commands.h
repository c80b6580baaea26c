/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that a verb's group has for the VMM (docs/host.md), and another process in its place. */
#ifndef HOST_SESSION_COMMANDS_H
#define HOST_SESSION_COMMANDS_H

#include "host/session/question.h"

/*
 * Runs a program whose words are the template's, to its end. {result} is what it said. FALSE with error set when it does
 * not end well, within seconds.
 */
gboolean run_program(struct question *question, const char *template, GError **error);

/*
 * Gives the commands of a key of the group, one or a JSON array of them; nothing where it has no such key. {result} is
 * what the last has returned. FALSE with error set when one is refused.
 */
gboolean execute_key(struct question *question, const char *key, GError **error);

/*
 * Starts another process by the words of the group's key `successor`, has it take over what the VMM is that runs, and puts
 * it in its place; nothing where there is no such key. FALSE with error set when it does not take over: the first is
 * still in its place then.
 */
gboolean succeed(struct question *question, GError **error);

#endif
