/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host does by itself when a guest asks: files, datagrams, the far ends of ports. */
#ifndef HOST_SESSION_ACTIONS_H
#define HOST_SESSION_ACTIONS_H

#include <glib.h>

/* Connections to sockets of the VMM, by their paths, which live as long as a boot. */
struct far_ends;

/* No connection is open. Never fails; the caller owns it. */
struct far_ends *far_ends_new(void);

/* Closes all connections. */
void far_ends_free(struct far_ends *ends);

/*
 * Opens, or when not `on` closes, the connection to the socket; what is so already is fine. Where there is a
 * `line` it is sent first, and the first line that comes is taken for its answer. FALSE with error set when
 * it cannot be opened.
 */
gboolean far_end_connect(struct far_ends *ends, const char *path, gboolean on, const char *line,
			 GError **error);

/*
 * Listens, or when not `on` does so no more, on a socket that is made there; a connection that came by it is
 * closed. The next one is what the functions below mean by that path. FALSE with error set.
 */
gboolean far_end_listen(struct far_ends *ends, const char *path, gboolean on, GError **error);

/*
 * Writes the pattern (docs/ask.md, `socket-fill`) from place `offset` on, `count` bytes or as many as are
 * taken at once: that number, in decimal. NULL with error set. The caller owns it.
 */
char *far_end_fill(struct far_ends *ends, const char *path, guint64 offset, guint64 count,
		   GError **error);

/*
 * Takes what has come, and answers `received=N hash=H closed=0|1`: how many bytes so far, their FNV-1a hash,
 * whether the other end has closed. NULL with error set. The caller owns it.
 */
char *far_end_drain(struct far_ends *ends, const char *path, GError **error);

/* Writes bytes, given as hexadecimal digits, to an open connection. FALSE with error set. */
gboolean far_end_write(struct far_ends *ends, const char *path, const char *hexadecimal,
		       GError **error);

/*
 * What has come by an open connection since it was last read, as hexadecimal digits. NULL with
 * error set when it is not open. The caller owns it.
 */
char *far_end_read(struct far_ends *ends, const char *path, GError **error);

/* Sends bytes, given as hexadecimal digits, as one datagram to a Unix socket. FALSE with error set. */
gboolean action_datagram(const char *path, const char *hexadecimal, GError **error);

/*
 * So many bytes of a file from an offset, as hexadecimal digits: fewer where it ends, or where they
 * would not fit an answer. NULL with error set. The caller owns them.
 */
char *action_read_file(const char *path, guint64 offset, guint64 bytes, GError **error);

/*
 * The 64-bit FNV-1a hash of so many bytes of a file from an offset, as hexadecimal digits. NULL with
 * error set, also when the file is shorter. The caller owns them.
 */
char *action_checksum_file(const char *path, guint64 offset, guint64 bytes, GError **error);

/* How many bytes the file system has set aside for a file, in decimal. NULL with error set. The caller owns them. */
char *action_allocated(const char *path, GError **error);

#endif
