/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/system/environment.h"

#include <string.h>

/* Where programs, libraries and files are, and in which language they speak. */
static const char *const kept[] = {
	"PATH", "HOME",   "USER",     "LOGNAME", "SHELL",           "TMPDIR",
	"LANG", "LC_ALL", "LC_CTYPE", "TZ",      "LD_LIBRARY_PATH", "XDG_RUNTIME_DIR"};

static char **keep(char **environment, const char *name)
{
	const char *value = g_getenv(name);

	return value ? g_environ_setenv(environment, name, value, TRUE) : environment;
}

char **environment_clean(char *const *additions)
{
	char **environment = g_new0(char *, 1);

	for (unsigned i = 0; i < G_N_ELEMENTS(kept); i++)
		environment = keep(environment, kept[i]);
	for (; additions && *additions; additions++) {
		const char *equals = strchr(*additions, '=');
		g_autofree char *name =
			equals ? g_strndup(*additions, (gsize)(equals - *additions)) : NULL;

		environment = equals ? g_environ_setenv(environment, name, equals + 1, TRUE)
				     : keep(environment, *additions);
	}
	return environment;
}
