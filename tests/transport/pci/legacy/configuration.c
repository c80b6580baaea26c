/* SPDX-License-Identifier: BSD-2-Clause */
/* The device-specific configuration behind the legacy header (virtio 1.4, 4.1.4.10). */
#include "tests/harness/judge/finding.h"
#include "tests/transport/pci/legacy/legacy.h"
#include "virtio/config.h"

/* Fields that nobody changes, as far as they are remembered. */
#define for_each_settled(field, place, device)                                                     \
	for_each_config_field(field, device) if (field_is_settled(device, field, &(place)))

static unsigned settled_fields(const struct virtio_device *device)
{
	unsigned count = 0, place;

	for_each_settled(field, place, device) count++;
	return count;
}

/* How far its fields reach. */
static uint32_t end_of_fields(const struct virtio_device *device)
{
	uint32_t end = 0;

	for_each_config_field(field, device) end =
		MAXIMUM(end, (uint32_t)field->offset + field->width);
	return end;
}

/* A field byte by byte, each of them out of an aligned access of this width. */
static uint64_t read_by(struct virtio_device *device, const struct virtio_config_field *field,
			unsigned width)
{
	uint64_t value = 0;

	for (unsigned n = 0; n < field->width; n++) {
		uint32_t at = field->offset + n, from = at - at % width;
		uint32_t read = device->transport->read_config(device, from, width);

		value |= (uint64_t)(read >> 8 * (at - from) & 0xff) << 8 * n;
	}
	return value;
}

TEST(transport, legacy_configuration_reads_by_any_width,
     .about =
	     "a field reads the same by 8, by 16 and by 32 bits, also together with its neighbours",
     .needs = NEEDS_CONFIG, .traits = LEGACY_OVER_PCI, .judges = CLAUSES(PCI_LEG_2))
{
	static const unsigned widths[] = {1, 2, 4};
	struct virtio_device *device = t->device;
	unsigned place;

	agree_on(t, features_for(t));
	CAN_JUDGE(t, settled_fields(device), "the suite knows no field that stays as it is");
	for_each_settled(field, place, device)
	{
		uint64_t natural = config_read_at(device, field->offset, field->width);

		for (unsigned n = 0; n < ARRAY_LENGTH(widths); n++) {
			uint64_t got;

			/* Across the end of all fields nobody has to answer. */
			if (ALIGN_UP((uint32_t)field->offset + field->width, widths[n]) >
			    end_of_fields(device))
				continue;
			got = read_by(device, field, widths[n]);
			CHECK(t, PCI_LEG_2, got == natural,
			      "%s reads %#lx, and %#lx by accesses of %u bytes", field->name,
			      natural, got, widths[n]);
		}
	}
}

/* What a type says of the byte order of its configuration; NO_CLAUSE: nothing. */
static enum clause_id clause_of_order(uint32_t type)
{
	switch (type) {
	case VIRTIO_TYPE_BLK:
		return CLAUSE_BLK_CFG_LEG_1;
	case VIRTIO_TYPE_SCSI:
		return CLAUSE_SCSI_CFG_LEG_1;
	case VIRTIO_TYPE_CONSOLE:
		return CLAUSE_CONSOLE_CFG_LEG_1;
	default:
		return NO_CLAUSE;
	}
}

static uint64_t swapped(uint64_t value, unsigned width)
{
	return __builtin_bswap64(value) >> (64 - 8 * width);
}

