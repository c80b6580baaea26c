/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that one job needs to start its VMM: a folder of its own for sockets, scratch disks
 * and configuration files, the daemons that serve devices from outside, and the command.
 */
#ifndef HOST_SESSION_LAUNCH_H
#define HOST_SESSION_LAUNCH_H

#include "host/session/parts.h"

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
 * The words of the image's command line that the job itself needs: way to exit, scratch disks, what requests look like, and where this program
 * listens, format and host. The caller owns them.
 */
char *launch_append(const struct launch *launch, gboolean we_listen);

/*
 * The VMM's command for a boot with this command line of the image, whose configuration files
 * are written as well. NULL with error set when a template is wrong. The caller owns it.
 */
char **launch_command(struct launch *launch, const char *append, GError **error);

/*
 * A command as the template says for another process of the VMM that is to take the place of the one that runs:
 * {command} is how that was started, but for a control socket of its own, {successor-control} from now on, launch->successor. NULL with
 * error set when a template is wrong. The caller owns it.
 */
char **launch_successor(struct launch *launch, const char *template, GError **error);

/* The VMM that runs has its control socket there: {control}. */
void launch_set_control(struct launch *launch, const char *path);

/*
 * A script for a shell that makes the folder and what is in it, starts daemons and the VMM with that command line of
 * the image, and cleans up: the same run without this program. NULL with error set when a template is wrong. The caller
 * owns it.
 */
char *launch_script(struct launch *launch, const char *append, GError **error);

/* Whether the VMM's program is there. */
gboolean launch_has_program(const struct launch *launch);

/* Removes the sockets that an earlier boot has left in the folder: a VMM refuses to take them over. */
void launch_clear_sockets(const struct launch *launch);

#endif
