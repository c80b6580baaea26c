/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the displays show, as the host sees them: pictures that were made by the commands of virtio 1.4, 5.7.6.8 are
 * compared pixel by pixel.
 */
#include "arch/memory.h"
#include "lib/format.h"
#include "lib/string.h"
#include "tests/device/gpu/command.h"
#include "tests/harness/drive/ask.h"

#define WIDTH  64u
#define HEIGHT 48u

static const struct box whole = {0, 0, WIDTH, HEIGHT};

/* The colour of a pixel in the picture of this number. */
static void colour(unsigned number, uint32_t x, uint32_t y, uint8_t rgb[3])
{
	rgb[0] = (uint8_t)(x * 4 + number * 85);
	rgb[1] = (uint8_t)(y * 5 + number * 50);
	rgb[2] = (uint8_t)((x ^ y) * 3 + number * 133);
}

/* Paints a box of a picture into memory whose lines have `width` pixels, B8G8R8X8. */
static void paint(uint8_t *memory, uint32_t width, struct box box, unsigned number)
{
	for (uint32_t y = box.y; y < box.y + box.height; y++) {
		for (uint32_t x = box.x; x < box.x + box.width; x++) {
			uint8_t *pixel = memory + 4 * ((size_t)y * width + x), rgb[3];

			colour(number, x, y, rgb);
			pixel[0] = rgb[2];
			pixel[1] = rgb[1];
			pixel[2] = rgb[0];
			pixel[3] = 0xff;
		}
	}
}

/* The same into what the host is to see. */
static void expect(uint8_t *picture, uint32_t width, struct box box, unsigned number)
{
	for (uint32_t y = box.y; y < box.y + box.height; y++) {
		for (uint32_t x = box.x; x < box.x + box.width; x++)
			colour(number, x, y, picture + 3 * ((size_t)y * width + x));
	}
}

/* Asks about so many bytes, from `offset` on, of the file that the host made of a display. */
static void ask_of_screen(struct test_run *t, const char *verb, uint32_t head, uint32_t offset,
			  uint32_t bytes, char *answer, size_t size)
{
	struct ask ask = ask_for(verb, t->device);

	ask_number(&ask, "head", head);
	ask_number(&ask, "offset", offset);
	ask_number(&ask, "bytes", bytes);
	ask_text_or_skip(t, &ask, answer, size);
}

/* Whether the first `bytes` bytes of the picture behind `offset` are these. */
static bool begins_with(struct test_run *t, uint32_t head, uint32_t offset, const uint8_t *picture,
			uint32_t bytes)
{
	char seen[20], wanted[20];

	if (!bytes)
		return true;
	ask_of_screen(t, "screen-checksum", head, offset, bytes, seen, sizeof(seen));
	format_text(wanted, sizeof(wanted), "%016lx", hash_add(HASH_START, picture, bytes));
	return strcmp(seen, wanted) == 0;
}

static char difference[128];

/*
 * Whether a display shows this picture, 3 bytes a pixel, and nothing else; if not, what is different is in `difference`.
 * Skips the test when the host cannot tell.
 */
static bool shows(struct test_run *t, uint32_t head, uint32_t width, uint32_t height,
		  const uint8_t *picture)
{
	struct ask ask = ask_for("screen", t->device);
	uint32_t size = width * height * 3, same = 0, different = size, header;
	char wanted[24], answer[64], seen[24] = "";
	uint8_t byte = 0;

	ask_number(&ask, "head", head);
	ask_or_skip(t, &ask);
	header = (uint32_t)format_text(wanted, sizeof(wanted), "P6\n%u %u\n255\n", width, height);
	ask_of_screen(t, "screen-read", head, 0, header, answer, sizeof(answer));
	told_bytes(answer, (uint8_t *)seen, sizeof(seen) - 1);
	if (strcmp(seen, wanted) != 0) {
		format_text(difference, sizeof(difference),
			    "display %u is not of %u by %u pixels: its picture begins \"%s\"", head,
			    width, height, seen);
		return false;
	}
	if (begins_with(t, head, header, picture, size))
		return true;
	/* So many first bytes are the same, and so many are not all. */
	while (different - same > 1) {
		uint32_t middle = same + (different - same) / 2;

		if (begins_with(t, head, header, picture, middle))
			same = middle;
		else
			different = middle;
	}
	ask_of_screen(t, "screen-read", head, header + same, 1, answer, sizeof(answer));
	told_bytes(answer, &byte, 1);
	format_text(difference, sizeof(difference),
		    "display %u: byte %u of the colour of pixel %u, %u is %#x, not %#x", head,
		    same % 3, same / 3 % width, same / 3 / width, byte, picture[same]);
	return false;
}

