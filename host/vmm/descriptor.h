/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VMM descriptors: key files that say how a VMM is started and spoken to, so that another VMM
 * needs no C. docs/host.md describes the format; host/vmm/ has ours, which are also
 * built into the program.
 */
#ifndef HOST_VMM_DESCRIPTOR_H
#define HOST_VMM_DESCRIPTOR_H

#include <glib.h>

/* A descriptor that has been read; all is owned. */
struct descriptor {
	GKeyFile *file;
	char *name; /* the file's name without folder and .ini */
};

/*
 * The descriptor of that name, or, when name has a slash or ends in .ini, the one in that file.
 * Folders that are searched before what is built in: $VIRTPROOF_VMM_PATH, then virtproof/vmm in
 * the user's configuration folder. NULL with error set when there is none or it is malformed.
 * The caller owns it.
 */
struct descriptor *descriptor_load(const char *name, GError **error);

/* NULL is fine. */
void descriptor_free(struct descriptor *descriptor);

/* The names of all descriptors that descriptor_load() finds, sorted. The caller owns them. */
char **descriptor_names(void);

/* The value of a key, or fallback, which may be NULL. The caller owns it. */
char *descriptor_text(const struct descriptor *descriptor, const char *group, const char *key,
		      const char *fallback);

/*
 * The value of a key of [vmm] on that machine, NULL for the usual one: the machine's own where its group has one, else
 * that of [vmm], else fallback, which may be NULL. The caller owns it.
 */
char *descriptor_text_on(const struct descriptor *descriptor, const char *machine, const char *key,
			 const char *fallback);

/* The value of a key as a list cut at ';', empty when there is none. The caller owns it. */
char **descriptor_list(const struct descriptor *descriptor, const char *group, const char *key);

/*
 * The group "kind name", or "kind *" when the descriptor takes any name; NULL with error set,
 * which lists the known names, when it has neither. The caller owns it.
 */
char *descriptor_group(const struct descriptor *descriptor, const char *kind, const char *name,
		       GError **error);

/* The names that the descriptor has groups of that kind for. The caller owns them. */
char **descriptor_members(const struct descriptor *descriptor, const char *kind);

/* Whether a guest may ask for anything: it has groups [verb …]. */
gboolean descriptor_has_verbs(const struct descriptor *descriptor);

#endif
