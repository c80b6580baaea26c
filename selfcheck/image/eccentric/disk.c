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

/* Another status for requests of these types, 0: none. */
static void end_with(struct virtqueue *queue, struct used_element *element, uint32_t type,
		     uint32_t other_type, uint8_t status)
{
	struct request *request = used_request(queue, element);

	if (!request || (type_of(request) != type && type_of(request) != other_type))
		return;
	acts();
	request->in[request->in_length - 1] = status;
}

static void fail_id(struct virtqueue *queue, struct used_element *element)
{
	end_with(queue, element, VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_S_IOERR);
}

static void refuse_id(struct virtqueue *queue, struct used_element *element)
{
	end_with(queue, element, VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_S_UNSUPP);
}

static void fail_flush(struct virtqueue *queue, struct used_element *element)
{
	end_with(queue, element, VIRTIO_BLK_T_FLUSH, VIRTIO_BLK_T_FLUSH, VIRTIO_BLK_S_IOERR);
}

static void fail_discard(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	/* What is wrong with a request is said before anything fails. */
	if (request && request->in[request->in_length - 1] == VIRTIO_BLK_S_OK)
		end_with(queue, element, VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_WRITE_ZEROES,
			 VIRTIO_BLK_S_IOERR);
}

#define ENDS_IOERR                                                                                 \
	.devices = "blk", ALLOWED("5.2.6", "VIRTIO_BLK_S_IOERR for device or driver error")

ECCENTRIC(ok_disk_without_id, .about = "GET_ID ends with IOERR", ENDS_IOERR,
	  .tests = "blk.*,ring.split*", .used_element = fail_id);
ECCENTRIC(ok_disk_refuses_id, .about = "GET_ID ends with UNSUPP",
	  ALLOWED("5.2.6", "VIRTIO_BLK_S_UNSUPP for a request unsupported by device"),
	  .devices = "blk", .tests = "blk.*,ring.split*", .used_element = refuse_id);
ECCENTRIC(ok_disk_fails_flushes, .about = "each flush ends with IOERR", ENDS_IOERR,
	  .tests = "blk.*", .used_element = fail_flush);
ECCENTRIC(ok_disk_fails_discards, .about = "discard and write zeroes end with IOERR", ENDS_IOERR,
	  .tests = "blk.*", .used_element = fail_discard);

#define BAD_SECTORS 8u

static void fail_first_sectors(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (!request || type_of(request) > VIRTIO_BLK_T_OUT ||
	    from_le64(((const struct virtio_blk_req *)request->out)->sector) >= BAD_SECTORS)
		return;
	acts();
	request->in[request->in_length - 1] = VIRTIO_BLK_S_IOERR;
}

ECCENTRIC(ok_disk_with_bad_sectors, .about = "reads and writes of the first sectors end with IOERR",
	  ALLOWED("5.2.6", "VIRTIO_BLK_S_IOERR for device or driver error"), .devices = "blk",
	  .tests = "blk.*", .used_element = fail_first_sectors);

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