TEST(transport, legacy_configuration_is_the_modern_one,
     .about = "each field that the modern interface shows, too, reads the same behind the header",
     .needs = NEEDS_CONFIG, .traits = LEGACY_OVER_PCI,
     .judges = CLAUSES(BLK_CFG_LEG_1, CONSOLE_CFG_LEG_1, PCI_LEG_3, PCI_LEG_TXT_2, SCSI_CFG_LEG_1))
{
	struct virtio_device *device = t->device, *modern = modern_face(t);
	unsigned place;

	agree_on(t, features_for(t));
	CAN_JUDGE(t, settled_fields(device), "the suite knows no field that stays as it is");
	for_each_settled(field, place, device)
	{
		uint64_t wanted = config_read_at(modern, field->offset, field->width);
		uint64_t got = config_read_at(device, field->offset, field->width);
		bool is_swapped = got != wanted && got == swapped(wanted, field->width);

		if (clause_of_order(device->type) != NO_CLAUSE)
			JUDGE(t, clause_of_order(device->type), !is_swapped,
			      "%s reads %#lx with its bytes swapped", field->name, got);
		CHECK(t, PCI_LEG_TXT_2, !is_swapped,
		      "%s reads %#lx, and %#lx by the modern interface: its bytes are swapped",
		      field->name, got, wanted);
		if (!is_swapped)
			CHECK(t, PCI_LEG_3, got == wanted,
			      "%s reads %#lx at %u behind the header, and %#lx by the modern "
			      "interface",
			      field->name, got, field->offset, wanted);
	}
}

/* A field where it is while the configuration begins at `start` of the BAR. */
static uint64_t field_from(struct virtio_device *device, const struct virtio_config_field *field,
			   unsigned start)
{
	uint64_t value = 0;

	for (unsigned done = 0; done < field->width; done += 4)
		value |= virtio_read(device, STRUCTURE_CONTROL, start + field->offset + done,
				     MINIMUM(field->width, 4u))
			 << 8 * done;
	return value;
}

struct settled {
	unsigned count;
	uint64_t values[FIELDS_REMEMBERED];
};

static void read_settled(struct virtio_device *device, unsigned start, struct settled *settled)
{
	unsigned place;

	settled->count = 0;
	for_each_settled(field, place, device) settled->values[settled->count++] =
		field_from(device, field, start);
}

static void compare_settled(struct test_run *t, enum clause_id id, unsigned start,
			    const struct settled *before, const char *when)
{
	unsigned n = 0, place;

	for_each_settled(field, place, t->device)
	{
		uint64_t got = field_from(t->device, field, start);

		JUDGE(t, id, got == before->values[n],
		      "%s, %s reads %#lx at %u, and read %#lx at first, without MSI-X", when,
		      field->name, got, start + field->offset, before->values[n]);
		n++;
	}
}

TEST(transport, legacy_configuration_makes_room_for_vectors,
     .about =
	     "it begins at 20, with MSI-X at 24 behind two vector registers, and without at 20 again",
     .needs = NEEDS_CONFIG | NEEDS_MSIX, .traits = LEGACY_OVER_PCI,
     .judges = CLAUSES(PCI_LEG_TXT_5, PCI_LEG_TXT_6))
{
	struct virtio_device *device = t->device;
	const struct virtio_messages *messages = device->transport->messages;
	struct settled before;
	uint16_t entry;

	agree_on(t, features_for(t));
	CAN_JUDGE(t, settled_fields(device), "the suite knows no field that stays as it is");
	read_settled(device, LEGACY_CONFIG_VECTOR, &before);
	for (unsigned n = 0; n < 2; n++) {
		messages->enable(device);
		entry = messages->map_configuration(device, VIRTIO_MSI_NO_VECTOR);
		CHECK(t, PCI_LEG_TXT_5, entry == VIRTIO_MSI_NO_VECTOR,
		      "with MSI-X enabled, %#x reads at %u after NO_VECTOR was written", entry,
		      LEGACY_CONFIG_VECTOR);
		compare_settled(t, CLAUSE_PCI_LEG_TXT_5, LEGACY_END_WITH_VECTORS, &before,
				"with MSI-X enabled");
		messages->disable(device);
		compare_settled(t, CLAUSE_PCI_LEG_TXT_6, LEGACY_CONFIG_VECTOR, &before,
				"with MSI-X enabled and disabled again");
	}
}
