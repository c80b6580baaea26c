/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a descriptor says what it wants to say: a key that nobody reads is a word that nobody hears. */
#ifndef HOST_VMM_SOUND_H
#define HOST_VMM_SOUND_H

#include "host/vmm/descriptor.h"

/* FALSE with error set, which names the group and the key, where one is not known or its value makes no sense. */
gboolean descriptor_is_sound(const struct descriptor *descriptor, GError **error);

#endif
