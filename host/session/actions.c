/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/actions.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gio.h>

/* An answer is one line of at most 4000 bytes, two digits a byte. */
#define ANSWER_BYTES 1900

struct far_ends {
	GHashTable *by_path; /* path to descriptor */
};

static void close_descriptor(void *descriptor)
{
	close(GPOINTER_TO_INT(descriptor));
}

struct far_ends *far_ends_new(void)
{
	struct far_ends *ends = g_new0(struct far_ends, 1);

	ends->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_descriptor);
	return ends;
}

void far_ends_free(struct far_ends *ends)
{
	g_hash_table_unref(ends->by_path);
	g_free(ends);
}

static void set_error(GError **error, const char *what)
{
	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", what,
		    g_strerror(errno));
}

static int connect_to(const char *path, int type, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (descriptor >= 0 &&
	    connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	set_error(error, "the VMM has no such socket");
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

gboolean far_end_connect(struct far_ends *ends, const char *path, gboolean on, GError **error)
{
	int descriptor;

	if (!on) {
		g_hash_table_remove(ends->by_path, path);
		return TRUE;
	}
	if (g_hash_table_contains(ends->by_path, path))
		return TRUE;
	descriptor = connect_to(path, SOCK_STREAM, error);
	if (descriptor < 0)
		return FALSE;
	g_hash_table_insert(ends->by_path, g_strdup(path), GINT_TO_POINTER(descriptor));
	return TRUE;
}

/* The bytes that digits stand for; an odd digit at the end is dropped. The caller owns them. */
static GByteArray *bytes_of(const char *digits)
{
	GByteArray *bytes = g_byte_array_new();

	for (; g_ascii_isxdigit(digits[0]) && g_ascii_isxdigit(digits[1]); digits += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(digits[0]) << 4 |
				       g_ascii_xdigit_value(digits[1]));

		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

static char *digits_of(const guint8 *bytes, gsize length)
{
	GString *digits = g_string_new(NULL);

	for (gsize i = 0; i < length; i++)
		g_string_append_printf(digits, "%02x", bytes[i]);
	return g_string_free(digits, FALSE);
}

static int descriptor_of(const struct far_ends *ends, const char *path, GError **error)
{
	void *descriptor;

	if (g_hash_table_lookup_extended(ends->by_path, path, NULL, &descriptor))
		return GPOINTER_TO_INT(descriptor);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "the host's end is not open");
	return -1;
}

gboolean far_end_write(struct far_ends *ends, const char *path, const char *hexadecimal,
		       GError **error)
{
	g_autoptr(GByteArray) bytes = bytes_of(hexadecimal);
	int descriptor = descriptor_of(ends, path, error);

	if (descriptor < 0)
		return FALSE;
	if (send(descriptor, bytes->data, bytes->len, MSG_NOSIGNAL) == (ssize_t)bytes->len)
		return TRUE;
	set_error(error, "the port takes no more");
	return FALSE;
}

char *far_end_read(struct far_ends *ends, const char *path, GError **error)
{
	guint8 bytes[ANSWER_BYTES];
	int descriptor = descriptor_of(ends, path, error);
	ssize_t length;

	if (descriptor < 0)
		return NULL;
	length = recv(descriptor, bytes, sizeof(bytes), 0);
	return digits_of(bytes, length > 0 ? (gsize)length : 0);
}

gboolean action_datagram(const char *path, const char *hexadecimal, GError **error)
{
	g_autoptr(GByteArray) bytes = bytes_of(hexadecimal);
	int descriptor = connect_to(path, SOCK_DGRAM, error);
	gboolean sent;

	if (descriptor < 0)
		return FALSE;
	sent = send(descriptor, bytes->data, bytes->len, MSG_NOSIGNAL) == (ssize_t)bytes->len;
	if (!sent)
		set_error(error, "the frame was not taken");
	close(descriptor);
	return sent;
}

static int open_file(const char *path, GError **error)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		set_error(error, "the disk has no file");
	return descriptor;
}

char *action_read_file(const char *path, guint64 offset, guint64 bytes, GError **error)
{
	g_autofree guint8 *buffer = g_malloc(ANSWER_BYTES);
	int descriptor = open_file(path, error);
	ssize_t length;

	if (descriptor < 0)
		return NULL;
	length = pread(descriptor, buffer, MIN(bytes, ANSWER_BYTES), (off_t)offset);
	if (length < 0)
		set_error(error, path);
	close(descriptor);
	return length < 0 ? NULL : digits_of(buffer, (gsize)length);
}

char *action_checksum_file(const char *path, guint64 offset, guint64 bytes, GError **error)
{
	guint64 hash = 14695981039346656037u, end = offset + bytes;
	int descriptor = open_file(path, error);
	guint8 buffer[4096];
	ssize_t length = 1;

	if (descriptor < 0)
		return NULL;
	while (length > 0 && offset < end) {
		length =
			pread(descriptor, buffer, MIN(end - offset, sizeof(buffer)), (off_t)offset);
		for (ssize_t n = 0; n < length; n++)
			hash = (hash ^ buffer[n]) * 1099511628211u;
		offset += length > 0 ? (guint64)length : 0;
	}
	if (length < 0)
		set_error(error, path);
	else if (offset < end)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
			    "the file of the disk is shorter");
	close(descriptor);
	return offset < end ? NULL : g_strdup_printf("%016" G_GINT64_MODIFIER "x", hash);
}

char *action_allocated(const char *path, GError **error)
{
	int descriptor = open_file(path, error);
	struct stat status;

	if (descriptor < 0)
		return NULL;
	/* A file system may put off its decision until the data are on their way. */
	fsync(descriptor);
	if (fstat(descriptor, &status) < 0) {
		set_error(error, path);
		close(descriptor);
		return NULL;
	}
	close(descriptor);
	return g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)status.st_blocks * 512);
}
