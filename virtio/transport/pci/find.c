/* SPDX-License-Identifier: BSD-2-Clause */
/* Discovery of virtio PCI devices (virtio 1.4, 4.1.2 and 4.1.4). */
#include "virtio/transport/pci/find.h"

#include "lib/format.h"
#include "lib/string.h"
#include "pci/bar.h"
#include "pci/bus.h"
#include "pci/capability.h"
#include "pci/config.h"
#include "virtio/transport/find.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/transport/pci/transport.h"

/* Of several capabilities of a type the first usable one counts (4.1.4.1). */
static bool find_region(struct virtio_pci_device *pci, enum virtio_structure structure,
			uint8_t type, uint64_t least)
{
	struct virtio_region *region = &pci->regions[structure];
	struct virtio_pci_capability capability;

	for (unsigned n = 0; virtio_pci_capability(pci->function, type, n, &capability); n++) {
		struct pci_bar *bar;

		if (!virtio_pci_region_valid(pci->function, &capability) ||
		    capability.length < least)
			continue;
		bar = &pci->function->bars[capability.cap.bar];
		if (!pci_bar_decoded(pci->function, bar))
			continue;
		*region = (struct virtio_region){
			.bar = capability.cap.bar,
			.capability = (uint8_t)capability.at,
			.offset = (uint32_t)capability.offset,
			.length = (uint32_t)capability.length,
		};
		if (bar->io) {
			region->port = (uint16_t)(bar->address + capability.offset);
		} else {
			volatile uint8_t *mapping = pci_bar_map(pci->function, capability.cap.bar);

			if (!mapping)
				continue;
			region->mapping = mapping + capability.offset;
		}
		region->present = true;
		return true;
	}
	return false;
}

/* Why a structure that is needed was not found. */
static const char *problem_of(struct pci_function *function, const char *missing)
{
	for (unsigned n = 0; n < ARRAY_LENGTH(function->bars); n++) {
		const struct pci_bar *bar = &function->bars[n];

		if (pci_bar_unassigned(bar))
			return "a BAR has no address, and none is left to give";
		if (bar->present && !bar->io && !pci_bar_map(function, n))
			return "a BAR cannot be mapped: it lies in RAM, or beyond what the CPU reaches";
	}
	return missing;
}

static uint32_t type_of(const struct pci_function *function)
{
	if (function->device >= VIRTIO_PCI_DEVICE_MODERN)
		return function->device - VIRTIO_PCI_DEVICE_MODERN;
	return function->subsystem; /* transitional: 4.1.2.3 */
}

/* An I/O BAR 0 is the only place of a legacy interface (4.1.5.1.1.1). */
static uint32_t traits_of(struct pci_function *function)
{
	struct virtio_pci_capability capability;
	uint32_t traits = DEVICE_OVER_PCI;

	if (function->device < VIRTIO_PCI_DEVICE_MODERN)
		traits |= DEVICE_LEGACY_ID;
	if (function->bars[0].present && function->bars[0].io)
		traits |= DEVICE_LEGACY_INTERFACE;
	if (virtio_pci_capability(function, VIRTIO_PCI_CAP_VENDOR_CFG, 0, &capability))
		traits |= DEVICE_VENDOR_DATA;
	return traits;
}

enum virtio_pci_found virtio_pci_probe(struct pci_function *function, struct virtio_pci_device *pci)
{
	struct virtio_device *device = &pci->device;
	struct virtio_pci_capability window;

