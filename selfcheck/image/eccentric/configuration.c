/* SPDX-License-Identifier: BSD-2-Clause */
/* Device-specific configuration, of any type and of some, that is unusual (2.5, 5). */
#include "lib/string.h"
#include "selfcheck/image/eccentric/eccentric.h"
#include "virtio/device/balloon.h"
#include "virtio/device/blk.h"
#include "virtio/device/console.h"
#include "virtio/device/net.h"
#include "virtio/device/scsi.h"
#include "virtio/transport/pci/registers.h"

/* The bytes of one field read as others. */
struct field_value {
	uint32_t offset;
	unsigned width;
	uint64_t value;
};

static uint64_t read_field(struct onlooker *self, const struct register_access *access,
			   uint64_t value)
{
	const struct field_value *field = self->context;

	if (access->structure != STRUCTURE_DEVICE)
		return value;
	for (unsigned n = 0; n < access->width; n++) {
		uint32_t at = access->offset + n - field->offset;

		if (at >= field->width)
			continue;
		acts();
		value = (value & ~(0xffull << n * 8)) | (field->value >> at * 8 & 0xff) << n * 8;
	}
	return value;
}

#define FIELD_READS(layout, field, number)                                                         \
	.onlooker.read = read_field, .onlooker.context = (struct field_value[])                    \
	{                                                                                          \
		{                                                                                  \
			offsetof(layout, field), sizeof(((layout *)0)->field), (number)            \
		}                                                                                  \
	}

/* ---- any type ---- */

static uint8_t jump;

/* The configuration may have changed at each reset, and at each write that the driver makes into it. */
static bool jump_at_reset(struct onlooker *self, const struct register_access *access,
			  uint64_t *value)
{
	if ((is_common(access, device_status) && !*value) || access->structure == STRUCTURE_DEVICE)
		jump += 0x4d;
	return true;
}

static uint64_t read_generation(struct onlooker *self, const struct register_access *access,
				uint64_t value)
{
	if (!is_common(access, config_generation))
		return value;
	acts();
	return (uint8_t)(value + jump);
}

ECCENTRIC(ok_generation_jumps, .about = "config_generation takes another value at each reset",
	  ALLOWED("2.5",
		  "a generation count ..., which will change whenever there is a possibility "
		  "that two accesses ... can see different versions of that space"),
	  .devices = "blk,console,scsi", .tests = "transport.*,*.*config*",
	  .onlooker.write = jump_at_reset, .onlooker.read = read_generation);

/* ---- blk ---- */

ECCENTRIC(ok_seg_max_1, .about = "a disk takes one segment of data a request",
	  ALLOWED("5.2.3", "Maximum number of segments in a request is in seg_max."),
	  .devices = "blk", .tests = "blk.*", FIELD_READS(struct virtio_blk_config, seg_max, 1));

/* A disk whose configuration is odd is asked about that, and must serve all the same. */
#define ODD_DISK(field, number)                                                                    \
	.devices = "blk", .tests = "blk.*", FIELD_READS(struct virtio_blk_config, field, number)

ECCENTRIC(ok_disk_of_no_sector, .about = "a disk has no sector",
	  ALLOWED("5.2.5", "The device size can be read from capacity."), ODD_DISK(capacity, 0));
ECCENTRIC(ok_disk_of_one_sector, .about = "a disk has one sector",
	  ALLOWED("5.2.5", "The device size can be read from capacity."), ODD_DISK(capacity, 1));
ECCENTRIC(ok_disk_of_large_blocks, .about = "a disk has blocks of 32 KiB",
	  ALLOWED("5.2.5", "blk_size can be read to determine the optimal sector size for the "
			   "driver to use."),
	  ODD_DISK(blk_size, 32768));
ECCENTRIC(ok_discards_one_sector, .about = "a disk discards one sector at a time",
	  ALLOWED("5.2.5", "max_discard_sectors and max_discard_seg can be read to determine the "
			   "maximum discard sectors and maximum number of discard segments for the "
			   "block driver to use."),
	  ODD_DISK(max_discard_sectors, 1));