/* A resource on display 0 that shows picture `number`, flushed, and what the host is to see of it. */
static uint8_t *show(struct gpu *gpu, unsigned number, uint8_t **picture)
{
	uint8_t *memory = gpu_resource(gpu, 1, WIDTH, HEIGHT);

	*picture = test_memory(gpu->t, "picture", WIDTH * HEIGHT * 3, 16);
	paint(memory, WIDTH, whole, number);
	expect(*picture, WIDTH, whole, number);
	gpu_transfer(gpu, 1, whole, 0);
	gpu_insist(gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D");
	gpu_scanout(gpu, 0, 1, whole);
	gpu_insist(gpu, CLAUSE_GPU_SCANOUT_1, "SET_SCANOUT");
	gpu_flush(gpu, 1, whole);
	gpu_insist(gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	return memory;
}

TEST(gpu, flushed_pictures_are_on_every_display,
     .about =
	     "a picture that was transferred and flushed is on each display that shows its resource",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_FLUSH_2, GPU_SCANOUT_3))
{
	uint32_t scanouts;
	uint8_t *memory, *picture;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	scanouts = MINIMUM(GPU_CONFIG(t, num_scanouts), 2u);
	memory = show(&gpu, 1, &picture);
	for (uint32_t head = 1; head < scanouts; head++) {
		gpu_scanout(&gpu, head, 1, whole);
		gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_3, "SET_SCANOUT to what another shows");
	}
	paint(memory, WIDTH, whole, 2);
	expect(picture, WIDTH, whole, 2);
	gpu_transfer(&gpu, 1, whole, 0);
	gpu_flush(&gpu, 1, whole);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	for (uint32_t head = 0; head < scanouts; head++)
		INSIST(t, GPU_FLUSH_2, shows(t, head, WIDTH, HEIGHT, picture), "%s", difference);
}

TEST(gpu, colours_are_those_of_the_format,
     .about =
	     "in each of the eight formats the bytes of a pixel are the colours that the format says",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1, GPU_HDR_5,
		       GPU_FLUSH_2))
{
	/* Which bytes of a pixel are red, green and blue; the one that is left is as opaque as can be. */
	static const struct {
		uint8_t format, red, green, blue;
	} formats[] = {
		{VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, 2, 1, 0},
		{VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 2, 1, 0},
		{VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, 1, 2, 3},
		{VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, 1, 2, 3},
		{VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, 0, 1, 2},
		{VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, 3, 2, 1},
		{VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, 3, 2, 1},
		{VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, 0, 1, 2},
	};
	const struct box box = {0, 0, 32, 16};
	uint8_t *memory, *picture;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	memory = test_memory(t, "pixels", PAGE_SIZE, PAGE_SIZE);
	picture = test_memory(t, "picture", 32 * 16 * 3, 16);
	expect(picture, box.width, box, 1);
	for (unsigned n = 0; n < ARRAY_LENGTH(formats); n++) {
		memset(memory, 0xff, PAGE_SIZE);
		for (unsigned pixel = 0; pixel < box.width * box.height; pixel++) {
			memory[4 * pixel + formats[n].red] = picture[3 * pixel];
			memory[4 * pixel + formats[n].green] = picture[3 * pixel + 1];
			memory[4 * pixel + formats[n].blue] = picture[3 * pixel + 2];
		}
		gpu_create(&gpu, n + 1, formats[n].format, box.width, box.height);
		if (gpu.type != VIRTIO_GPU_RESP_OK_NODATA)
			continue; /* all_formats_are_taken judges that */
		gpu_attach(&gpu, n + 1, &memory, 1, PAGE_SIZE);
		gpu_insist(&gpu, CLAUSE_GPU_ATTACH_1, "RESOURCE_ATTACH_BACKING");
		gpu_transfer(&gpu, n + 1, box, 0);
		gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D");
		gpu_scanout(&gpu, 0, n + 1, box);
		gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_1, "SET_SCANOUT");
		gpu_flush(&gpu, n + 1, box);
		gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
		INSIST(t, GPU_FLUSH_2, shows(t, 0, box.width, box.height, picture), "%s",
		       difference);
	}
}