	if (function->vendor != VIRTIO_PCI_VENDOR || function->device < VIRTIO_PCI_DEVICE_FIRST ||
	    function->device > VIRTIO_PCI_DEVICE_LAST)
		return VIRTIO_PCI_NOT_VIRTIO;
	*pci = (struct virtio_pci_device){
		.device = {.transport = &virtio_pci_transport,
			   .road = &virtio_pci_road,
			   .type = type_of(function),
			   .traits = traits_of(function),
			   .body = function,
			   .has_line = function->interrupt_pin},
		.function = function,
	};
	pci_address_text(function->address, device->name);
	pci->was_bus_master = pci_read16(function, PCI_COMMAND) & PCI_COMMAND_BUS_MASTER;
	pci_enable(function);
	if (!find_region(pci, STRUCTURE_COMMON, VIRTIO_PCI_CAP_COMMON_CFG,
			 VIRTIO_PCI_COMMON_CFG_LEAST))
		device->problem = problem_of(function, "no usable common configuration structure");
	else if (!find_region(pci, STRUCTURE_NOTIFY, VIRTIO_PCI_CAP_NOTIFY_CFG, 2))
		device->problem = problem_of(function, "no usable notification structure");
	else if (!find_region(pci, STRUCTURE_ISR, VIRTIO_PCI_CAP_ISR_CFG, 1))
		device->problem = problem_of(function, "no usable ISR status structure");
	if (device->problem)
		return VIRTIO_PCI_UNUSABLE;
	find_region(pci, STRUCTURE_DEVICE, VIRTIO_PCI_CAP_DEVICE_CFG, 1);
	device->config_length = pci->regions[STRUCTURE_DEVICE].length;
	pci->notify_off_multiplier = pci_read32(
		function, pci->regions[STRUCTURE_NOTIFY].capability +
				  offsetof(struct virtio_pci_notify_cap, notify_off_multiplier));
	pci->common_length = (uint16_t)MINIMUM(pci->regions[STRUCTURE_COMMON].length,
					       (uint32_t)sizeof(struct virtio_pci_common_cfg));
	/* Where it is shorter another capability stands where pci_cfg_data would be. */
	if (virtio_pci_capability(function, VIRTIO_PCI_CAP_PCI_CFG, 0, &window) &&
	    window.cap.cap_len >= sizeof(struct virtio_pci_cfg_cap) &&
	    pci_capability_fits(window.at, sizeof(struct virtio_pci_cfg_cap)))
		pci->window = (uint8_t)window.at;
	device->has_window = pci->window;
	device->vectors = msix_find(function, &pci->msix) ? pci->msix.entries : 0;
	return VIRTIO_PCI_MODERN;
}

static void note_findings(const struct virtio_discovery *discovery,
			  const struct pci_function *function)
{
	char address[PCI_ADDRESS_TEXT], sentence[200];

	pci_address_text(function->address, address);
	for (unsigned n = 0; n < function->finding_count; n++) {
		const struct pci_finding *finding = &function->findings[n];

		format_text(sentence, sizeof(sentence), "%s, configuration space at %#x: %s (%#lx)",
			    address, finding->offset, pci_finding_about(finding->kind),
			    finding->value);
		discovery->note(sentence);
	}
}

/* A device of before virtio 1.0 has none. */
static bool claims_virtio_structures(struct pci_function *function)
{
	struct virtio_pci_capability capability;

	return virtio_pci_capability(function, 0, 0, &capability);
}

/* Whether a function may have a legacy interface (4.1.2.3). A driver of its time wants revision 0, too. */
static bool has_legacy(const struct pci_function *function)
{
	return function->device < VIRTIO_PCI_DEVICE_MODERN && function->bars[0].present &&
	       function->bars[0].io;
}

static void place(struct virtio_pci_device *pci, enum virtio_structure structure, unsigned from,
		  unsigned end)
{
	pci->regions[structure] = (struct virtio_region){
		.present = true,
		.offset = from,
		.length = end - from,
		.port = (uint16_t)(pci->function->bars[0].address + from),
	};
}

/* How many bytes the configuration has is said nowhere: the BAR ends it. */
static void place_all(struct virtio_pci_device *pci)
{
	unsigned begin = pci->device.vectors ? LEGACY_END_WITH_VECTORS : LEGACY_CONFIG_VECTOR;
	unsigned end = (unsigned)MAXIMUM(pci->function->bars[0].size, (uint64_t)begin);

	memset(pci->regions, 0, sizeof(pci->regions));
	place(pci, STRUCTURE_CONTROL, 0, begin);
	place(pci, STRUCTURE_NOTIFY, LEGACY_QUEUE_NOTIFY, LEGACY_DEVICE_STATUS);
	place(pci, STRUCTURE_ISR, LEGACY_ISR_STATUS, LEGACY_CONFIG_VECTOR);
	place(pci, STRUCTURE_DEVICE, begin, end);
	pci->device.config_length = end - begin;
}

