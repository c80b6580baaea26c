/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/transport/pci/admin/lent.h"

#include "pci/bar.h"
#include "pci/bus.h"
#include "tests/harness/subject/iommu.h"
#include "virtio/device/net.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/transport.h"

void access_member(struct test_run *t, struct lent_member *member, enum admin_opcode opcode,
		   uint8_t offset, const void *data, uint32_t length)
{
	insist_on_answer(t, member->admin, lent_access(member, opcode, offset, data, length));
	heed_status(t, member->admin);
}

uint32_t member_features(struct test_run *t, struct lent_member *member)
{
	uint32_t wanted = t->workload ? (uint32_t)t->workload->features : 0;

	return legacy_read(&member->pci.device, LEGACY_DEVICE_FEATURES) & wanted;
}

struct virtio_device *member_configuration(struct lent_member *member)
{
	static struct virtio_pci_device modern;
	struct virtio_region *region = &modern.regions[STRUCTURE_DEVICE];
	struct virtio_pci_capability capability;
	volatile uint8_t *mapping;

	modern = (struct virtio_pci_device){
		.device = {.transport = &virtio_pci_transport,
			   .road = &virtio_pci_road,
			   .type = member->pci.device.type,
			   .traits = DEVICE_OVER_PCI},
		.function = &member->function,
	};
	if (!virtio_pci_capability(&member->function, VIRTIO_PCI_CAP_DEVICE_CFG, 0, &capability) ||
	    !virtio_pci_region_valid(&member->function, &capability))
		return NULL;
	mapping = pci_bar_map(&member->function, capability.cap.bar);
	if (!mapping)
		return NULL;
	region->mapping = mapping + capability.offset;
	modern.device.config_length = (uint32_t)capability.length;
	return &modern.device;
}

uint32_t read_bytewise(struct test_run *t, struct lent_member *member, uint8_t offset)
{
	uint32_t bytes = 0;

	for (unsigned n = 0; n < sizeof(bytes); n++) {
		access_member(t, member, ADMIN_LEGACY_COMMON_CFG_READ, (uint8_t)(offset + n), NULL,
			      1);
		bytes |= (uint32_t)*admin_result(member->admin) << 8 * n;
	}
	return bytes;
}

void need_service(struct test_run *t, struct lent_member *member)
{
	uint32_t features = member_features(t, member);

	meet_device(&member->pci.device);
	legacy_write(&member->pci.device, LEGACY_DRIVER_FEATURES, features);
	CAN_JUDGE(t,
		  read_bytewise(t, member, LEGACY_DEVICE_FEATURES) ==
				  legacy_read(&member->pci.device, LEGACY_DEVICE_FEATURES) &&
			  legacy_read(&member->pci.device, LEGACY_DRIVER_FEATURES) == features,
		  "registers do not read as they were written");
	CAN_JUDGE(t, !iommu_in_the_way(t->device), "an IOMMU is in the way");
	if (member->pci.device.type != VIRTIO_TYPE_NET ||
	    !(legacy_read(&member->pci.device, LEGACY_DEVICE_FEATURES) & BIT(VIRTIO_NET_F_STATUS)))
		return;
	access_member(t, member, ADMIN_LEGACY_DEV_CFG_READ,
		      offsetof(struct virtio_net_config, status), NULL, 2);
	CAN_JUDGE(t, *admin_result(member->admin) & VIRTIO_NET_S_LINK_UP,
		  "the link of the member is down");
}

/* Up to DRIVER_OK, with the queues that the workload needs. */
static bool bring_member_up(struct test_run *t, struct virtio_device *device, uint32_t features)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST]; /* all 0 */
	const struct workload *workload = t->workload;

	if (!virtio_reset(device) || !virtio_negotiate(device, (struct features){{features, 0}}) ||
	    !virtio_set_up_queues(device, workload->queues, requests, INTERRUPT_NONE, t->arena))
		return false;
	pci_bus_master(virtio_pci(device)->function, true);
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	return !workload->start || workload->start(device, t->arena);
}

static bool work(struct test_run *t, struct virtio_device *device, struct request *request)
{
	struct virtqueue *queue = device->queues[t->workload->queue];
	struct completion completion;

	if (!t->workload->prepare(device, t->arena, 1, request))
		return false;
	request->whole = true;
	if (!request_add(queue, request))
		return false;
	virtqueue_publish(queue);
	virtqueue_notify(queue);
	return await_use(queue, clock_deadline(PATIENCE_NS)) &&
	       virtqueue_take(queue, &completion) && completion.token == request;
}

bool serve_member(struct test_run *t, struct lent_member *member, volatile void *address,
		  uint8_t isr[2])
{
	struct virtio_device *device = &member->pci.device;
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	bool served;

	lent_notify_at(member, address);
	served = bring_member_up(t, device, member_features(t, member)) && work(t, device, request);
	for (unsigned n = 0; n < 2; n++)
		isr[n] = isr_read(device);
	virtio_reset(device);
	pci_bus_master(&member->function, false);
	virtio_give_back_queues(device);
	return served;
}