TEST(gpu, scanouts_show_their_rectangle,
     .about = "a display shows the rectangle of its resource that was set, from its own corner on",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_FLUSH_2))
{
	const struct box part = {24, 8, 32, 16};
	uint8_t *picture, *shown;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	show(&gpu, 1, &picture);
	shown = test_memory(t, "picture", part.width * part.height * 3, 16);
	for (uint32_t y = 0; y < part.height; y++)
		memcpy(shown + 3 * y * part.width, picture + 3 * ((y + part.y) * WIDTH + part.x),
		       3 * part.width);
	gpu_scanout(&gpu, 0, 1, part);
	gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_1, "SET_SCANOUT to a part");
	gpu_flush(&gpu, 1, whole);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	INSIST(t, GPU_FLUSH_2, shows(t, 0, part.width, part.height, shown), "%s", difference);
}

/*
 * Transfers boxes of a second picture over the first, and judges that they came, and nothing beside. The offset is
 * that of the box in the resource, for the text has it in the resource, and drivers in the memory behind it.
 */
static void judge_transfers(struct test_run *t, const struct box *boxes, unsigned count)
{
	uint8_t *memory, *picture;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	memory = show(&gpu, 1, &picture);
	paint(memory, WIDTH, whole, 2);
	for (unsigned n = 0; n < count; n++) {
		gpu_transfer(&gpu, 1, boxes[n], (boxes[n].y * WIDTH + boxes[n].x) * 4);
		gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D of a part");
		expect(picture, WIDTH, boxes[n], 2);
	}
	gpu_flush(&gpu, 1, whole);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	INSIST(t, GPU_XFER_2, shows(t, 0, WIDTH, HEIGHT, picture), "%s", difference);
}

TEST(gpu, transfers_copy_their_box,
     .about = "boxes are transferred one by one, and what is beside them stays",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_XFER_2))
{
	static const struct box boxes[] = {
		{0, 0, 5, 4}, {10, 7, 1, 1}, {20, 3, 33, 21}, {63, 47, 1, 1}, {0, 30, WIDTH, 3}};

	judge_transfers(t, boxes, ARRAY_LENGTH(boxes));
}

TEST(gpu, transfers_stop_at_their_last_line,
     .about = "a transfer of the first lines leaves those below as they were",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_XFER_2))
{
	static const struct box lines = {0, 0, WIDTH, 10};

	judge_transfers(t, &lines, 1);
}

TEST(gpu, fenced_transfers_are_done,
     .about =
	     "memory is painted over once a fenced transfer came back, and the display shows what was before",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_FENCE_2, GPU_HDR_3))
{
	uint8_t *memory, *picture;
	bool done;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	memory = show(&gpu, 1, &picture);
	paint(memory, WIDTH, whole, 2);
	expect(picture, WIDTH, whole, 2);
	gpu_transfer(&gpu, 1, whole, 0);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D");
	paint(memory, WIDTH, whole, 3);
	gpu_flush(&gpu, 1, whole);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	done = shows(t, 0, WIDTH, HEIGHT, picture);
	CHECK(t, GPU_FENCE_2, done, "%s", difference);
	CHECK(t, GPU_HDR_3, done, "%s", difference);
}

