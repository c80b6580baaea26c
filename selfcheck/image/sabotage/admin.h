/* SPDX-License-Identifier: BSD-2-Clause */
/* Saboteurs that are an owner of groups with a twist. */
#ifndef SELFCHECK_SABOTAGE_ADMIN_H
#define SELFCHECK_SABOTAGE_ADMIN_H

#include "selfcheck/image/disguise/admin_owner.h"
#include "selfcheck/image/sabotage/sabotage.h"

/* The members of a struct admin_twist; ABOUT() has the rest. */
#define ADMIN_SABOTEUR(symbol, ...)                                                                \
	static const struct admin_twist symbol##_twist = {__VA_ARGS__};                            \
	static void symbol##_start(struct virtio_device *device)                                   \
	{                                                                                          \
		admin_owner_start(device, &symbol##_twist);                                        \
	}

/* What it is about, and what it BREAKS(). */
#define ABOUT(symbol, words, ...)                                                                  \
	SABOTEUR(symbol, .about = words, .tests = "transport.admin_*", .type = VIRTIO_TYPE_NET,    \
		 .offers = ADMIN_OWNER_OFFERS, .start = symbol##_start, .stop = admin_owner_stop,  \
		 __VA_ARGS__)

#endif
