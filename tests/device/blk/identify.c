/* SPDX-License-Identifier: BSD-2-Clause */
/* GET_ID (virtio 1.4, 5.2.6): a string of up to 20 bytes, padded with NUL. */
#include "lib/string.h"
#include "tests/device/blk/exchange.h"
#include "tests/device/evidence.h"

/* Asks for the id with the answer preset; leaves the test as skipped when the device has none. */
static struct request *get_id(struct test_run *t, uint8_t preset, uint32_t *length)
{
	struct request *request = blk_request(t, VIRTIO_BLK_T_GET_ID, 0, 0, VIRTIO_BLK_ID_BYTES);
	struct blk_answer answer;

	memset(request->in, preset, VIRTIO_BLK_ID_BYTES);
	answer = blk_send(t, t->device->queues[0], request);
	/* Nothing says that every disk has an id. */
	if (answer.status == VIRTIO_BLK_S_UNSUPP || answer.status == VIRTIO_BLK_S_IOERR)
		skip_test(t, "the device has no id: GET_ID ends with %s",
			  blk_status_name(answer.status));
	INSIST(t, SANE_2, answer.status == VIRTIO_BLK_S_OK, "GET_ID ends with %s",
	       blk_status_name(answer.status));
	*length = answer.length;
	return request;
}

TEST(blk, identifier_is_written_as_counted,
     .about = "GET_ID writes as many bytes as its used length says", .type = VIRTIO_TYPE_BLK,
     .judges = CLAUSES(SPLIT_USED_2))
{
	uint32_t length, written;
	const uint8_t *first, *second;

	blk_up(t, 0, 0);
	first = get_id(t, EVIDENCE_FIRST, &length)->in;
	second = get_id(t, EVIDENCE_SECOND, &length)->in;
	written = VIRTIO_BLK_ID_BYTES - count_unwritten(first, second, VIRTIO_BLK_ID_BYTES) + 1;
	CHECK(t, SPLIT_USED_2, length <= written,
	      "GET_ID is used with length %u, and %u bytes were written, the status among them",
	      length, written);
}

TEST(blk, identifier_is_text,
     .about = "GET_ID gives ASCII, the same each time, with a NUL behind it where there is room",
     .type = VIRTIO_TYPE_BLK, .axes = AXIS_RING | AXIS_INDIRECT, .judges = CLAUSES(SANE_12, SANE_3))
{
	const uint8_t *first, *second;
	uint32_t length, written, end = 0;

	blk_up(t, 0, 0);
	first = get_id(t, 0, &length)->in;
	second = get_id(t, 0, &length)->in;
	INSIST(t, SANE_3, memcmp(first, second, VIRTIO_BLK_ID_BYTES) == 0,
	       "two GET_ID requests give different strings");
	for (unsigned n = 0; n < VIRTIO_BLK_ID_BYTES && first[n]; n++)
		INSIST(t, SANE_12, first[n] < 0x80, "byte %u of the device id is %#x, no ASCII", n,
		       first[n]);
	first = get_id(t, EVIDENCE_FIRST, &length)->in;
	second = get_id(t, EVIDENCE_SECOND, &length)->in;
	written = first_unwritten(first, second, VIRTIO_BLK_ID_BYTES);
	while (end < written && first[end])
		end++;
	CHECK(t, SANE_12, written == VIRTIO_BLK_ID_BYTES || end < written,
	      "GET_ID writes the first %u of %u bytes, and no NUL is among them", written,
	      VIRTIO_BLK_ID_BYTES);
}

TEST(blk, identifier_of_other_sizes,
     .about = "after GET_ID with too little or too much room the device still tells its id",
     .type = VIRTIO_TYPE_BLK, .judges = CLAUSES(SANE_3), .breaks = RULES(DRIVER_BLK_1))
{
	static const uint32_t sizes[] = {1, 19, 21, 64};
	const uint8_t *before, *after;
	uint32_t length;

	blk_up(t, 0, 0);
	before = get_id(t, 0, &length)->in;
	for (unsigned n = 0; n < ARRAY_LENGTH(sizes); n++) {
		/* How such a request ends is not laid down. */
		blk_provoke(t, blk_request(t, VIRTIO_BLK_T_GET_ID, 0, 0, sizes[n]));
		after = get_id(t, 0, &length)->in;
		INSIST(t, SANE_3, memcmp(before, after, VIRTIO_BLK_ID_BYTES) == 0,
		       "after a GET_ID with room for %u bytes the device has another id", sizes[n]);
	}
}
