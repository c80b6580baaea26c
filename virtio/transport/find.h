/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding devices: each transport registers how it does that, and whoever wants devices asks all at once.
 * Boot CPU.
 */
#ifndef VIRTIO_TRANSPORT_FIND_H
#define VIRTIO_TRANSPORT_FIND_H

#include "virtio/device.h"

/* Who is told of what is found, and what there is to go by. No member is NULL. */
struct virtio_discovery {
	/* Something worth saying about the place that was looked at: one sentence. */
	void (*note)(const char *sentence);
	/*
	 * A device. It stays where it is and its registers have not been touched. One that cannot be driven has
	 * device->problem set; something of it can be judged nevertheless. Two faces of one physical device (a
	 * modern and a legacy interface) have the same device->body.
	 */
	void (*found)(struct virtio_device *device);
	/* Something that is a device by its ids, and of which nothing can be used: device->problem says why. */
	void (*passed_over)(const struct virtio_device *device);
	/* What a loader, and the user, say of devices that no bus shows: the command line as it came, and vp.mmio. */
	const char *command_line, *mmio;
	bool legacy; /* legacy interfaces that stand beside modern ones are faces, too */
};

/* How a transport finds devices: it tells of each that it meets. */
struct virtio_finder {
	void (*find)(const struct virtio_discovery *discovery);
};

/* Registers a finder, a function as in struct virtio_finder, under a name. */
#define VIRTIO_FINDER(name, function)                                                              \
	static const struct virtio_finder name##_finder = {.find = (function)};                    \
	static const struct virtio_finder *const name##_finder_entry                               \
		__attribute__((section("registry_virtio_finders"), used)) = &name##_finder

/* Asks every finder, once. */
void virtio_find(const struct virtio_discovery *discovery);

#endif
