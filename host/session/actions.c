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

/* 64-bit FNV-1a. */
#define HASH_START 14695981039346656037u

static guint64 hash_add(guint64 hash, const guint8 *bytes, gsize length)
{
	for (gsize n = 0; n < length; n++)
		hash = (hash ^ bytes[n]) * 1099511628211u;
	return hash;
}

struct far_ends {
	GHashTable *by_path;   /* path to struct far_end */
	GHashTable *listeners; /* path to descriptor */
};

/* A connection. */
struct far_end {
	int descriptor;
	gboolean greeted; /* the first line that comes is no data */
	gboolean closed;  /* by the other end */
	guint64 received, hash;
};

static void close_end(void *data)
{
	struct far_end *end = data;

	close(end->descriptor);
	g_free(end);
}

static void close_descriptor(void *descriptor)
{
	close(GPOINTER_TO_INT(descriptor));
}

struct far_ends *far_ends_new(void)
{
	struct far_ends *ends = g_new0(struct far_ends, 1);

	ends->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_end);
	ends->listeners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_descriptor);
	return ends;
}

void far_ends_free(struct far_ends *ends)
{
	g_hash_table_unref(ends->by_path);
	g_hash_table_unref(ends->listeners);
	g_free(ends);
}

static void add_end(struct far_ends *ends, const char *path, int descriptor, gboolean greeted)
{
	struct far_end *end = g_new0(struct far_end, 1);

	end->descriptor = descriptor;
	end->greeted = greeted;
	end->hash = HASH_START;
	g_hash_table_insert(ends->by_path, g_strdup(path), end);
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

/* A line and its end. */
static gboolean send_all(int descriptor, const char *line, GError **error)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);

	if (send(descriptor, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text))
		return TRUE;
	set_error(error, "the VMM takes no greeting");
	return FALSE;
}

gboolean far_end_connect(struct far_ends *ends, const char *path, gboolean on, const char *line,
			 GError **error)
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
	add_end(ends, path, descriptor, line != NULL);
	return !line || send_all(descriptor, line, error);
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

/* The connection; of a listener the one that waits there. NULL with error set. */
static struct far_end *end_of(struct far_ends *ends, const char *path, GError **error)
{
	struct far_end *end = g_hash_table_lookup(ends->by_path, path);
	void *listener;

	if (!end && g_hash_table_lookup_extended(ends->listeners, path, NULL, &listener)) {
		int descriptor = accept4(GPOINTER_TO_INT(listener), NULL, NULL,
					 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (descriptor >= 0)
			add_end(ends, path, descriptor, FALSE);
		end = g_hash_table_lookup(ends->by_path, path);
	}
	if (!end)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
			    "the host's end is not open");
	return end;
}

gboolean far_end_write(struct far_ends *ends, const char *path, const char *hexadecimal,
		       GError **error)
{
	g_autoptr(GByteArray) bytes = bytes_of(hexadecimal);
	struct far_end *end = end_of(ends, path, error);

	if (!end)
		return FALSE;
	if (send(end->descriptor, bytes->data, bytes->len, MSG_NOSIGNAL) == (ssize_t)bytes->len)
		return TRUE;
	set_error(error, "the port takes no more");
	return FALSE;
}

char *far_end_read(struct far_ends *ends, const char *path, GError **error)
{
	guint8 bytes[ANSWER_BYTES];
	struct far_end *end = end_of(ends, path, error);
	ssize_t length;

	if (!end)
		return NULL;
	length = recv(end->descriptor, bytes, sizeof(bytes), 0);
	return digits_of(bytes, length > 0 ? (gsize)length : 0);
}

gboolean far_end_listen(struct far_ends *ends, const char *path, gboolean on, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int descriptor;

	g_hash_table_remove(ends->by_path, path);
	if (g_hash_table_remove(ends->listeners, path))
		unlink(path);
	if (!on)
		return TRUE;
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (descriptor >= 0 &&
	    bind(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(descriptor, 8) == 0) {
		g_hash_table_insert(ends->listeners, g_strdup(path), GINT_TO_POINTER(descriptor));
		return TRUE;
	}
	set_error(error, path);
	if (descriptor >= 0)
		close(descriptor);
	return FALSE;
}

/* What stands at this place of the stream that both ends know. */
static guint8 pattern(guint64 place)
{
	return (guint8)(((guint32)place * 2654435761u) >> 24);
}

char *far_end_fill(struct far_ends *ends, const char *path, guint64 offset, guint64 count,
		   GError **error)
{
	struct far_end *end = end_of(ends, path, error);
	guint8 buffer[4096];
	guint64 sent = 0;
	ssize_t length = 1;

	while (end && sent < count && length > 0) {
		gsize wanted = MIN(count - sent, sizeof(buffer));

		for (gsize n = 0; n < wanted; n++)
			buffer[n] = pattern(offset + sent + n);
		length = send(end->descriptor, buffer, wanted, MSG_NOSIGNAL);
		sent += length > 0 ? (guint64)length : 0;
	}
	return end ? g_strdup_printf("%" G_GUINT64_FORMAT, sent) : NULL;
}

/* Takes away the answer to a greeting. */
static void skip_line(struct far_end *end)
{
	char byte;

	while (end->greeted && recv(end->descriptor, &byte, 1, 0) == 1)
		end->greeted = byte != '\n';
}

char *far_end_drain(struct far_ends *ends, const char *path, GError **error)
{
	struct far_end *end = end_of(ends, path, error);
	guint8 buffer[4096];
	ssize_t length;

	if (!end)
		return NULL;
	skip_line(end);
	while ((length = recv(end->descriptor, buffer, sizeof(buffer), 0)) > 0) {
		end->hash = hash_add(end->hash, buffer, (gsize)length);
		end->received += (guint64)length;
	}
	end->closed |= length == 0 || (errno != EAGAIN && errno != EINTR);
	return g_strdup_printf("received=%" G_GUINT64_FORMAT " hash=%016" G_GINT64_MODIFIER
			       "x closed=%d",
			       end->received, end->hash, end->closed);
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
	guint64 hash = HASH_START, end = offset + bytes;
	int descriptor = open_file(path, error);
	guint8 buffer[4096];
	ssize_t length = 1;

	if (descriptor < 0)
		return NULL;
	while (length > 0 && offset < end) {
		length =
			pread(descriptor, buffer, MIN(end - offset, sizeof(buffer)), (off_t)offset);
		hash = hash_add(hash, buffer, length > 0 ? (gsize)length : 0);
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
