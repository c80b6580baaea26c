/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues, features and configuration of a GPU (virtio 1.4, 5.7.2 to 5.7.5). */
#include "tests/device/gpu/command.h"
#include "tests/harness/subject/subject.h"

TEST(gpu, has_control_and_cursor_queue, .about = "queues 0 and 1 are there, and 0 takes commands",
     .type = VIRTIO_TYPE_GPU, .judges = CLAUSES(SANE_1, GPU_VQ_1))
{
	struct gpu gpu;

	for (unsigned n = GPU_CONTROL_QUEUE; n <= GPU_CURSOR_QUEUE; n++) {
		t->device->transport->select_queue(t->device, n);
		INSIST(t, GPU_VQ_1,
		       n < offered_queues(t->device) && t->device->transport->queue_size(t->device),
		       "queue %u of %u has no size", n, offered_queues(t->device));
	}
	gpu_up(t, 0, &gpu);
	gpu_command(&gpu, VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	gpu_send(&gpu, GPU_CONTROL_QUEUE, sizeof(struct virtio_gpu_ctrl_hdr), GPU_IN_MOST);
	CHECK(t, GPU_VQ_1, gpu.type != 0, "queue 0 gives a command back without a response");
}

TEST(gpu, features_stand_on_each_other,
     .about = "CONTEXT_INIT is offered with VIRGL alone, BLOB_ALIGNMENT with RESOURCE_BLOB",
     .type = VIRTIO_TYPE_GPU, .judges = CLAUSES(GPU_FEAT_1, GPU_FEAT_2))
{
	const struct features *offered = &t->device->offered;

	CHECK(t, GPU_FEAT_1,
	      !features_have(offered, VIRTIO_GPU_F_CONTEXT_INIT) ||
		      features_have(offered, VIRTIO_GPU_F_VIRGL),
	      "VIRTIO_GPU_F_CONTEXT_INIT is offered without VIRTIO_GPU_F_VIRGL");
	CHECK(t, GPU_FEAT_2,
	      !features_have(offered, VIRTIO_GPU_F_BLOB_ALIGNMENT) ||
		      features_have(offered, VIRTIO_GPU_F_RESOURCE_BLOB),
	      "VIRTIO_GPU_F_BLOB_ALIGNMENT is offered without VIRTIO_GPU_F_RESOURCE_BLOB");
}

TEST(gpu, configuration_is_in_range,
     .about = "there are 1 to 16 scanouts, and no events that nothing defines",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_CONFIG, .judges = CLAUSES(GPU_CFG_2, GPU_CFG_4))
{
	uint32_t scanouts = GPU_CONFIG(t, num_scanouts), events = GPU_CONFIG(t, events_read);

	CHECK(t, GPU_CFG_2, scanouts >= 1 && scanouts <= VIRTIO_GPU_MAX_SCANOUTS,
	      "num_scanouts is %u", scanouts);
	CAN_JUDGE(t, *options.version || !(events & ~VIRTIO_GPU_EVENT_DISPLAY),
		  "events_read is %#x; a later version may define that: vp.version=1.4 judges it",
		  events);
	CHECK(t, GPU_CFG_4, !(events & ~VIRTIO_GPU_EVENT_DISPLAY), "events_read is %#x", events);
}

TEST(gpu, blob_alignment_is_a_power_of_two, .about = "blob_alignment is one bit",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_CONFIG, .judges = CLAUSES(GPU_CFG_3))
{
	uint32_t room = t->device->config_length, alignment;

	CAN_JUDGE(t, features_have(&t->device->offered, VIRTIO_GPU_F_BLOB_ALIGNMENT),
		  "VIRTIO_GPU_F_BLOB_ALIGNMENT is not offered");
	INSIST(t, GPU_CFG_3, room >= sizeof(struct virtio_gpu_config),
	       "the configuration has %u bytes, none of blob_alignment", room);
	alignment = GPU_CONFIG(t, blob_alignment);
	CHECK(t, GPU_CFG_3, alignment && !(alignment & (alignment - 1)), "blob_alignment is %#x",
	      alignment);
}

TEST(gpu, shared_memory_has_a_defined_id,
     .about = "no region of shared memory has another id than 0 or 1", .type = VIRTIO_TYPE_GPU,
     .judges = CLAUSES(GPU_INIT_2))
{
	uint64_t address, length;

	for (unsigned id = 2; id < 256; id++) {
		bool there = t->device->transport->shared_memory(t->device, (uint8_t)id, &address,
								 &length);

		CAN_JUDGE(
			t, *options.version || !there,
			"there is a region of shared memory with id %u; a later version may define it: vp.version=1.4 judges it",
			id);
		CHECK(t, GPU_INIT_2, !there, "there is a region of shared memory with id %u", id);
	}
}
