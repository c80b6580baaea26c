/* SPDX-License-Identifier: BSD-2-Clause */
/* Disks of other sizes than usual, and with less to say (5.2). */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/blk.h"
#include "virtio/transport/pci/structures.h"

#define CONFIG(field) offsetof(struct virtio_blk_config, field)

static uint32_t type_of(const struct request *request)
{
	return from_le32(((const struct virtio_blk_req *)request->out)->type);
}

static void have_no_id(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || type_of(request) != VIRTIO_BLK_T_GET_ID)
		return;
	acts();
	request->in[request->in_length - 1] = VIRTIO_BLK_S_IOERR;
}

ECCENTRIC(ok_disk_without_id, .about = "GET_ID ends with IOERR",
	  ALLOWED("5.2.6", "VIRTIO_BLK_S_IOERR for device or driver error"), .devices = "blk",
	  .tests = "blk.identifier*,transport.*", .used_element = have_no_id);

#define BLOCK 4096u

/* The last sectors of the disk make no whole block. */
static uint64_t show_odd_capacity(struct onlooker *self, const struct register_access *access,
				  uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	if (access->offset == CONFIG(capacity)) {
		acts();
		return value - 5;
	}
	return access->offset == CONFIG(blk_size) ? BLOCK : value;
}

ECCENTRIC(
	ok_disk_with_a_part_of_a_block, .about = "capacity is no multiple of blk_size",
	ALLOWED("5.2.5",
		"blk_size can be read to determine the optimal sector size for the driver to use"),
	.devices = "blk", .tests = "blk.*", .onlooker.read = show_odd_capacity);
