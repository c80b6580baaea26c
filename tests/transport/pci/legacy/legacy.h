/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the legacy interface of PCI devices share. Boot CPU. */
#ifndef TESTS_TRANSPORT_PCI_LEGACY_H
#define TESTS_TRANSPORT_PCI_LEGACY_H

#include "tests/harness/subject/subject.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/legacy_registers.h"

/* In TEST(): only legacy interfaces of PCI functions. */
#define LEGACY_OVER_PCI (DEVICE_OVER_PCI | DEVICE_LEGACY)

/* The same device by its modern interface; leaves the test where there is none that can be driven. */
static inline struct virtio_device *modern_face(struct test_run *t)
{
	const struct subject *subject = t->subject;

	for (unsigned n = 0; n < subject->face_count; n++) {
		const struct face *face = &subject->faces[n];

		if (!face->unusable && !(face->device->traits & DEVICE_LEGACY))
			return face->device;
	}
	skip_test(t, "there is no modern interface to compare with");
}

#endif
