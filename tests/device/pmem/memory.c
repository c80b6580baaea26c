/* SPDX-License-Identifier: BSD-2-Clause */
/* Where persistent memory lies, that it is memory, and that it keeps what was flushed (virtio 1.4, 5.19.5 and 5.19.7). */
#include "arch/memory.h"
#include "boot/memory_map.h"
#include "tests/harness/drive/ask.h"
#include "tests/harness/drive/drive.h"
#include "virtio/config.h"
#include "virtio/device/pmem.h"

#define CONFIG(t, field) config_read((t)->device, struct virtio_pmem_config, field)

struct extent {
	uint64_t start, size; /* bytes */
};

/* Brings the device up without VIRTIO_PMEM_F_SHMEM_REGION; where its memory is, by the configuration. */
static struct extent bring_memory_up(struct test_run *t)
{
	struct features features = features_for(t);
	struct extent extent;

	features_remove(&features, VIRTIO_PMEM_F_SHMEM_REGION);
	set_up(t, features, usual_queues(t));
	go_live(t);
	extent.start = CONFIG(t, start);
	extent.size = CONFIG(t, size);
	INSIST(t, PMEM_INIT_7, extent.size > 0,
	       "the configuration says that there are 0 bytes of memory");
	INSIST(t, PMEM_INIT_5,
	       !memory_map_has(memory_layout(), extent.start, extent.size, MEMORY_RAM) &&
		       extent.start + extent.size - 1 >= extent.start,
	       "%#lx bytes from %#lx on are RAM of the machine, or end beyond all addresses",
	       extent.size, extent.start);
	return extent;
}

/* The 8 bytes at an address that is a multiple of 8. */
static volatile uint64_t *word_at(struct test_run *t, uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(PAGE_SIZE - 1);
	volatile char *mapped = memory_map_device(page, PAGE_SIZE);

	CAN_JUDGE(t, mapped, "address %#lx cannot be mapped", address);
	return (volatile uint64_t *)(mapped + (address - page));
}

TEST(pmem, memory_lies_beside_the_machines,
     .about =
	     "the configuration tells of a range of addresses that is none of the machine's memory",
     .type = VIRTIO_TYPE_PMEM, .needs = NEEDS_CONFIG, .judges = CLAUSES(PMEM_INIT_5, PMEM_INIT_7))
{
	struct extent extent = bring_memory_up(t);

	CHECK(t, PMEM_INIT_5, extent.start + extent.size - 1 < BIT64(memory_physical_bits()),
	      "%#lx bytes from %#lx on: no address of more than %u bits reaches anything",
	      extent.size, extent.start, memory_physical_bits());
}

/* The first and the last word, one in the middle, and one at each power of two from a page on, where aliases begin. */
#define PLACES_MOST 64

static unsigned choose_places(const struct extent *extent, uint64_t places[PLACES_MOST])
{
	uint64_t first = ALIGN_UP(extent->start, 8),
		 last = (extent->start + extent->size - 8) & ~7ull;
	unsigned count = 0;

	places[count++] = first;
	for (uint64_t step = PAGE_SIZE; step < last - first && count < PLACES_MOST - 2; step *= 2)
		places[count++] = first + step;
	places[count++] = first + ((last - first) / 2 & ~7ull) + 8 * (extent->size > 64);
	places[count++] = last;
	return count;
}

TEST(pmem, memory_is_where_the_configuration_says,
     .about = "from start on, size bytes long, there is memory, each byte of it once",
     .type = VIRTIO_TYPE_PMEM, .needs = NEEDS_CONFIG | NEEDS_SCRATCH,
     .judges = CLAUSES(PMEM_INIT_5, PMEM_INIT_6, PMEM_INIT_7))
{
	struct extent extent = bring_memory_up(t);
	uint64_t places[PLACES_MOST], mark = random_next(&t->random);
	unsigned count;

	CAN_JUDGE(t, extent.size >= 2 * PAGE_SIZE, "%#lx bytes are too few to look at",
		  extent.size);
	count = choose_places(&extent, places);
	for (unsigned n = 0; n < count; n++)
		*word_at(t, places[n]) = mark ^ places[n];
	CHECK(t, PMEM_INIT_6, *word_at(t, places[0]) == (mark ^ places[0]),
	      "at start, %#lx, %#lx is read, and %#lx was written", places[0],
	      *word_at(t, places[0]), mark ^ places[0]);
	for (unsigned n = 1; n < count; n++)
		CHECK(t, PMEM_INIT_7, *word_at(t, places[n]) == (mark ^ places[n]),
		      "%#lx bytes behind start, of %#lx, %#lx is read, and %#lx was written",
		      places[n] - extent.start, extent.size, *word_at(t, places[n]),
		      mark ^ places[n]);
}

