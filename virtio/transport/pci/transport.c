/* SPDX-License-Identifier: BSD-2-Clause */
/* The PCI transport's operations: initialisation as a guest kernel does it (virtio 1.4, 4.1.5). */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "lib/string.h"
#include "pci/config.h"
#include "pci/intx.h"
#include "virtio/transport/pci/find.h"
#include "virtio/transport/pci/pin.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/pci/registers.h"

/* 2.4 sets no bound, and hardware has to drain. */
#define RESET_TIMEOUT_NS (3 * NANOSECONDS_A_SECOND)

/* Accesses as wide and as aligned as they can be: 2.5.1 asks for the width of the field. */
static unsigned width_at(uint32_t offset, uint32_t length)
{
	if (offset % 4 == 0 && length >= 4)
		return 4;
	if (offset % 2 == 0 && length >= 2)
		return 2;
	return 1;
}

static void pci_get(struct virtio_device *device, uint32_t offset, void *buffer, uint32_t length)
{
	uint8_t *to = buffer;

	while (length > 0) {
		unsigned width = width_at(offset, length);
		uint64_t value = virtio_read(device, STRUCTURE_DEVICE, offset, width);

		memcpy(to, &value, width);
		to += width;
		offset += width;
		length -= width;
	}
}

static void pci_set(struct virtio_device *device, uint32_t offset, const void *buffer,
		    uint32_t length)
{
	const uint8_t *from = buffer;

	while (length > 0) {
		unsigned width = width_at(offset, length);
		uint64_t value = 0;

		memcpy(&value, from, width);
		virtio_write(device, STRUCTURE_DEVICE, offset, width, value);
		from += width;
		offset += width;
		length -= width;
	}
}

static uint32_t pci_generation(struct virtio_device *device)
{
	return (uint32_t)common_read(device, config_generation);
}

static uint8_t pci_get_status(struct virtio_device *device)
{
	return (uint8_t)common_read(device, device_status);
}

static void pci_set_status(struct virtio_device *device, uint8_t status)
{
	common_write(device, device_status, status);
}

static bool pci_reset(struct virtio_device *device)
{
	uint64_t deadline = clock_deadline(RESET_TIMEOUT_NS);

	common_write(device, device_status, 0);
	while (common_read(device, device_status) != 0) {
		if (clock_passed(deadline)) {
			device->problem = "device_status does not read 0 within 3 s of writing 0";
			return false;
		}
		cpu_relax();
	}
	return true;
}

void virtio_pci_select(struct virtio_device *device, unsigned queue)
{
	common_write(device, queue_select, queue);
}

/* Fills one MSI-X entry while it is masked; the caller unmasks it once its handler can run. */
static bool aim_entry(struct virtio_device *device, unsigned entry, unsigned vector, unsigned cpu)
{
	struct msi_message message;

	if (!interrupt_message(cpu, vector, MSI_PHYSICAL, &message)) {
		device->problem = "the CPU's APIC id does not fit an MSI message";
		return false;
	}
	msix_mask_entry(&virtio_pci(device)->msix, entry, true);
	msix_write_entry(&virtio_pci(device)->msix, entry, message.address, message.data);
	return true;
}

static bool new_vector(struct virtio_device *device, unsigned *vector)
{
	*vector = interrupt_allocate();
	if (!*vector)
		device->problem = "no CPU vectors left";
	return *vector;
}

static void unmask_entry(struct virtio_device *device, unsigned entry)
{
	msix_mask_entry(&virtio_pci(device)->msix, entry, false);
}

/* Whether a vector register that reads `got` has taken the entry; NO_VECTOR says that it could not. */
static bool is_mapped(struct virtio_device *device, uint64_t got, unsigned entry,
		      const char *problem)
{
	device->vector_refused = got == VIRTIO_MSI_NO_VECTOR;
	if (got != entry)
		device->problem = problem;
	return got == entry;
}

/* The configuration vector is entry 0. */
static bool set_up_config_vector(struct virtio_device *device)
{
	if (!new_vector(device, &device->config_vector) ||
	    !aim_entry(device, 0, device->config_vector, 0))
		return false;
	unmask_entry(device, 0);
	common_write(device, config_msix_vector, 0);
	return is_mapped(device, common_read(device, config_msix_vector), 0,
			 "config_msix_vector does not read back 0");
}

/* The vector of the first queue that has one, 0 when none has. */
static unsigned first_vector(const struct virtio_device *device)
{
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->vector)
			return device->queues[n]->vector;
	}
	return 0;
}

/* The selected queue gets its table entry. */
static bool write_queue_vector(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;

	common_write(device, queue_msix_vector, queue->entry);
	return is_mapped(device, common_read(device, queue_msix_vector), queue->entry,
			 "queue_msix_vector does not read back what was written");
}

