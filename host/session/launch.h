/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that one job needs to start its VMM: a folder of its own for sockets, scratch disks
 * and configuration files, the daemons that serve devices from outside, and the command.
 */
#ifndef HOST_SESSION_LAUNCH_H
#define HOST_SESSION_LAUNCH_H

#include <glib.h>

#include "host/vmm/descriptor.h"
#include "host/vmm/template.h"

/* What is asked for. NULL or 0 means: as the descriptor says. */
struct launch_request {
	const char *machine;
	const char *accelerator;
	const char *program; /* words, cut as a shell does, for {program} */
	const char *image;   /* path of the image */
	unsigned cpus;
	unsigned memory;      /* MiB */
	char *const *devices; /* NAME[,PROPERTY=VALUE]…; "none" for none at all */
	char *const *options; /* words for the VMM, as they are */
};

/* A device of the job. */
struct launch_device {
	char *name;        /* as in the descriptor */
	char *bdf;         /* where it will appear, "" when the descriptor cannot tell */
	char *scratch;     /* what vp.scratch must say for it, or NULL: not to be written */
	GHashTable *texts; /* its names for templates */
	struct scope scope;
};

/* All but the descriptor is owned. */
struct launch {
	const struct descriptor *descriptor;
	char *directory;
	char *machine;
	char *accelerator;
	char *control;      /* path of the control socket */
	char **environment; /* of VMM and daemons: NAME=VALUE */
	gboolean terminal;  /* the VMM reads the guest's input from a terminal only */
	GPtrArray *devices; /* struct launch_device */
	GPtrArray *daemons; /* GStrv, in the order to start them */
	GPtrArray *sockets; /* paths that exist once the daemons are ready */
	struct scope scope; /* names for templates that are the same for all devices */
	struct scope base;  /* what those may be made of */
};

/*
 * Makes the folder and everything in it that does not depend on the boot. NULL with error set
 * when the descriptor, which has to live as long, does not have what is asked for, or a file cannot
 * be made. The caller owns the launch.
 */
struct launch *launch_new(const struct descriptor *descriptor, const struct launch_request *request,
			  GError **error);

/* Frees it and removes the folder. NULL is fine. */
void launch_free(struct launch *launch);

/*
 * The words of the image's command line that the job itself needs: format, way to exit, scratch
 * disks. The caller owns them.
 */
char *launch_append(const struct launch *launch);

/*
 * The VMM's command for a boot with this command line of the image, whose configuration files
 * are written as well. NULL with error set when a template is wrong. The caller owns it.
 */
char **launch_command(struct launch *launch, const char *append, GError **error);

/* Removes the sockets that an earlier boot has left in the folder: a VMM refuses to take them over. */
void launch_clear_sockets(const struct launch *launch);

#endif
