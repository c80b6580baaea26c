/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file system device shows before a session (virtio 1.4, 5.11.2 to 5.11.4). */
#include "lib/string.h"
#include "tests/device/fs/fs.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/subject/subject.h"

#define TAG_BYTES sizeof(((struct virtio_fs_config *)0)->tag)

static void read_tag(struct test_run *t, uint8_t *tag)
{
	for (uint32_t n = 0; n < TAG_BYTES; n++)
		tag[n] = (uint8_t)config_read_at(t->device, n, 1);
}

/* How many bytes the character takes that begins here, of `left`; 0: none is encoded so. */
static unsigned character(const uint8_t *bytes, unsigned left)
{
	unsigned length = bytes[0] < 0x80             ? 1
			  : (bytes[0] & 0xe0) == 0xc0 ? 2
			  : (bytes[0] & 0xf0) == 0xe0 ? 3
			  : (bytes[0] & 0xf8) == 0xf0 ? 4
						      : 0;

	for (unsigned n = 1; n < length; n++) {
		if (n >= left || (bytes[n] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

TEST(fs, tag_is_text, .about = "the tag is UTF-8, padded with NUL", .type = VIRTIO_TYPE_FS,
     .needs = NEEDS_CONFIG, .judges = CLAUSES(FS_CFG_3))
{
	uint8_t tag[TAG_BYTES];
	unsigned n = 0, step = 1;

	read_tag(t, tag);
	while (n < TAG_BYTES && tag[n] && step) {
		step = character(tag + n, (unsigned)TAG_BYTES - n);
		CHECK(t, FS_CFG_3, step, "byte %u of the tag, %#x, begins no character of UTF-8", n,
		      tag[n]);
		n += step;
	}
	CHECK(t, FS_CFG_3, !step || all_bytes_are(tag + n, 0, TAG_BYTES - n),
	      "behind the NUL at byte %u of the tag there is more", n);
}

TEST(fs, tag_is_as_configured, .about = "the tag is the one that the host gave",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_HOST | NEEDS_CONFIG, .judges = CLAUSES(FS_CFG_4))
{
	struct ask ask = ask_for("property", t->device);
	uint8_t tag[TAG_BYTES + 1] = {0};
	char text[TAG_BYTES + 1];

	ask_text(&ask, "name", "tag");
	ask_text_or_skip(t, &ask, text, sizeof(text));
	read_tag(t, tag);
	CHECK(t, FS_CFG_4, strcmp((char *)tag, text) == 0,
	      "the host says \"%s\", the tag is \"%s\"", text, (char *)tag);
}

TEST(fs, request_queues_are_there,
     .about = "num_request_queues is not 0, and so many queues are there beside hiprio",
     .type = VIRTIO_TYPE_FS, .needs = NEEDS_CONFIG, .judges = CLAUSES(FS_CFG_1, FS_CFG_5, FS_VQ_1))
{
	uint32_t told =
		(uint32_t)config_read(t->device, struct virtio_fs_config, num_request_queues);
	bool notifies = features_have(&t->device->offered, VIRTIO_FS_F_NOTIFICATION);
	unsigned there = 0;

	CHECK(t, FS_CFG_1, told > 0, "num_request_queues is 0");
	for (unsigned n = 0; n < offered_queues(t->device); n++) {
		t->device->transport->select_queue(t->device, n);
		there += t->device->transport->queue_size(t->device) > 0;
		if (n == FS_HIPRIO_QUEUE)
			CHECK(t, FS_VQ_1, there == 1, "the hiprio queue, 0, has no size");
	}
	CHECK(t, FS_CFG_5, there == told + 1 + notifies,
	      "num_request_queues is %u, there are %u queues in all", told, there);
}

TEST(fs, notifications_have_a_size,
     .about = "with notifications offered their size is there, and holds a header",
     .type = VIRTIO_TYPE_FS, WITH_FEATURE(VIRTIO_FS_F_NOTIFICATION), .needs = NEEDS_CONFIG,
     .judges = CLAUSES(FS_CFG_7))
{
	CHECK(t, FS_CFG_7,
	      t->device->config_length >= sizeof(struct virtio_fs_config) &&
		      config_read(t->device, struct virtio_fs_config, notify_buf_size) >=
			      sizeof(struct fuse_out_header),
	      "the configuration has %u bytes", t->device->config_length);
}
