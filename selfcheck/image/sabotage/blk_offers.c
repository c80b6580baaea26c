/* SPDX-License-Identifier: BSD-2-Clause */
/* Block devices that offer what those behind it lack, and break a rule of it. */
#include "selfcheck/image/disguise/request.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/device/blk.h"

#define CONFIG(field) offsetof(struct virtio_blk_config, field)

static uint32_t type_of(const struct request *request)
{
	return from_le32(((const struct virtio_blk_req *)request->out)->type);
}

static void wear_beyond_measure(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	struct virtio_blk_lifetime *lifetime;

	if (!request || type_of(request) != VIRTIO_BLK_T_GET_LIFETIME)
		return;
	lifetime = (struct virtio_blk_lifetime *)request->in;
	lifetime->pre_eol_info = to_le16(VIRTIO_BLK_PRE_EOL_INFO_MOST + 1);
	lifetime->device_lifetime_est_typ_a = to_le16(VIRTIO_BLK_LIFETIME_EST_MOST + 1);
	lifetime->device_lifetime_est_typ_b = to_le16(VIRTIO_BLK_LIFETIME_EST_MOST + 1);
	request->in[request->in_length - 1] = VIRTIO_BLK_S_OK;
}

SABOTEUR(blk_wears_beyond_measure, .about = "the wear figures are reserved values",
	 BREAKS(CLAUSE_BLK_OP_23, CLAUSE_BLK_OP_24, CLAUSE_BLK_OP_25), .type = VIRTIO_TYPE_BLK,
	 .tests = "blk.lifetime*", .offers = BIT64(VIRTIO_BLK_F_LIFETIME),
	 .used_element = wear_beyond_measure);

static uint64_t erase_limits(struct onlooker *self, const struct register_access *access,
			     uint64_t value)
{
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	switch (access->offset) {
	case CONFIG(max_secure_erase_sectors):
		return 2048;
	case CONFIG(max_secure_erase_seg):
	case CONFIG(secure_erase_sector_alignment):
		return 1;
	default:
		return value;
	}
}

static void erase_at_any_rate(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);

	if (request && type_of(request) == VIRTIO_BLK_T_SECURE_ERASE)
		request->in[request->in_length - 1] = VIRTIO_BLK_S_OK;
}

SABOTEUR(blk_erases_with_any_flag, .about = "a secure erase succeeds with unknown flags",
	 BREAKS(CLAUSE_BLK_OP_6), .type = VIRTIO_TYPE_BLK, .tests = "blk.secure_erase*",
	 .offers = BIT64(VIRTIO_BLK_F_SECURE_ERASE), .onlooker.read = erase_limits,
	 .used_element = erase_at_any_rate);
