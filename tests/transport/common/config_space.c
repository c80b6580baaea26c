/* SPDX-License-Identifier: BSD-2-Clause */
/* The device-specific configuration structure (virtio 1.4, 2.5 and 4.1.4.6). */
#include "tests/transport/common/transport.h"

static uint64_t field_now(struct virtio_device *device, const struct virtio_config_field *field)
{
	return config_read_at(device, field->offset, field->width);
}

/* All bits of a field's width. */
static uint64_t all_ones(const struct virtio_config_field *field)
{
	return field->width == 8 ? UINT64_MAX : BIT64(field->width * 8) - 1;
}

#define FIELDS_MOST 64

/* What means nothing, changes by itself, or must not be read yet, is not compared. */
static bool holds_still_early(const struct virtio_config_field *field)
{
	return !(field->flags & (CONFIG_CHANGES | CONFIG_LATE | CONFIG_WRITE_ONLY));
}

/* Reads the fields that hold still; how many there are. */
static unsigned read_fields(struct virtio_device *device, uint64_t *values)
{
	unsigned count = 0;

	for_each_config_field(field, device)
	{
		if (holds_still_early(field) && count < FIELDS_MOST)
			values[count++] = field_now(device, field);
	}
	return count;
}

/* Another value may be a change of configuration; nothing, where there is something, is not. */
static bool pretends_nothing(const struct virtio_config_field *field, uint64_t early,
			     uint64_t later)
{
	return early != later && (early == 0 || early == all_ones(field));
}

TEST(transport, configuration_reads_before_features_ok,
     .about = "a field shows the same before FEATURES_OK, at each step, as after it",
     .needs = NEEDS_CONFIG, .judges = CLAUSES(CFG_1, CFG_2))
{
	static const uint8_t steps[] = {0, STATUS_FOUND, STATUS_DRIVEN};
	struct virtio_device *device = t->device;
	uint64_t early[ARRAY_LENGTH(steps)][FIELDS_MOST], later[FIELDS_MOST];
	unsigned count = 0, n = 0;

	for (unsigned step = 0; step < ARRAY_LENGTH(steps); step++) {
		if (steps[step])
			device->transport->set_status(device, steps[step]);
		count = read_fields(device, early[step]);
	}
	if (!count)
		skip_test(t, "the suite knows no field that can be read early");
	start_over(t);
	agree_on(t, features_described(device));
	read_fields(device, later);
	for_each_config_field(field, device)
	{
		if (!holds_still_early(field) || n == count)
			continue;
		for (unsigned step = 0; step < ARRAY_LENGTH(steps); step++) {
			bool shown = !pretends_nothing(field, early[step][n], later[n]);

			if (field->count)
				CHECK(t, CFG_2, shown,
				      "%s reads %#lx at status %#x, and %#lx after FEATURES_OK",
				      field->name, early[step][n], steps[step], later[n]);
			else
				CHECK(t, CFG_1, shown,
				      "%s reads %#lx at status %#x, and %#lx after FEATURES_OK",
				      field->name, early[step][n], steps[step], later[n]);
		}
		n++;
	}
}

/* A field through the PCI configuration access capability alone. */
static uint64_t field_through_window(struct virtio_device *device,
				     const struct virtio_config_field *field)
{
	enum virtio_access access = device->access;
	uint64_t value;

	device->access = ACCESS_WINDOW;
	value = field_now(device, field);
	device->access = access;
	return value;
}

/* The upper half first: of a field that holds still that is the same. The generation is read as 2.5.2 has it. */
static uint64_t halves_apart(struct virtio_device *device, const struct virtio_config_field *field)
{
	uint64_t value;

	config_generation(device);
	value = config_read_at(device, field->offset + 4u, 4) << 32;
	value |= config_read_at(device, field->offset, 4);
	config_generation(device);
	return value;
}

TEST(transport, configuration_answers_to_natural_width,
     .about = "each field reads the same again, its halves apart, and through the window",
     .needs = NEEDS_CONFIG, .judges = CLAUSES(CFG_TXT_1, PCI_CFGACC_4))
{
	struct virtio_device *device = t->device;
	unsigned looked_at = 0;

	agree_on(t, features_described(device));
	for_each_config_field(field, device)
	{
		uint64_t first, again;

		if (field->flags & (CONFIG_CHANGES | CONFIG_WRITE_ONLY))
			continue;
		looked_at++;
		first = field_now(device, field);
		again = field->width == 8 ? halves_apart(device, field) : field_now(device, field);
		CHECK(t, CFG_TXT_1, again == first, "%s reads %#lx and then %#lx", field->name,
		      first, again);
		if (!device->has_window)
			continue;
		again = field_through_window(device, field);
		CHECK(t, PCI_CFGACC_4, again == first,
		      "%s reads %#lx through the BAR and %#lx through the window", field->name,
		      first, again);
	}
	if (!looked_at)
		skip_test(t, "the suite knows no field that holds still");
}

TEST(transport, configuration_takes_writes_before_driver_ok,
     .about = "a field for the driver takes 0 and 1 between FEATURES_OK and DRIVER_OK",
     .needs = NEEDS_CONFIG, .judges = CLAUSES(INIT_TXT_5))
{
	struct virtio_device *device = t->device;
	unsigned looked_at = 0;

	agree_on(t, features_described(device));
	for_each_config_field(field, device)
	{
		uint64_t found;

		/* What is for writing only need not read back. */
		if (!(field->flags & CONFIG_DRIVER) || (field->flags & CONFIG_WRITE_ONLY))
			continue;
		looked_at++;
		found = field_now(device, field);
		for (uint64_t round = 0; round < 2; round++) {
			uint64_t value = found ^ 1 ^ round;

			config_write_at(device, field->offset, field->width, value);
			CHECK(t, INIT_TXT_5, field_now(device, field) == value,
			      "%s reads %#lx after %#lx was written", field->name,
			      field_now(device, field), value);
		}
	}
	if (!looked_at)
		skip_test(t, "the device has no field that a driver writes");
}
