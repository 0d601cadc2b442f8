// SPDX-License-Identifier: MIT
// libsva for C++17: what is opened is closed, and errors are exceptions (std::system_error). Copy this
// file into your program. Everything of <sva/sva.h> works with get(), too.
//
// No destructor throws. Where the device does not finish in time, a destructor leaves the queue or ring
// open, and its memory in place: close() says so.
#ifndef SVA_HPP
#define SVA_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include <sva/sva.h>

namespace sva
{

// check - a result of the library: 0 or a count comes back, an error is thrown
inline int check(int result, const char *what)
{
	if (result < 0)
		throw std::system_error(-result, std::generic_category(), what);
	return result;
}

// outcome - what a call has done, and why
struct outcome : sva_outcome {
	outcome() : sva_outcome() { sva_outcome::size = sizeof(sva_outcome); }

	std::string text() const
	{
		std::string s(static_cast<std::size_t>(check(sva_outcome_explain(this, nullptr, 0), "outcome")), '\0');

		sva_outcome_explain(this, &s[0], s.size() + 1);
		return s;
	}
};

// queue - a queue of a device, or the CPU; movable; any number of threads may use it
class queue
{
      public:
	explicit queue(const char *name = nullptr, const sva_wq_opts *opts = nullptr)
	{
		check(sva_wq_open(&wq_, name, opts), "sva_wq_open");
	}
	queue(queue &&other) noexcept : wq_(std::exchange(other.wq_, nullptr)) {}
	queue &operator=(queue other) noexcept
	{
		std::swap(wq_, other.wq_);
		return *this;
	}
	~queue()
	{
		if (wq_)
			sva_wq_close(wq_);
	}
	void close()
	{
		check(sva_wq_close(wq_), "sva_wq_close");
		wq_ = nullptr;
	}

	sva_wq *get() const noexcept { return wq_; }
	const char *why() const noexcept { return sva_wq_why(wq_); }
	const struct sva_wq_info &info() const noexcept { return *sva_wq_info(wq_); }
	void set_policy(const sva_policy &policy) { check(sva_wq_set_policy(wq_, &policy), "sva_wq_set_policy"); }

	void memcpy(void *dst, const void *src, std::size_t size, sva_outcome *o = nullptr)
	{
		check(sva_memcpy(wq_, dst, src, size, o), "sva_memcpy");
	}
	void memset(void *dst, int c, std::size_t size, sva_outcome *o = nullptr)
	{
		check(sva_memset(wq_, dst, c, size, o), "sva_memset");
	}
	int memcmp(const void *a, const void *b, std::size_t size, sva_outcome *o = nullptr)
	{
		int order = 0;

		check(sva_memcmp(wq_, a, b, size, &order, o), "sva_memcmp");
		return order;
	}
	std::uint32_t crc32c(const void *src, std::size_t size, std::uint32_t crc = 0, sva_outcome *o = nullptr)
	{
		check(sva_crc32c(wq_, src, size, &crc, o), "sva_crc32c");
		return crc;
	}

	void submit(sva_op &op) { check(sva_submit(wq_, &op), "sva_submit"); }

      protected:
	struct nothing {};
	explicit queue(nothing) noexcept {}
	sva_wq *wq_ = nullptr;
};

// pool - all queues of the machine, as one
class pool : public queue
{
      public:
	explicit pool(const sva_pool_opts *opts = nullptr) : queue(nothing())
	{
		check(sva_pool_open(&wq_, opts), "sva_pool_open");
	}
};

// operations - an array of them, aligned as they must be
class operations
{
      public:
	explicit operations(std::size_t count) : ops_(sva_op_alloc(count))
	{
		if (!ops_)
			throw std::bad_alloc();
	}
	sva_op &operator[](std::size_t i) const noexcept { return ops_.get()[i]; }

      private:
	struct free {
		void operator()(sva_op *ops) const noexcept { sva_op_free(ops); }
	};
	std::unique_ptr<sva_op, free> ops_;
};

// wait - the status of an operation that was submitted; an operation that failed is no exception
inline int wait(sva_op &op, std::int64_t timeout_ns = -1, sva_wait_policy policy = SVA_WAIT_AUTO)
{
	return check(sva_wait(&op, timeout_ns, policy), "sva_wait");
}

// ring - many operations in flight; one thread uses it, and its queue outlives it
class ring
{
      public:
	ring(const queue &q, unsigned int slots, const sva_ring_opts *opts = nullptr)
	{
		check(sva_ring_open(&ring_, q.get(), slots, opts), "sva_ring_open");
	}
	ring(ring &&other) noexcept : ring_(std::exchange(other.ring_, nullptr)) {}
	ring &operator=(ring other) noexcept
	{
		std::swap(ring_, other.ring_);
		return *this;
	}
	~ring()
	{
		if (ring_)
			sva_ring_close(ring_);
	}
	void close()
	{
		check(sva_ring_close(ring_), "sva_ring_close");
		ring_ = nullptr;
	}

	sva_ring *get() const noexcept { return ring_; }
	sva_op *next() noexcept { return sva_ring_get(ring_); } // null: all are in use
	int submit() // how many the queue has taken; 0: it is full
	{
		int n = sva_ring_submit(ring_);

		return n == -EAGAIN ? 0 : check(n, "sva_ring_submit");
	}
	sva_op *reap(int &result) noexcept { return sva_ring_reap(ring_, &result); } // null: none has ended
	sva_op *wait(int &result, std::int64_t timeout_ns = -1) noexcept
	{
		return sva_ring_wait(ring_, timeout_ns, &result);
	}

      private:
	sva_ring *ring_ = nullptr;
};

} // namespace sva

#endif
