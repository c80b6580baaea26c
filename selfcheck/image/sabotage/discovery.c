/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions that are not what their ids and capabilities say. */
#include "pci/config.h"
#include "selfcheck/image/sabotage/sabotage.h"
#include "virtio/transport/pci/find.h"

/* PCI Express Base 4.0, 7.6.3: id 0x10, version 1, the end of the list. */
#define EXTENDED_FIRST 0x100u
#define SR_IOV_HEADER  0x00010010u

static uint32_t show_sr_iov(struct onlooker *self, const struct pci_function *function,
			    unsigned offset, unsigned width, uint32_t value)
{
	return offset == EXTENDED_FIRST && width == 4 ? SR_IOV_HEADER : value;
}

SABOTEUR(sr_iov_without_its_feature,
	 .about = "there is an SR-IOV capability and VIRTIO_F_SR_IOV is not offered",
	 BREAKS(CLAUSE_RESV_11), .tests = "transport.sr_iov*", .onlooker.config_read = show_sr_iov);

/* What discovery has found is hidden, and shown again afterwards. */
static struct {
	struct virtio_pci_device device;
	struct pci_bar bar;
} found;

static void hide_structures(struct virtio_device *device)
{
	found.device = *virtio_pci(device);
	found.bar = virtio_pci(device)->function->bars[0];
	virtio_pci(device)->regions[STRUCTURE_ISR].present = false;
	virtio_pci(device)->function->bars[0].present = false;
}

static void show_structures(struct virtio_device *device)
{
	virtio_pci(device)->regions[STRUCTURE_ISR] = found.device.regions[STRUCTURE_ISR];
	virtio_pci(device)->function->bars[0] = found.bar;
}

SABOTEUR(ids_without_a_device,
	 .about = "a function with the ids of a virtio device has neither structures nor BAR 0",
	 BREAKS(CLAUSE_PCI_DISC_TXT_1), .tests = "transport.ids*", .start = hide_structures,
	 .stop = show_structures);

static void hide_vectors(struct virtio_device *device)
{
	found.device = *virtio_pci(device);
	device->vectors = 1;
	virtio_pci(device)->msix.entries = 1;
}

static void show_vectors(struct virtio_device *device)
{
	device->vectors = found.device.device.vectors;
	virtio_pci(device)->msix.entries = found.device.msix.entries;
}

SABOTEUR(one_vector_for_all, .about = "the MSI-X table has one entry", BREAKS(CLAUSE_PCI_MSIX_1),
	 .tests = "transport.vector_table*", .start = hide_vectors, .stop = show_vectors);