static bool set_up_queue_vector(struct virtqueue *queue, enum interrupt_mode mode)
{
	struct virtio_device *device = queue->device;
	bool shared = mode == INTERRUPT_MSIX_SHARED ||
		      virtio_pci(device)->msix.entries < device->queue_count + 1u;

	/* With a single entry even the configuration shares it. */
	queue->entry = virtio_pci(device)->msix.entries == 1 ? 0 : shared ? 1 : queue->index + 1u;
	if (queue->entry == 0) {
		queue->vector = device->config_vector;
	} else if (shared && first_vector(device)) {
		queue->vector = first_vector(device);
	} else {
		if (!new_vector(device, &queue->vector) ||
		    !aim_entry(device, queue->entry, queue->vector, queue->cpu))
			return false;
		unmask_entry(device, queue->entry);
	}
	return write_queue_vector(queue);
}

static uint32_t notify_offset(const struct virtqueue *queue)
{
	return queue->notify_off * virtio_pci(queue->device)->notify_off_multiplier;
}

static unsigned notify_width(const struct virtqueue *queue)
{
	return queue->notification_data ? 4 : 2;
}

static struct notify_place pci_notify_place(const struct virtqueue *queue)
{
	const struct virtio_device *device = queue->device;
	volatile uint8_t *mapping = virtio_pci(device)->regions[STRUCTURE_NOTIFY].mapping;

	if (!mapping || device->access != ACCESS_BAR)
		return (struct notify_place){0};
	return (struct notify_place){mapping + notify_offset(queue), notify_width(queue)};
}

static void pci_notify(struct virtqueue *queue, uint32_t value)
{
	virtio_write(queue->device, STRUCTURE_NOTIFY, notify_offset(queue), notify_width(queue),
		     value);
}

/* Where kicks of the queue go must lie in the structure: else they would hit whatever is behind. */
static bool can_notify(const struct virtqueue *queue)
{
	uint64_t at =
		(uint64_t)queue->notify_off * virtio_pci(queue->device)->notify_off_multiplier;

	return at + notify_width(queue) <=
	       virtio_pci(queue->device)->regions[STRUCTURE_NOTIFY].length;
}

/* Makes the ring and tells the device of it; the queue is not enabled and has no vector yet. */
static struct virtqueue *set_up_ring(struct virtio_device *device, unsigned index,
				     const struct virtqueue_request *request, struct arena *arena)
{
	struct virtqueue_areas areas;
	struct virtqueue *queue;
	uint16_t most;

	virtio_pci_select(device, index);
	most = (uint16_t)common_read(device, queue_size);
	if (most == 0) {
		device->problem = "queue_size reads 0 for a queue below num_queues";
		return NULL;
	}
	if (!virtqueue_size_fits(device, most)) {
		device->problem = "queue_size is no power of 2, which a split ring needs";
		return NULL;
	}
	queue = virtqueue_create(device, (uint16_t)index,
				 request->size ? MINIMUM(request->size, most) : most,
				 request->shape, arena);
	if (!queue) {
		device->problem = "no room for the ring in the DMA arena";
		return NULL;
	}
	queue->cpu = request->cpu;
	if (queue->size != most)
		common_write(device, queue_size, queue->size);
	areas = virtqueue_areas(queue);
	common_write(device, queue_desc, areas.desc);
	common_write(device, queue_driver, areas.driver);
	common_write(device, queue_device, areas.device);
	queue->notify_off = (uint16_t)common_read(device, queue_notify_off);
	if (!can_notify(queue)) {
		device->problem = "queue_notify_off leads out of the notification structure";
		return NULL;
	}
	queue->notify_place = pci_notify_place(queue);
	if (features_have(&device->negotiated, VIRTIO_F_NOTIF_CONFIG_DATA))
		queue->notify_value = (uint16_t)common_read(device, queue_notif_config_data);
	return queue;
}

static bool set_up_queue(struct virtio_device *device, unsigned index,
			 const struct virtqueue_request *request, enum interrupt_mode mode,
			 struct arena *arena)
{
	struct virtqueue *queue = set_up_ring(device, index, request, arena);

	if (!queue)
		return false;
	device->queues[index] = queue;
	return (mode != INTERRUPT_MSIX && mode != INTERRUPT_MSIX_SHARED) ||
	       set_up_queue_vector(queue, mode);
}

static bool pci_find_vqs(struct virtio_device *device, unsigned count,
			 const struct virtqueue_request *requests, enum interrupt_mode mode,
			 struct arena *arena)
{
	bool msix = mode == INTERRUPT_MSIX || mode == INTERRUPT_MSIX_SHARED;
	unsigned pin = 0;

	device->mode = mode;
	device->vector_refused = false;
	device->queue_count = count;
	memset(device->queues, 0, sizeof(device->queues));
	if (msix) {
		if (!device->vectors) {
			device->problem = "no MSI-X capability";
			return false;
		}
		msix_enable(&virtio_pci(device)->msix, true);
		if (!set_up_config_vector(device))
			return false;
	} else {
		/* Without vectors the pin must stay quiet unless it is what was asked for. */
		intx_disable(virtio_pci(device)->function, true);
	}
	if (mode == INTERRUPT_INTX) {
		pin = virtio_pci_claim_pin(device, requests[0].cpu);
		if (!pin)
			return false;
	}
	for (unsigned n = 0; n < count; n++) {
		if (requests[n].skip)
			continue;
		if (!set_up_queue(device, n, &requests[n], mode, arena))
			return false;
		if (pin)
			device->queues[n]->vector = pin;
	}
	for (unsigned n = 0; n < count; n++) {
		if (!device->queues[n] || requests[n].held)
			continue;
		virtio_pci_select(device, n);
		common_write(device, queue_enable, 1);
	}
	return true;
}