TEST(gpu, detached_memory_is_left_alone,
     .about = "a transfer of a resource without memory fails, or changes nothing",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_1, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5, GPU_DETACH_1, GPU_DETACH_2))
{
	uint8_t *memory, *picture;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	memory = show(&gpu, 1, &picture);
	gpu_name(&gpu, VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 1);
	gpu_insist(&gpu, CLAUSE_GPU_DETACH_1, "RESOURCE_DETACH_BACKING");
	paint(memory, WIDTH, whole, 2);
	gpu_transfer(&gpu, 1, whole, 0);
	gpu_flush(&gpu, 1, whole);
	INSIST(t, GPU_DETACH_2, shows(t, 0, WIDTH, HEIGHT, picture), "%s", difference);
}

#define PAGES 8u

TEST(gpu, scattered_memory_is_taken_in_order,
     .about =
	     "a picture in pages that lie in any order is shown in the order in which they were attached",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST, .timeout_ms = 60000,
     .judges = CLAUSES(SANE_1, GPU_2D_1, GPU_ATTACH_2, GPU_XFER_1, GPU_SCANOUT_1, GPU_FLUSH_1,
		       GPU_HDR_5))
{
	const struct box box = {0, 0, 256, PAGES * PAGE_SIZE / 4 / 256};
	uint8_t *pages, *image, *picture, *pieces[PAGES];
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	pages = test_memory(t, "pixels", PAGES * PAGE_SIZE, PAGE_SIZE);
	image = test_memory(t, "image", PAGES * PAGE_SIZE, PAGE_SIZE);
	picture = test_memory(t, "picture", (size_t)box.width * box.height * 3, 16);
	paint(image, box.width, box, 1);
	expect(picture, box.width, box, 1);
	for (unsigned n = 0; n < PAGES; n++) {
		pieces[n] = pages + (n * 3 + 5) % PAGES * PAGE_SIZE;
		memcpy(pieces[n], image + n * PAGE_SIZE, PAGE_SIZE);
	}
	gpu_create(&gpu, 1, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, box.width, box.height);
	gpu_insist(&gpu, CLAUSE_GPU_2D_1, "RESOURCE_CREATE_2D");
	gpu_attach(&gpu, 1, pieces, PAGES, PAGE_SIZE);
	gpu_insist(&gpu, CLAUSE_GPU_ATTACH_2, "RESOURCE_ATTACH_BACKING of eight pages");
	gpu_transfer(&gpu, 1, box, 0);
	gpu_insist(&gpu, CLAUSE_GPU_XFER_1, "TRANSFER_TO_HOST_2D");
	gpu_scanout(&gpu, 0, 1, box);
	gpu_insist(&gpu, CLAUSE_GPU_SCANOUT_1, "SET_SCANOUT");
	gpu_flush(&gpu, 1, box);
	gpu_insist(&gpu, CLAUSE_GPU_FLUSH_1, "RESOURCE_FLUSH");
	INSIST(t, GPU_ATTACH_2, shows(t, 0, box.width, box.height, picture), "%s", difference);
}

/* A number that the device was configured with. */
static uint32_t configured(struct test_run *t, const char *name)
{
	struct ask ask = ask_for("property", t->device);
	uint32_t number = 0;
	char text[32];

	ask_text(&ask, "name", name);
	ask_text_or_skip(t, &ask, text, sizeof(text));
	for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++)
		number = number * 10 + (uint32_t)(*digit - '0');
	CAN_JUDGE(t, number, "the host says that %s is \"%s\"", name, text);
	return number;
}

TEST(gpu, display_is_as_configured,
     .about = "the first display is enabled and has the size that it was configured with",
     .type = VIRTIO_TYPE_GPU, .needs = NEEDS_HOST,
     .judges = CLAUSES(SANE_1, GPU_DISPINFO_1, GPU_DISPINFO_4))
{
	uint32_t width = configured(t, "xres"), height = configured(t, "yres");
	const struct virtio_gpu_display_one *display;
	struct gpu gpu;

	gpu_up(t, 0, &gpu);
	display = gpu_display_info(&gpu)->pmodes;
	CHECK(t, GPU_DISPINFO_4,
	      from_le32(display->enabled) && from_le32(display->r.width) == width &&
		      from_le32(display->r.height) == height,
	      "display 0 is %s, %u by %u, not %u by %u",
	      from_le32(display->enabled) ? "enabled" : "disabled", from_le32(display->r.width),
	      from_le32(display->r.height), width, height);
}
