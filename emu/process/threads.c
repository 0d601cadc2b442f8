/* SPDX-License-Identifier: MIT */
/*
 * Threads that are not the program's, and that neither the C library nor a sanitizer knows of: the
 * library ends a process with the last thread of its own, and a sanitizer sees no races with a
 * device. No function of the C library works in them, and no thread-local variable but emu_thread.
 *
 * A thread's mapping, from low to high addresses: a guard page, the stack, emu_thread at the same
 * distance below the thread pointer as in every other thread, and the page at the thread pointer.
 *
 * Source: clone(2); System V ABI, AMD64 Architecture Processor Supplement, and ELF Handling For
 * Thread-Local Storage, variant II.
 */
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "process.h"
#include "sys.h"
#include "thread.h"

#define PAGE       4096u
#define STACK_SIZE (256u << 10)

#define CLONE_FLAGS                                                                         \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
	 CLONE_SETTLS | CLONE_CHILD_CLEARTID)

/* What stands at the thread pointer. */
struct control_block {
	struct control_block *self; /* the ABI's: how a thread finds its own */
	uintptr_t unused;
	struct control_block *also_self;
	uintptr_t none[2];
	uintptr_t canary; /* of compilers that protect stacks: any value */
	atomic_uint alive;
};

static char *thread_pointer(void)
{
	char *pointer;

	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

static size_t local_size(void)
{
	size_t size = (size_t)(thread_pointer() - (char *)&emu_thread);

	return (size + PAGE - 1) / PAGE * PAGE;
}

static size_t mapping_size(void)
{
	return PAGE + STACK_SIZE + local_size() + PAGE;
}

/* At the top of the stack: the function, and its argument. */
static long clone_thread(void *const *stack, struct control_block *block, atomic_uint *alive)
{
	register atomic_uint *r10 __asm__("r10") = alive;
	register struct control_block *r8 __asm__("r8") = block;
	long result;

	__asm__ volatile("	syscall\n"
			 "	test %%rax, %%rax\n"
			 "	jnz 1f\n"
			 "	xor %%ebp, %%ebp\n" /* where backtraces end */
			 "	pop %%rax\n"
			 "	pop %%rdi\n"
			 "	call *%%rax\n"
			 "	mov %[exit], %%eax\n"
			 "	xor %%edi, %%edi\n"
			 "	syscall\n"
			 "1:\n"
			 : "=a"(result)
			 : "a"((long)SYS_clone), "D"((long)CLONE_FLAGS), "S"(stack), "d"(0L),
			   "r"(r10), "r"(r8), [exit] "i"(SYS_exit)
			 : "rcx", "r11", "memory");
	return result;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the thread's own */
void *emu_thread_start(void (*function)(void *), void *argument)
{
	size_t size = mapping_size();
	char *mapping = (char *)emu_sys(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct control_block *block;
	void **stack;

	if ((uintptr_t)mapping > -(uintptr_t)PAGE)
		return NULL;
	emu_sys(SYS_mprotect, mapping, PAGE, PROT_NONE);
	emu_sys(SYS_madvise, mapping, size, MADV_DONTFORK);
	block = (struct control_block *)(void *)(mapping + size - PAGE);
	block->self = block->also_self = block;
	atomic_store(&block->alive, 1);
	stack = (void **)(void *)(mapping + PAGE + STACK_SIZE);
	*--stack = argument;
	*(void (**)(void *))-- stack = function;
	if (clone_thread(stack, block, &block->alive) > 0)
		return mapping;
	emu_sys(SYS_munmap, mapping, size);
	return NULL;
}

void emu_thread_join(void *mapping)
{
	size_t size = mapping_size();
	struct control_block *block =
		(struct control_block *)(void *)((char *)mapping + size - PAGE);

	/* The kernel clears it at the very end, and wakes without FUTEX_PRIVATE. */
	while (atomic_load(&block->alive))
		emu_sys(SYS_futex, &block->alive, FUTEX_WAIT, 1, 0);
	emu_sys(SYS_munmap, mapping, size);
}