static bool pci_reset_vq(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;
	uint64_t deadline = clock_deadline(RESET_TIMEOUT_NS);

	virtio_pci_select(device, queue->index);
	common_write(device, queue_reset, 1);
	while (common_read(device, queue_reset) != 0) {
		if (clock_passed(deadline)) {
			device->problem = "queue_reset does not read 0 within 3 s of writing 1";
			return false;
		}
		cpu_relax();
	}
	return true;
}

static bool pci_enable_vq(struct virtio_device *device, unsigned index,
			  const struct virtqueue_request *request, struct arena *arena)
{
	struct virtqueue *old = device->queues[index];
	struct virtqueue_request same = *request;
	struct virtqueue *queue;

	if (!same.shape)
		same.shape = &old->shape;
	queue = set_up_ring(device, index, &same, arena);
	if (!queue)
		return false;
	device->queues[index] = queue;
	queue->entry = old->entry;
	queue->vector = old->vector;
	queue->cpu = old->cpu;
	if (queue->vector && !write_queue_vector(queue))
		return false;
	common_write(device, queue_enable, 1);
	return true;
}

static void pci_del_vqs(struct virtio_device *device)
{
	if (device->vectors) {
		for (unsigned entry = 0; entry < virtio_pci(device)->msix.entries; entry++)
			msix_mask_entry(&virtio_pci(device)->msix, entry, true);
		msix_enable(&virtio_pci(device)->msix, false);
	}
	if (device->mode == INTERRUPT_INTX)
		virtio_pci_release_pin(device);
	for (unsigned n = 0; n < device->queue_count; n++) {
		struct virtqueue *queue = device->queues[n];
		bool owner = queue && queue->vector && queue->vector != device->config_vector;

		for (unsigned m = 0; owner && m < n; m++)
			owner = !device->queues[m] || device->queues[m]->vector != queue->vector;
		if (owner)
			interrupt_free(queue->vector);
	}
	if (device->config_vector)
		interrupt_free(device->config_vector);
	device->config_vector = 0;
	device->queue_count = 0;
}

static struct features pci_get_features(struct virtio_device *device)
{
	device->offered = features_read(device);
	return device->offered;
}

static void pci_finalize_features(struct virtio_device *device)
{
	features_write(device, &device->negotiated);
}

static const char *pci_bus_name(struct virtio_device *device)
{
	return device->name;
}

static bool pci_set_vq_affinity(struct virtqueue *queue, unsigned cpu)
{
	struct virtio_device *device = queue->device;

	if (!queue->vector || !aim_entry(device, queue->entry, queue->vector, cpu))
		return false;
	unmask_entry(device, queue->entry);
	for (unsigned n = 0; n < device->queue_count; n++) {
		if (device->queues[n] && device->queues[n]->entry == queue->entry)
			device->queues[n]->cpu = cpu;
	}
	return true;
}

static unsigned pci_get_vq_affinity(struct virtqueue *queue)
{
	return queue->cpu;
}

static bool pci_get_shm_region(struct virtio_device *device, uint8_t id, uint64_t *address,
			       uint64_t *length)
{
	struct virtio_pci_capability capability;

	for (unsigned n = 0;
	     virtio_pci_capability(virtio_pci(device)->function, VIRTIO_PCI_CAP_SHARED_MEMORY_CFG,
				   n, &capability);
	     n++) {
		if (capability.cap.id != id ||
		    !virtio_pci_region_valid(virtio_pci(device)->function, &capability))
			continue;
		*address = virtio_pci(device)->function->bars[capability.cap.bar].address +
			   capability.offset;
		*length = capability.length;
		return true;
	}
	return false;
}

const struct virtio_transport virtio_pci_transport = {
	.name = "pci",
	.read_register = virtio_pci_read_register,
	.write_register = virtio_pci_write_register,
	.get = pci_get,
	.set = pci_set,
	.generation = pci_generation,
	.get_status = pci_get_status,
	.set_status = pci_set_status,
	.reset = pci_reset,
	.find_vqs = pci_find_vqs,
	.reset_vq = pci_reset_vq,
	.enable_vq = pci_enable_vq,
	.notify_place = pci_notify_place,
	.notify = pci_notify,
	.del_vqs = pci_del_vqs,
	.get_features = pci_get_features,
	.finalize_features = pci_finalize_features,
	.bus_name = pci_bus_name,
	.set_vq_affinity = pci_set_vq_affinity,
	.get_vq_affinity = pci_get_vq_affinity,
	.get_shm_region = pci_get_shm_region,
};
