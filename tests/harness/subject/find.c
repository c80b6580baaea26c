/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/find.h"

#include "lib/string.h"
#include "pci/bus.h"
#include "pci/config.h"
#include "tests/harness/plan/options.h"
#include "tests/harness/report/platform.h"
#include "tests/harness/report/report.h"
#include "tests/harness/subject/subject.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/transport.h"

static struct pci_function functions[PCI_FUNCTIONS_MOST];
static struct virtio_pci_device devices[PCI_FUNCTIONS_MOST];

static void note_unusable(const struct virtio_device *device)
{
	char sentence[160];

	format_text(sentence, sizeof(sentence),
		    "%s is a virtio-%s device that cannot be driven: %s", device->name,
		    virtio_type_name(device->type), device->problem);
	report_note(sentence);
}

static void note_findings(const struct pci_function *function)
{
	char address[PCI_ADDRESS_TEXT], sentence[200];

	pci_address_text(function->address, address);
	for (unsigned n = 0; n < function->finding_count; n++) {
		const struct pci_finding *finding = &function->findings[n];

		format_text(sentence, sizeof(sentence), "%s, configuration space at %#x: %s (%#lx)",
			    address, finding->offset, pci_finding_about(finding->kind),
			    finding->value);
		report_note(sentence);
	}
}

/* A device of before virtio 1.0 has none, and nothing here to be judged by. */
static bool claims_virtio_structures(struct pci_function *function)
{
	struct virtio_pci_capability capability;

	return virtio_pci_capability(function, 0, 0, &capability);
}

static void report_device(const struct virtio_device *device)
{
	REPORT("device", TEXT("bdf", device->name), NUMBER("virtio_id", device->type),
	       TEXT("name", virtio_type_name(device->type)),
	       TEXT("transport", device->transport->name),
	       BITS("features_offered", device->offered.words),
	       NUMBER("queues", offered_queues(device)), NUMBER("msix_vectors", device->vectors));
}

static void meet(struct virtio_device *device)
{
	struct subject *subject = subject_enrol(device);

	if (device->problem)
		subject->unusable = device->problem;
	else
		make_contact(&subject->contact, device);
	report_device(device);
}

void find_subjects(void)
{
	unsigned count;

	if (options.ecam)
		pci_set_ecam_hint(options.ecam);
	count = pci_scan(functions, PCI_FUNCTIONS_MOST);
	report_findings();
	if (pci_left_out())
		report_note("there are more PCI functions than can be looked at");
	for (unsigned n = 0; n < count; n++) {
		struct virtio_device *device = &devices[n].device;

		note_findings(&functions[n]);
		switch (virtio_pci_probe(&functions[n], &devices[n])) {
		case VIRTIO_PCI_NOT_VIRTIO:
			break;
		case VIRTIO_PCI_UNUSABLE:
			note_unusable(device);
			if (claims_virtio_structures(&functions[n]))
				meet(device);
			break;
		case VIRTIO_PCI_MODERN:
			meet(device);
			break;
		}
	}
}
