/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/find.h"

#include "arch/console.h"
#include "pci/bus.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/platform.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/find.h"
#include "virtio/transport.h"
#include "virtio/device/speaker.h"
#include "virtio/device/type.h"
#include "virtio/device/workload.h"

/* Looking for devices finds things out about the platform: they are told first. */
static void note(const char *sentence)
{
	report_findings();
	report_note(sentence);
}

static void note_unusable(const struct virtio_device *device)
{
	char sentence[160];

	format_text(sentence, sizeof(sentence),
		    "%s is a virtio-%s device that cannot be driven: %s", device->name,
		    virtio_type_name(device->type), device->problem);
	note(sentence);
}

static void report_device(const struct virtio_device *device)
{
	const struct workload *workload = workload_of(device->type);

	REPORT("device", TEXT("bdf", device->name), NUMBER("virtio_id", device->type),
	       TEXT("name", virtio_type_name(device->type)),
	       TEXT("transport", device->transport->name),
	       BITS("features_offered", device->offered.words),
	       NUMBER("queues", offered_queues(device)), NUMBER("msix_vectors", device->vectors),
	       TEXT("workload", !workload             ? "none"
				: workload->described ? "described"
						      : "own"));
}

/* Where nobody hears us the first console device is ours, and so none that is judged. */
static bool is_our_console(struct virtio_device *device)
{
	static const void *body;
	char sentence[160];

	if (body && device->body == body)
		return true;
	if (device->type != VIRTIO_TYPE_CONSOLE || device->problem || !console_is_wanted())
		return false;
	if (!speaker_open(device)) {
		format_text(sentence, sizeof(sentence), "%s is no console for this image: %s",
			    device->name, device->problem);
		device->problem = NULL;
		note(sentence);
		return false;
	}
	body = device->body;
	console_take_over(speaker_write);
	format_text(sentence, sizeof(sentence),
		    "%s is what this is written to, for want of another console: it is not tested",
		    device->name);
	note(sentence);
	return true;
}

static void meet(struct virtio_device *device)
{
	const struct workload *workload = workload_of(device->type);
	struct face *face;

	if (is_our_console(device))
		return;
	face = face_enrol(device);
	if (!face)
		return;
	device->queues_needed = workload ? workload->queues : 0;
	report_findings();
	REPORT("touch", TEXT("device", device->name), TEXT("for", "first contact"));
	if (device->problem) {
		note_unusable(device);
		face->unusable = device->problem;
	} else {
		make_contact(&face->contact, device);
	}
	report_device(device);
}

void find_subjects(const char *command_line)
{
	const struct virtio_discovery discovery = {
		.note = note,
		.found = meet,
		.passed_over = note_unusable,
		.command_line = command_line,
		.mmio = options.mmio,
		.legacy = options.legacy,
	};

	if (options.ecam)
		pci_set_ecam_hint(options.ecam);
	virtio_find(&discovery);
	report_findings();
}
