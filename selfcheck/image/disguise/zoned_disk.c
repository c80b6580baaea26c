/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/disguise/zoned_disk.h"

#include "lib/string.h"
#include "selfcheck/image/disguise/offer.h"
#include "selfcheck/image/disguise/request.h"
#include "virtio/transport/pci/registers.h"

enum {
	ZONE_SIZE = 64,
	CONVENTIONAL = 2,
	GRANULE = 2,
	OPEN_MOST = 4,
	ACTIVE_MOST = 6,
	APPEND_MOST = 8,
	ZONES_MOST = 512,
	SIZE_MAX_BYTES = 1 << 20,
};

#define CONFIG(field) offsetof(struct virtio_blk_config, field)

struct disk_zone {
	uint8_t state;
	uint32_t written; /* sectors up to the write pointer */
};

static unsigned faults;
static struct disk_zone zones[ZONES_MOST];
static uint8_t filler;

/* The last append, which the disk behind knows nothing of. */
static struct {
	uint64_t sector;
	uint32_t sectors;
	uint8_t data[APPEND_MOST * VIRTIO_BLK_SECTOR];
} appended[4];
static unsigned appends;

static unsigned conventional(void)
{
	return faults & ZONED_ALL_IN_ORDER ? 0 : CONVENTIONAL;
}

void zoned_begin(unsigned chosen)
{
	faults = chosen;
	appends = 0;
	memset(appended, 0, sizeof(appended));
	for (unsigned n = 0; n < ZONES_MOST; n++)
		zones[n] = (struct disk_zone){
			n < conventional() ? VIRTIO_BLK_ZS_NOT_WP : VIRTIO_BLK_ZS_EMPTY, 0};
}

/* Whatever a driver asks for, beyond the end too. */
static struct disk_zone *zone_of(uint64_t sector)
{
	return &zones[sector / ZONE_SIZE % ZONES_MOST];
}

static uint8_t zone_type(unsigned n)
{
	bool aware = !(faults & ZONED_HOST_AWARE) == !!(faults & ZONED_WRONG_MODEL);

	if (n < conventional())
		return VIRTIO_BLK_ZT_CONV;
	return aware ? VIRTIO_BLK_ZT_SWP : VIRTIO_BLK_ZT_SWR;
}

static uint64_t zoned_field(uint32_t offset)
{
	bool wrong = faults & ZONED_WRONG_NUMBERS;

	switch (offset) {
	case CONFIG(zoned.zone_sectors):
		return ZONE_SIZE;
	case CONFIG(zoned.max_open_zones):
		return OPEN_MOST;
	case CONFIG(zoned.max_active_zones):
		return ACTIVE_MOST;
	case CONFIG(zoned.max_append_sectors):
		return wrong ? UINT32_MAX : faults & ZONED_NO_APPEND ? 0 : APPEND_MOST;
	case CONFIG(zoned.write_granularity):
		return GRANULE * VIRTIO_BLK_SECTOR;
	case CONFIG(zoned.model):
		return faults & ZONED_HOST_AWARE ? VIRTIO_BLK_Z_HA : VIRTIO_BLK_Z_HM;
	default:
		return wrong;
	}
}

/* Without the feature a host-managed disk refuses, a host-aware one goes on. */
static bool refuses(void)
{
	return !offer_accepted(VIRTIO_BLK_F_ZONED) &&
	       !(faults & ZONED_HOST_AWARE) == !(faults & ZONED_WRONG_REFUSAL);
}

/* Fields that depend on a feature are there once it is offered, and stay once it is accepted (2.5.3). */
static bool shows_zones(const struct onlooker *self, struct virtio_device *device)
{
	return offer_accepted(VIRTIO_BLK_F_ZONED) || (faults & ZONED_LEFTOVERS) ||
	       !(own_read(self, device, device_status) & VIRTIO_STATUS_FEATURES_OK);
}

uint64_t zoned_read(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	if (is_common(access, device_status))
		return refuses() ? value & ~(uint64_t)VIRTIO_STATUS_FEATURES_OK : value;
	if (access->structure != STRUCTURE_DEVICE)
		return value;
	if (access->offset >= CONFIG(zoned))
		return shows_zones(self, access->device) ? zoned_field(access->offset) : 0;
	switch (access->offset) {
	case CONFIG(size_max):
		return SIZE_MAX_BYTES;
	case CONFIG(max_secure_erase_sectors):
		return ZONE_SIZE;
	case CONFIG(max_secure_erase_seg):
		return 1;
	case CONFIG(secure_erase_sector_alignment):
		return ZONE_SIZE + (faults & ZONED_WRONG_NUMBERS ? 1 : 0);
	default:
		return value;
	}
}

static bool is_active(const struct disk_zone *zone)
{
	return zone->state >= VIRTIO_BLK_ZS_IOPEN && zone->state <= VIRTIO_BLK_ZS_CLOSED;
}