/* ---- scsi ---- */

#define ODD_HOST(field, number)                                                                    \
	.devices = "scsi", .tests = "scsi.*", FIELD_READS(struct virtio_scsi_config, field, number)

ECCENTRIC(ok_scsi_one_command, .about = "a logical unit takes one command at a time",
	  ALLOWED("5.6.4", "cmd_per_lun tells the driver the maximum number of linked commands it "
			   "can send to one LUN."),
	  ODD_HOST(cmd_per_lun, 1));
ECCENTRIC(ok_scsi_no_units, .about = "a SCSI host has no target above 0",
	  ALLOWED("5.6.4", "max_channel, max_target and max_lun can be used by the driver as hints "
			   "to constrain scanning the logical units on the host to channel/target/"
			   "logical unit numbers that are less than or equal to the value of the "
			   "fields."),
	  ODD_HOST(max_target, 0));

/* ---- balloon, console ---- */

ECCENTRIC(ok_balloon_asks_for_all, .about = "a balloon asks for more pages than there are",
	  ALLOWED("5.5.6", "num_pages configuration field is examined."), .devices = "balloon",
	  .tests = "balloon.*,transport.*",
	  FIELD_READS(struct virtio_balloon_config, num_pages, UINT32_MAX));
ECCENTRIC(ok_console_of_one_port, .about = "a console that may have more ports has room for one",
	  ALLOWED("5.3.4", "max_nr_ports is valid and control virtqueues will be used."),
	  .devices = "console", .tests = "console.*,transport.*",
	  FIELD_READS(struct virtio_console_config, max_nr_ports, 1));

/* ---- net ---- */

ECCENTRIC(ok_speed_unknown, .about = "a network device does not know its speed",
	  ALLOWED("5.1.4", "0 to 0x7fffffff, or 0xffffffff for unknown speed"), .devices = "net",
	  .tests = "net.*", FIELD_READS(struct virtio_net_config, speed, 0xffffffff));

ECCENTRIC(ok_duplex_unknown, .about = "a network device does not know its duplex",
	  ALLOWED("5.1.4",
		  "0x01 for full duplex, 0x00 for half duplex and 0xff for unknown duplex state"),
	  .devices = "net", .tests = "net.*", FIELD_READS(struct virtio_net_config, duplex, 0xff));

ECCENTRIC(
	ok_fastest_speed, .about = "a network device claims the fastest speed there is",
	ALLOWED("5.1.4",
		"speed contains the device speed, in units of 1 MBit per second, 0 to 0x7fffffff"),
	.devices = "net", .tests = "net.*",
	FIELD_READS(struct virtio_net_config, speed, 0x7fffffff));

ECCENTRIC(ok_link_is_down, .about = "the link of a network device is down",
	  ALLOWED("5.1.4",
		  "Two bits are currently defined for the status field: VIRTIO_NET_S_LINK_UP and "
		  "VIRTIO_NET_S_ANNOUNCE."),
	  .devices = "net", .tests = "net.*", ADMITS(SANE_17),
	  FIELD_READS(struct virtio_net_config, status, 0));

ECCENTRIC(ok_mtu_1280, .about = "the MTU is the least that is recommended",
	  ALLOWED("5.1.4.1",
		  "The device SHOULD set mtu to at least 1280, if it offers VIRTIO_NET_F_MTU"),
	  .devices = "net", .tests = "net.*config*,net.*mtu*",
	  FIELD_READS(struct virtio_net_config, mtu, 1280));

ECCENTRIC(ok_mtu_1400, .about = "the MTU is 1400",
	  ALLOWED("5.1.4.1", "The device MUST set mtu to "
			     "between 68 and 65535 inclusive"),
	  .devices = "net", .tests = "net.*", FIELD_READS(struct virtio_net_config, mtu, 1400));
