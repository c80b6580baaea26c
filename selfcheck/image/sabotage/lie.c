/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/sabotage/lie.h"

#include "arch/clock.h"
#include "tests/harness/subject/contact.h"
#include "virtio/config.h"

struct story story;

void begin_story(struct virtio_device *device)
{
	story = (struct story){0};
}

static void follow_status(uint8_t status)
{
	if (status == 0) {
		if (!story.resets++)
			story.first_reset = clock_now();
		story.was_live = story.status & VIRTIO_STATUS_DRIVER_OK;
	}
	story.failed = story.failed || (status & VIRTIO_STATUS_FAILED);
	story.status = status;
}

static void follow(uint32_t offset, uint64_t value)
{
	story.last = offset;
	switch (offset) {
	case COMMON_OFFSET(device_feature_select):
		story.device_select = (uint32_t)value;
		break;
	case COMMON_OFFSET(driver_feature_select):
		story.driver_select = (uint32_t)value;
		break;
	case COMMON_OFFSET(driver_feature):
		if (story.driver_select < 4)
			story.accepted[story.driver_select / 2] |=
				value << (story.driver_select % 2 * 32);
		break;
	case COMMON_OFFSET(device_status):
		follow_status((uint8_t)value);
		break;
	case COMMON_OFFSET(queue_select):
		story.queue = (unsigned)value;
		break;
	case COMMON_OFFSET(queue_size):
		story.sized = true;
		story.size = (uint16_t)value;
		break;
	case COMMON_OFFSET(queue_desc):
		story.addressed = true;
		break;
	case COMMON_OFFSET(queue_reset):
		story.queue_reset = true;
		break;
	}
}

static bool applies(const struct lie *lie, const struct register_access *access)
{
	return lie->structure == access->structure &&
	       (lie->anywhere || lie->offset == access->offset) && (!lie->when || lie->when());
}

static uint64_t told(const struct lie *lie, uint64_t value)
{
	return lie->value ? lie->value(value) : (value & lie->keep) | lie->set;
}

uint64_t lie_in_read(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	story.reads++;
	for (const struct lie *lie = self->context; lie->kind != LIE_NONE; lie++) {
		if (lie->kind == LIE_READ && applies(lie, access))
			value = told(lie, value);
	}
	return value;
}

bool lie_in_write(struct onlooker *self, const struct register_access *access, uint64_t *value)
{
	/* Conditions see the story as it was before. */
	for (const struct lie *lie = self->context; lie->kind != LIE_NONE; lie++) {
		if (lie->kind == LIE_READ || !applies(lie, access))
			continue;
		if (lie->kind == LIE_SWALLOW)
			return false;
		*value = told(lie, *value);
	}
	if (access->structure == STRUCTURE_COMMON)
		follow(access->offset, *value);
	return true;
}

/* DRIVER_OK was taken away from what the driver wrote. */
static bool pretends_live;

bool sleep_in_write(const struct register_access *access, uint64_t *value, bool asleep)
{
	if (is_common(access, device_status)) {
		pretends_live = asleep && (*value & VIRTIO_STATUS_DRIVER_OK);
		if (asleep)
			*value &= ~(uint64_t)VIRTIO_STATUS_DRIVER_OK;
	}
	return !asleep || access->structure != STRUCTURE_NOTIFY;
}

uint64_t sleep_in_read(const struct register_access *access, uint64_t value)
{
	return is_common(access, device_status) && pretends_live ? value | VIRTIO_STATUS_DRIVER_OK
								 : value;
}

static bool live, worn; /* DRIVER_OK is set; and a reset came behind it */

void begin_to_wear(struct virtio_device *device)
{
	live = worn = false;
}

void wear(uint8_t status)
{
	worn = worn || (live && !status);
	live = status & VIRTIO_STATUS_DRIVER_OK;
}

bool is_worn(void)
{
	return worn;
}

uint64_t worn_in_read(struct onlooker *self, const struct register_access *access, uint64_t value)
{
	unsigned place;

	if (access->structure != STRUCTURE_DEVICE || !worn)
		return value;
	for_each_config_field(field, access->device)
	{
		if (field_is_settled(access->device, field, &place))
			return access->offset == field->offset ? value ^ 1 : value;
	}
	return value;
}