/* Makes room for one more open zone. */
static uint8_t claim(const struct disk_zone *zone)
{
	unsigned open = 0, active = 0;
	struct disk_zone *idle = NULL;

	for (unsigned n = 0; n < ZONES_MOST; n++) {
		active += is_active(&zones[n]);
		open += is_active(&zones[n]) && zones[n].state != VIRTIO_BLK_ZS_CLOSED;
		if (zones[n].state == VIRTIO_BLK_ZS_IOPEN)
			idle = &zones[n];
	}
	if (!is_active(zone) && active >= ACTIVE_MOST)
		return VIRTIO_BLK_S_ZONE_ACTIVE_RESOURCE;
	if (open >= OPEN_MOST && !idle)
		return VIRTIO_BLK_S_ZONE_OPEN_RESOURCE;
	if (open >= OPEN_MOST)
		idle->state = VIRTIO_BLK_ZS_CLOSED;
	return VIRTIO_BLK_S_OK;
}

static uint8_t open_zone(struct disk_zone *zone, uint8_t state)
{
	uint8_t status = VIRTIO_BLK_S_OK;

	if (zone->state == VIRTIO_BLK_ZS_FULL)
		return VIRTIO_BLK_S_ZONE_INVALID_CMD;
	if (zone->state == VIRTIO_BLK_ZS_EMPTY || zone->state == VIRTIO_BLK_ZS_CLOSED)
		status = claim(zone);
	if (status == VIRTIO_BLK_S_OK)
		zone->state = state;
	return status;
}

static void reset_zone(struct disk_zone *zone)
{
	if (zone->state != VIRTIO_BLK_ZS_NOT_WP)
		*zone = (struct disk_zone){VIRTIO_BLK_ZS_EMPTY, 0};
}

/* Advances the write pointer, or says why not. */
static uint8_t write_zone(struct disk_zone *zone, uint64_t at, uint32_t sectors)
{
	uint8_t status;

	if (at + sectors > ZONE_SIZE)
		return VIRTIO_BLK_S_ZONE_INVALID_CMD;
	if (at != zone->written || sectors % GRANULE)
		return VIRTIO_BLK_S_ZONE_UNALIGNED_WP;
	status = open_zone(zone, zone->state == VIRTIO_BLK_ZS_EOPEN ? VIRTIO_BLK_ZS_EOPEN
								    : VIRTIO_BLK_ZS_IOPEN);
	if (status != VIRTIO_BLK_S_OK)
		return status;
	zone->written += sectors;
	if (zone->written == ZONE_SIZE)
		zone->state = VIRTIO_BLK_ZS_FULL;
	return VIRTIO_BLK_S_OK;
}

static uint8_t append(const struct request *request, struct disk_zone *zone, uint64_t sector,
		      uint32_t sectors)
{
	uint64_t where = sector + zone->written;
	uint8_t status = VIRTIO_BLK_S_ZONE_INVALID_CMD;

	if (faults & ZONED_REFUSES)
		return VIRTIO_BLK_S_IOERR;
	if (faults & ZONED_NO_APPEND)
		return VIRTIO_BLK_S_UNSUPP;
	if (sector % ZONE_SIZE == 0 && sectors <= APPEND_MOST)
		status = write_zone(zone, zone->written, sectors);
	if (status != VIRTIO_BLK_S_OK)
		return status;
	*(le64 *)request->in = to_le64(faults & ZONED_MISLEADS ? 0 : where);
	appended[appends % ARRAY_LENGTH(appended)].sector = where;
	appended[appends % ARRAY_LENGTH(appended)].sectors = sectors;
	memcpy(appended[appends++ % ARRAY_LENGTH(appended)].data,
	       request->out + sizeof(struct virtio_blk_req), sectors * VIRTIO_BLK_SECTOR);
	return status;
}

/* Puts in place of one sector that was read what a zoned disk has there. */
static void correct(uint8_t *data, uint64_t sector)
{
	const struct disk_zone *zone = zone_of(sector);

	if (zone->state == VIRTIO_BLK_ZS_NOT_WP)
		return;
	if (sector % ZONE_SIZE >= zone->written && !(faults & ZONED_REMEMBERS))
		memset(data, faults & ZONED_FICKLE ? filler++ : 0xe5, VIRTIO_BLK_SECTOR);
	for (unsigned n = 0; n < ARRAY_LENGTH(appended); n++) {
		if (sector - appended[n].sector < appended[n].sectors)
			memcpy(data,
			       appended[n].data + (sector - appended[n].sector) * VIRTIO_BLK_SECTOR,
			       VIRTIO_BLK_SECTOR);
	}
}

