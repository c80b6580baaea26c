/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/transport/find.h"

extern const struct virtio_finder *const __start_registry_virtio_finders[];
extern const struct virtio_finder *const __stop_registry_virtio_finders[];

void virtio_find(const struct virtio_discovery *discovery)
{
	for (const struct virtio_finder *const *finder = __start_registry_virtio_finders;
	     finder < __stop_registry_virtio_finders; finder++)
		(*finder)->find(discovery);
}
