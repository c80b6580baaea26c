/* SPDX-License-Identifier: BSD-2-Clause */
/* What a launch consists of: what is asked for, the devices, and the rest. */
#ifndef HOST_SESSION_PARTS_H
#define HOST_SESSION_PARTS_H

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
	/*
	 * Devices that are served from outside, TYPE[,PROPERTY=VALUE]…, and by whom: the n-th by the n-th daemon, a
	 * template in which {socket} is where it shall listen, or by who listens at the n-th socket already.
	 */
	char *const *vhost_user, *const *daemons, *const *sockets;
	const char *workload; /* of those: what requests look like, for vp.workload */
	gboolean
		reconnect; /* the VMM connects again to daemons that go and come back, and guests may have them do so */
	gboolean trace; /* the VMM tells what its descriptor has it trace */
	gboolean debug; /* it waits for a debugger, and the folder stays */
};

/* A device of the job. */
struct launch_device {
	char *name;        /* as in the descriptor */
	char *bdf;         /* where it will appear, "" when the descriptor cannot tell */
	char *scratch;     /* what vp.scratch must say for it, or NULL: not to be written */
	unsigned daemon;   /* the number of the one that serves it, from 1; 0: none of ours */
	char *socket;      /* where that listens, or NULL */
	GHashTable *texts; /* its names for templates */
	struct scope scope;
};

/* All but the descriptor is owned. */
struct launch {
	const struct descriptor *descriptor;
	char *directory;
	char *machine;
	char *accelerator;
	char *control;       /* path of the control socket of the process that runs */
	char *successor;     /* … and of the one that is to take its place */
	unsigned successors; /* commands that were made for such */
	char **environment;  /* of VMM and daemons: NAME=VALUE */
	gboolean terminal;   /* the VMM reads the guest's input from a terminal only */
	gboolean keeps;      /* the folder stays */
	gboolean reconnects; /* the VMM connects again to daemons that come back */
	char *workload;      /* what requests of a device look like, for vp.workload; or NULL */
	GPtrArray *devices;  /* struct launch_device */
	GPtrArray *daemons;  /* GStrv, in the order to start them */
	GPtrArray *sockets;  /* paths that exist once the daemons are ready */
	GPtrArray *foreign;  /* paths of sockets that are none of ours, but have to be there */
	struct scope scope;  /* names for templates that are the same for all devices */
	struct scope base;   /* what those may be made of */
};

#endif
