/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/subject.h"

#define LET_DOWNS 3

static struct subject subjects[SUBJECTS_MOST];
static unsigned subject_count;

static struct subject *subject_with(const void *body)
{
	for_each_subject (subject) {
		if (subject->faces[0]->body == body)
			return subject;
	}
	return NULL;
}

struct subject *subject_enrol(struct virtio_device *face)
{
	struct subject *subject = subject_with(face->body);

	if (!subject && subject_count < SUBJECTS_MOST)
		subject = &subjects[subject_count++];
	if (!subject || subject->face_count == FACES_MOST)
		return NULL;
	subject->faces[subject->face_count++] = face;
	return subject;
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

struct subject *subject_of(const struct virtio_device *face)
{
	for_each_subject (subject) {
		for (unsigned n = 0; n < subject->face_count; n++) {
			if (subject->faces[n] == face)
				return subject;
		}
	}
	return NULL;
}

struct virtio_device *device_first(void)
{
	return subject_count ? subjects[0].faces[0] : NULL;
}

struct virtio_device *device_next(const struct virtio_device *face)
{
	const struct subject *subject = subject_of(face);

	for (unsigned n = 0; n + 1 < subject->face_count; n++) {
		if (subject->faces[n] == face)
			return subject->faces[n + 1];
	}
	subject = subject_next(subject);
	return subject ? subject->faces[0] : NULL;
}

bool subject_tires(const struct subject *subject)
{
	return subject->let_down >= LET_DOWNS;
}

bool subject_serves(const struct subject *subject)
{
	return !subject->lost && !subject->unusable;
}

unsigned offered_queues(const struct virtio_device *face)
{
	return subject_of(face)->contact.found.queues;
}

uint16_t offered_size(const struct virtio_device *face)
{
	return subject_of(face)->contact.size_most;
}
