/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof list */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/vmm/sound.h"

struct list_options {
	char **operands;
};

static const GOptionEntry entries[] = {
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY,
	 OPTION_AT(struct list_options, operands), NULL, NULL},
	{NULL},
};

static int list_vmms(void)
{
	g_auto(GStrv) names = descriptor_names();

	for (char **name = names; *name; name++) {
		g_autoptr(GError) error = NULL;
		struct descriptor *descriptor = descriptor_load(*name, &error);
		g_autofree char *title =
			descriptor ? descriptor_text(descriptor, "vmm", "title", "") : NULL;
		g_autofree char *program =
			descriptor ? descriptor_text(descriptor, "vmm", "program", *name) : NULL;
		g_autofree char *found = program ? g_find_program_in_path(program) : NULL;

		printf("%-18s %s%s\n", *name, title ? title : error->message,
		       found || !title ? "" : " (not installed)");
		descriptor_free(descriptor);
	}
	return EXIT_AS_EXPECTED;
}

static void list_kind(const struct descriptor *descriptor, const char *kind, const char *heading)
{
	g_auto(GStrv) members = descriptor_members(descriptor, kind);

	if (*members)
		printf("%s:\n", heading);
	for (char **member = members; *member; member++) {
		g_autofree char *group = g_strdup_printf("%s %s", kind, *member);
		g_autofree char *about = descriptor_text(descriptor, group, "about", "");

		printf("  %-16s %s\n", *member, about);
	}
}

static int list_one(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct descriptor *descriptor = descriptor_load(name, &error);

	if (!descriptor || !descriptor_is_sound(descriptor, &error)) {
		fprintf(stderr, "virtproof: %s\n", error->message);
		descriptor_free(descriptor);
		return EXIT_TROUBLE;
	}
	list_kind(descriptor, "device", "devices");
	list_kind(descriptor, "vhost-user", "vhost-user devices");
	list_kind(descriptor, "machine", "machines");
	list_kind(descriptor, "accelerator", "accelerators");
	list_kind(descriptor, "verb", "verbs");
	descriptor_free(descriptor);
	return EXIT_AS_EXPECTED;
}

int command_list(int argc, char **argv)
{
	struct list_options options = {NULL};

	if (!parse_options("[VMM]", "Lists the VMMs that are known, or what one of them has.",
			   entries, &options, argc, argv))
		return EXIT_TROUBLE;
	if (!options.operands)
		return list_vmms();
	if (!options.operands[1])
		return list_one(*options.operands);
	fputs("virtproof: one VMM at a time; try --help\n", stderr);
	return EXIT_TROUBLE;
}