/* Turns what virtio_pci_probe() has made of such a function into the face that is its legacy interface. */
static void be_legacy(struct virtio_pci_device *pci)
{
	struct virtio_device *device = &pci->device;
	struct pci_function *function = pci->function;

	device->transport = &virtio_pci_legacy_transport;
	device->traits |= DEVICE_LEGACY;
	device->ring_alignment = LEGACY_PAGE;
	device->has_window = false;
	if (device->problem && msix_find(function, &pci->msix))
		device->vectors = pci->msix.entries;
	device->problem = NULL;
	place_all(pci);
	if (!pci_bar_decoded(function, &function->bars[0]))
		device->problem = "its I/O BAR 0 has no address, or is not decoded";
	else if (pci_read8(function, PCI_REVISION_ID) != 0)
		device->problem = "its revision is not 0, which a legacy driver wants";
}

static struct virtio_pci_device devices[PCI_FUNCTIONS_MOST];
static unsigned device_count;

/* The next face, as a copy of another. */
static struct virtio_pci_device *new_face(const struct virtio_discovery *discovery,
					  const struct virtio_pci_device *like)
{
	if (device_count == ARRAY_LENGTH(devices)) {
		discovery->note("there are more virtio devices than can be looked at");
		return NULL;
	}
	devices[device_count] = *like;
	return &devices[device_count++];
}

static const struct virtio_device *tell_modern(const struct virtio_discovery *discovery,
					       const struct virtio_pci_device *probed)
{
	struct virtio_pci_device *pci = new_face(discovery, probed);

	if (!pci)
		return NULL;
	discovery->found(&pci->device);
	return &pci->device;
}

/* `beside`: the modern interface that is there, too; NULL: there is none. */
static void tell_legacy(const struct virtio_discovery *discovery,
			const struct virtio_pci_device *probed, const struct virtio_device *beside)
{
	struct virtio_pci_device *pci = new_face(discovery, probed);

	if (!pci)
		return;
	be_legacy(pci);
	if (beside) {
		format_text(pci->device.name, sizeof(pci->device.name), "%s-legacy", beside->name);
		pci->device.place = beside->name;
	}
	discovery->found(&pci->device);
}

/* Whose revision is not 0 has no legacy interface, where there is a modern one (4.1.2.1). */
static bool is_legacy_wanted(const struct virtio_discovery *discovery,
			     const struct pci_function *function)
{
	return discovery->legacy && has_legacy(function) &&
	       pci_read8(function, PCI_REVISION_ID) == 0;
}

static void look_at(const struct virtio_discovery *discovery, struct pci_function *function)
{
	static struct virtio_pci_device probed;
	enum virtio_pci_found found = virtio_pci_probe(function, &probed);

	if (found == VIRTIO_PCI_NOT_VIRTIO)
		return;
	if (found == VIRTIO_PCI_MODERN || claims_virtio_structures(function)) {
		const struct virtio_device *modern = tell_modern(discovery, &probed);

		if (modern && is_legacy_wanted(discovery, function))
			tell_legacy(discovery, &probed, modern);
	} else if (has_legacy(function)) {
		tell_legacy(discovery, &probed, NULL);
	} else {
		discovery->passed_over(&probed.device);
	}
}

static void find(const struct virtio_discovery *discovery)
{
	unsigned count;
	struct pci_function *functions = pci_functions(&count);

	device_count = 0;
	if (pci_left_out())
		discovery->note("there are more PCI functions than can be looked at");
	for (unsigned n = 0; n < count; n++) {
		note_findings(discovery, &functions[n]);
		look_at(discovery, &functions[n]);
	}
}

VIRTIO_FINDER(pci, find);