static uint8_t read_zones(const struct request *request, uint64_t sector, uint8_t status)
{
	uint32_t sectors = request->in_length / VIRTIO_BLK_SECTOR;

	if (status != VIRTIO_BLK_S_OK)
		return status;
	if (zone_of(sector)->state != VIRTIO_BLK_ZS_NOT_WP &&
	    sector % ZONE_SIZE + sectors > ZONE_SIZE)
		return VIRTIO_BLK_S_ZONE_INVALID_CMD;
	for (uint32_t n = 0; n < sectors; n++)
		correct(request->in + n * VIRTIO_BLK_SECTOR, sector + n);
	return status;
}

static uint8_t report(const struct request *request, uint64_t sector)
{
	struct virtio_blk_zone_report *header = (struct virtio_blk_zone_report *)request->in;
	struct virtio_blk_zone_descriptor *place =
		(struct virtio_blk_zone_descriptor *)(header + 1);
	const struct disk_zone *zone = zone_of(sector);
	uint64_t start = sector / ZONE_SIZE * ZONE_SIZE;

	header->nr_zones = to_le64(1);
	place->z_cap = to_le64(ZONE_SIZE);
	place->z_start = to_le64(start + (faults & ZONED_WRONG_NUMBERS ? 1 : 0));
	place->z_wp = to_le64(start + zone->written);
	place->z_type = zone_type((unsigned)(sector / ZONE_SIZE));
	place->z_state = faults & ZONED_HIDES_STATES ? VIRTIO_BLK_ZS_NOT_WP : zone->state;
	return VIRTIO_BLK_S_OK;
}

static uint8_t manage(uint32_t type, struct disk_zone *zone)
{
	if (zone->state == VIRTIO_BLK_ZS_NOT_WP)
		return VIRTIO_BLK_S_ZONE_INVALID_CMD;
	switch (type) {
	case VIRTIO_BLK_T_ZONE_OPEN:
		return faults & ZONED_REFUSES ? VIRTIO_BLK_S_IOERR
					      : open_zone(zone, VIRTIO_BLK_ZS_EOPEN);
	case VIRTIO_BLK_T_ZONE_CLOSE:
		if (!is_active(zone))
			return VIRTIO_BLK_S_ZONE_INVALID_CMD;
		zone->state = zone->written ? VIRTIO_BLK_ZS_CLOSED : VIRTIO_BLK_ZS_EMPTY;
		return VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_ZONE_FINISH:
		zone->state = VIRTIO_BLK_ZS_FULL;
		return VIRTIO_BLK_S_OK;
	default:
		reset_zone(zone);
		return VIRTIO_BLK_S_OK;
	}
}

static uint8_t serve(const struct request *request, uint8_t status)
{
	const struct virtio_blk_req *header = (const struct virtio_blk_req *)request->out;
	uint32_t type = from_le32(header->type);
	uint32_t sectors = (request->out_length - (uint32_t)sizeof(*header)) / VIRTIO_BLK_SECTOR;
	uint64_t sector = from_le64(header->sector);
	struct disk_zone *zone = zone_of(sector);

	switch (type) {
	case VIRTIO_BLK_T_IN:
		return read_zones(request, sector, status);
	case VIRTIO_BLK_T_OUT:
		return zone->state == VIRTIO_BLK_ZS_NOT_WP || status != VIRTIO_BLK_S_OK
			       ? status
			       : write_zone(zone, sector % ZONE_SIZE, sectors);
	case VIRTIO_BLK_T_SECURE_ERASE:
		sector = from_le64(
			((const struct virtio_blk_discard_write_zeroes *)(header + 1))->sector);
		if (!(faults & ZONED_KEEPS))
			reset_zone(zone_of(sector));
		return VIRTIO_BLK_S_OK;
	case VIRTIO_BLK_T_ZONE_APPEND:
		return zone->state == VIRTIO_BLK_ZS_NOT_WP ? VIRTIO_BLK_S_ZONE_INVALID_CMD
							   : append(request, zone, sector, sectors);
	case VIRTIO_BLK_T_ZONE_REPORT:
		return report(request, sector);
	case VIRTIO_BLK_T_ZONE_OPEN:
	case VIRTIO_BLK_T_ZONE_CLOSE:
	case VIRTIO_BLK_T_ZONE_FINISH:
	case VIRTIO_BLK_T_ZONE_RESET:
		return manage(type, zone);
	case VIRTIO_BLK_T_ZONE_RESET_ALL:
		for (unsigned n = 0; n < ZONES_MOST; n++)
			reset_zone(&zones[n]);
		return VIRTIO_BLK_S_OK;
	default:
		return status;
	}
}

void zoned_serve(struct virtqueue *queue, struct used_element *element)
{
	struct request *request = used_request(queue, element);
	uint8_t *status;

	if (!request)
		return;
	status = &request->in[request->in_length - 1];
	*status = serve(request, *status);
	if (faults & ZONED_SERVES_ALL)
		*status = VIRTIO_BLK_S_OK;
}