/* Sends a flush, and judges the answer; whether what was written is safe. */
static bool flush(struct test_run *t)
{
	struct request *request = test_memory(t, "request", sizeof(*request), 8);
	struct completion completion;

	if (!pmem_prepare(t->arena, request))
		error_in_test(t, "the DMA arena has no room for a request");
	submit(t, work_queue(t), request);
	INSIST(t, SANE_1, await_announced(t, work_queue(t), &completion),
	       "a flush is not completed in time");
	CHECK(t, PMEM_RET_1, completion.length == sizeof(struct virtio_pmem_resp),
	      "a flush is used with length %u, ret takes %zu", completion.length,
	      sizeof(struct virtio_pmem_resp));
	CHECK(t, PMEM_RET_1,
	      pmem_answer(request) == VIRTIO_PMEM_OK || pmem_answer(request) == VIRTIO_PMEM_FAILED,
	      "a flush is answered with %#x, which is neither 0 nor -1", pmem_answer(request));
	return pmem_answer(request) == VIRTIO_PMEM_OK;
}

TEST(pmem, flushes_are_answered, .about = "each flush ends with 0, in 4 bytes",
     .type = VIRTIO_TYPE_PMEM, .axes = AXES_OF_RING, .judges = CLAUSES(PMEM_RET_1, SANE_1))
{
	bring_up(t);
	for (unsigned n = 0; n < 3; n++)
		CAN_JUDGE(t, flush(t), "the backend fails a flush, as it may");
}

/* Writes words of a sequence over a page at the start and one at the end; or looks how many of them read otherwise. */
static unsigned go_over(struct test_run *t, const struct extent *extent, uint64_t seed, bool write)
{
	const uint64_t pages[] = {ALIGN_UP(extent->start, PAGE_SIZE),
				  (extent->start + extent->size - PAGE_SIZE) &
					  ~(uint64_t)(PAGE_SIZE - 1)};
	unsigned wrong = 0;

	for (unsigned page = 0; page < ARRAY_LENGTH(pages); page++) {
		for (unsigned at = 0; at < PAGE_SIZE; at += 8) {
			volatile uint64_t *word = word_at(t, pages[page] + at);
			uint64_t value = (seed + page * PAGE_SIZE + at) * 0x9e3779b97f4a7c15ull;

			if (write)
				*word = value;
			else
				wrong += *word != value;
		}
	}
	return wrong;
}

TEST(pmem, flushed_data_outlive_a_reset,
     .about = "what was written before a flush is there behind it, and behind a reset",
     .type = VIRTIO_TYPE_PMEM, .needs = NEEDS_CONFIG | NEEDS_SCRATCH,
     .judges = CLAUSES(PMEM_FLUSH_1, PMEM_INIT_5, PMEM_INIT_7, PMEM_RET_1, SANE_1))
{
	struct extent extent = bring_memory_up(t);
	uint64_t seed = random_next(&t->random);
	unsigned wrong;

	CAN_JUDGE(t, extent.size >= 2 * PAGE_SIZE, "%#lx bytes are too few to look at",
		  extent.size);
	go_over(t, &extent, seed, true);
	CAN_JUDGE(t, flush(t), "the backend fails a flush, as it may");
	wrong = go_over(t, &extent, seed, false);
	CHECK(t, PMEM_FLUSH_1, wrong == 0, "%u of 1024 words read otherwise behind a flush", wrong);
	start_over(t);
	bring_memory_up(t);
	wrong = go_over(t, &extent, seed, false);
	CHECK(t, PMEM_FLUSH_1, wrong == 0, "%u of 1024 words read otherwise behind a reset", wrong);
}

/* The hash of a page of memory, to be compared with that of the file. */
static uint64_t hash_of_page(struct test_run *t, uint64_t address)
{
	uint64_t sum = HASH_START;

	for (unsigned at = 0; at < PAGE_SIZE; at += 8) {
		uint64_t word = *word_at(t, address + at);

		sum = hash_add(sum, &word, sizeof(word));
	}
	return sum;
}

TEST(pmem, flushed_data_are_in_the_file,
     .about = "behind a flush the file holds at each end what was written there",
     .type = VIRTIO_TYPE_PMEM, .needs = NEEDS_CONFIG | NEEDS_SCRATCH | NEEDS_HOST,
     .judges = CLAUSES(PMEM_FLUSH_2, PMEM_INIT_5, PMEM_INIT_6, PMEM_INIT_7, PMEM_RET_1, SANE_1))
{
	struct extent extent = bring_memory_up(t);
	uint64_t seed = random_next(&t->random), last = extent.size - PAGE_SIZE;
	bool first, end;

	CAN_JUDGE(t, extent.size >= 2 * PAGE_SIZE && (extent.start | extent.size) % PAGE_SIZE == 0,
		  "%#lx bytes from %#lx on are no pages", extent.size, extent.start);
	go_over(t, &extent, seed, true);
	CAN_JUDGE(t, flush(t), "the backend fails a flush, as it may");
	first = ask_hash_or_skip(t, 0, PAGE_SIZE) == hash_of_page(t, extent.start);
	end = ask_hash_or_skip(t, last, PAGE_SIZE) == hash_of_page(t, extent.start + last);
	/* That it stands in the file does not show that it outlives the power, which is what 5.19.7.1 asks for. */
	if (!first && !end) {
		check_broken(t, CLAUSE_PMEM_FLUSH_2,
			     "neither end of the file holds what was written there and flushed");
		return;
	}
	CHECK(t, PMEM_INIT_6, first, "the first page of the file is not the page at start");
	CHECK(t, PMEM_INIT_7, end, "the page of the file at %#lx is not the last of the memory",
	      last);
}
