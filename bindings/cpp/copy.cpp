// SPDX-License-Identifier: MIT
// Copy, sum and compare by calls, by an operation and by a ring:
//
//	c++ -std=c++17 copy.cpp $(pkg-config --cflags --libs libsva) -o copy && ./copy [QUEUE|pool]
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "sva.hpp"

static void run(sva::queue &queue)
{
	std::vector<char> src(1 << 20, 'x'), dst(src.size());
	const std::size_t block = 65536;
	sva::operations op(1);
	sva::outcome outcome;

	queue.memcpy(dst.data(), src.data(), src.size(), &outcome);
	std::printf("%s\n%s\n", queue.why(), outcome.text().c_str());
	std::printf("CRC32C %08x\n", queue.crc32c("123456789", 9));

	sva_prep_fill(&op[0].desc, dst.data(), 0, block, 0);
	queue.submit(op[0]);
	std::printf("fill: %s\n", sva_status_name(static_cast<unsigned int>(sva::wait(op[0]))));

	sva::ring ring(queue, 16);
	std::size_t submitted = 0, reaped = 0;
	int result = 0;

	while (reaped < src.size()) {
		for (sva_op *o; submitted < src.size() && (o = ring.next()); submitted += block)
			sva_prep_memmove(&o->desc, &dst[submitted], &src[submitted], block, 0);
		ring.submit();
		if (ring.wait(result))
			reaped += block;
		sva::check(result, "ring");
	}
	if (queue.memcmp(dst.data(), src.data(), src.size()))
		throw std::runtime_error("the copies differ");
	ring.close();
}

int main(int argc, char **argv)
{
	try {
		sva::queue queue = argc > 1 && std::string(argv[1]) == "pool" ? sva::pool()
									     : sva::queue(argc > 1 ? argv[1] : nullptr);

		run(queue);
		queue.close();
	} catch (const std::exception &e) {
		std::fprintf(stderr, "copy: %s\n", e.what());
		return 1;
	}
	return 0;
}
