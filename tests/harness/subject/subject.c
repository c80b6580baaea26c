/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/subject.h"

#define LET_DOWNS 3

static struct subject subjects[SUBJECTS_MOST];
static unsigned subject_count;

static struct subject *subject_with(const void *body)
{
	for_each_subject (subject) {
		if (subject->faces[0].device->body == body)
			return subject;
	}
	return NULL;
}

struct face *face_enrol(struct virtio_device *device)
{
	struct subject *subject = subject_with(device->body);
	struct face *face;

	if (!subject && subject_count < SUBJECTS_MOST)
		subject = &subjects[subject_count++];
	if (!subject || subject->face_count == FACES_MOST)
		return NULL;
	face = &subject->faces[subject->face_count++];
	face->device = device;
	return face;
}

struct subject *subject_first(void)
{
	return subject_count ? &subjects[0] : NULL;
}

struct subject *subject_next(const struct subject *subject)
{
	size_t next = (size_t)(subject - subjects) + 1;

	return next < subject_count ? &subjects[next] : NULL;
}

struct face *face_of(const struct virtio_device *device)
{
	for_each_subject (subject) {
		for (unsigned n = 0; n < subject->face_count; n++) {
			if (subject->faces[n].device == device)
				return &subject->faces[n];
		}
	}
	return NULL;
}

struct subject *subject_of(const struct virtio_device *device)
{
	return subject_with(device->body);
}

struct virtio_device *device_first(void)
{
	return subject_count ? subjects[0].faces[0].device : NULL;
}

struct virtio_device *device_next(const struct virtio_device *device)
{
	const struct subject *subject = subject_of(device);
	size_t next = (size_t)(face_of(device) - subject->faces) + 1;

	if (next < subject->face_count)
		return subject->faces[next].device;
	subject = subject_next(subject);
	return subject ? subject->faces[0].device : NULL;
}

bool subject_tires(const struct subject *subject)
{
	return subject->let_down >= LET_DOWNS;
}

struct virtio_device *subject_device(const struct subject *subject)
{
	for (unsigned n = 0; n < subject->face_count && !subject->lost; n++) {
		if (!subject->faces[n].unusable)
			return subject->faces[n].device;
	}
	return NULL;
}

void note_live(const struct virtio_device *device)
{
	struct face *face = face_of(device);

	face->agreed = features_or(face->agreed, features_and(device->negotiated, device->offered));
}

struct features subject_accepted(const struct subject *subject)
{
	struct features accepted = NO_FEATURES;

	for (unsigned n = 0; n < subject->face_count; n++)
		accepted = features_or(accepted, subject->faces[n].device->ever_accepted);
	return accepted;
}

unsigned offered_queues(const struct virtio_device *device)
{
	return face_of(device)->contact.queues;
}

uint16_t offered_size(const struct virtio_device *device)
{
	return face_of(device)->contact.size_most;
}
