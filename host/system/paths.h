/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the program finds what belongs to it. */
#ifndef HOST_SYSTEM_PATHS_H
#define HOST_SYSTEM_PATHS_H

#include <glib.h>

/*
 * The image of that kind ("elf", "img", "efi", "iso"): virtproof.<kind> beside the program, else in the
 * installation's lib/virtproof. The path is returned whether the file exists or not. The
 * caller owns it.
 */
char *paths_image(const char *kind);

/*
 * The folders of expectation files, NULL behind the last: .virtproof of this folder, or of the nearest above that has
 * one; known/expect above the folder of the program (a build in the source tree), else share/virtproof/expect of the
 * installation. The caller owns them.
 */
char **paths_expectations(void);

/* Makes the folder that a file will stand in, where it is missing; NULL: no file. FALSE with error set. */
gboolean paths_make_folder_of(const char *path, GError **error);

#endif
