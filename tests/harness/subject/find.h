/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is there to be tested. Boot CPU. */
#ifndef TESTS_HARNESS_FIND_H
#define TESTS_HARNESS_FIND_H

/*
 * Looks for devices, meets each (contact.h), enrols and reports it (`device`). What is odd about one, or
 * makes it impossible to drive, is reported as a note. The command line, as it came, may tell of some. Once, before
 * anything else of subject/.
 */
void find_subjects(const char *command_line);

#endif
