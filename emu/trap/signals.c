/* SPDX-License-Identifier: MIT */
/*
 * SIGILL, SIGSEGV and SIGBUS belong to the trap; the program is left to believe that they are its
 * own.
 *
 * Its actions for them are kept here, and are carried out for every signal that is not an
 * instruction of ours. They are never blocked, since the kernel kills a thread that faults with
 * the signal blocked: they are taken out of each mask that the program sets, and put back into what
 * it reads. While a handler of the program's own for one of them runs, that one is blocked as
 * usual; so siglongjmp() out of it restores the right mask, and a second fault in it kills.
 *
 * Not seen: system calls that the program makes itself, posix_spawnattr_setsigmask(), the
 * obsolete sigblock(), sighold() and sigset(), epoll_pwait2(). That one of them is blocked or
 * ignored does not pass on to a new thread (blocked) or through exec() (both).
 */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "emulate.h"
#include "sys.h"
#include "thread.h"
#include "trap.h"

#define BIT(sig) (1ull << ((sig)-1)) /* as in the kernel's masks, which have 64 signals */
#define OURS     (BIT(SIGILL) | BIT(SIGSEGV) | BIT(SIGBUS))
#define SIGNALS  65

#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000
#endif

/* Not declared by every header that may be in use. */
EMU_EXPORT __sighandler_t bsd_signal(int sig, __sighandler_t handler);
EMU_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
			   const sigset_t *mask, size_t size);

/*
 * The functions that ours stand before. Our own signals are the kernel's matter: a run-time library
 * that comes after this one would take our handler for the program's.
 */
static struct {
	int (*sigaction)(int, const struct sigaction *, struct sigaction *);
	int (*sigprocmask)(int, const sigset_t *, sigset_t *);
	int (*pthread_sigmask)(int, const sigset_t *, sigset_t *);
	int (*sigsuspend)(const sigset_t *);
	int (*ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
	int (*pselect)(int, fd_set *, fd_set *, fd_set *, const struct timespec *,
		       const sigset_t *);
	int (*epoll_pwait)(int, struct epoll_event *, int, int, const sigset_t *);
} next;

#define RESOLVE(name) (next.name = (__typeof__(next.name))dlsym(RTLD_NEXT, #name))

/* The constructor of another library may call us before our own has run. */
static void resolve(void)
{
	if (next.epoll_pwait)
		return;
	RESOLVE(sigaction);
	RESOLVE(sigprocmask);
	RESOLVE(pthread_sigmask);
	RESOLVE(sigsuspend);
	RESOLVE(ppoll);
	RESOLVE(pselect);
	RESOLVE(epoll_pwait);
}

/*
 * The program's action for one of our signals. A handler may read it at any moment, also between
 * fork() and exec(), so there is no lock: an action is written to the next slot of a ring, and then
 * made current. Only so many changes during one read could spoil it.
 */
#define SLOTS 64

struct program_action {
	struct sigaction slot[SLOTS];
	atomic_uint claimed;
	atomic_uint current;
};

static struct program_action ill_action, segv_action, bus_action;

/* NULL for a signal that is not ours. */
static struct program_action *program_action(int sig)
{
	switch (sig) {
	case SIGILL:
		return &ill_action;
	case SIGSEGV:
		return &segv_action;
	case SIGBUS:
		return &bus_action;
	default:
		return NULL;
	}
}

static const struct sigaction *get_action(int sig)
{
	struct program_action *action = program_action(sig);

	return &action->slot[atomic_load_explicit(&action->current, memory_order_acquire)];
}

/* Returns the action until now. */
static const struct sigaction *put_action(int sig, const struct sigaction *act)
{
	struct program_action *action = program_action(sig);
	unsigned int slot = (atomic_fetch_add(&action->claimed, 1) + 1) % SLOTS;

	action->slot[slot] = *act;
	return &action->slot[atomic_exchange(&action->current, slot)];
}

/*
 * Masks.
 */

/* Of the program's handlers for other signals: which of ours stand in their masks. */
static atomic_uint_least64_t hidden_sa_mask[SIGNALS];

/* A sigset_t of the C library is longer than what the kernel writes: only so much can be read. */
static uint64_t mask_of(const sigset_t *set)
{
	uint64_t mask;

	memcpy(&mask, set, sizeof(mask));
	return mask;
}

static void put_mask(sigset_t *set, uint64_t mask)
{
	memcpy(set, &mask, sizeof(mask));
}

/* Without our signals. @set may be NULL. */
static const sigset_t *bare_set(const sigset_t *set, sigset_t *bare)
{
	if (!set)
		return NULL;
	*bare = *set;
	put_mask(bare, mask_of(set) & ~OURS);
	return bare;
}

static void set_kernel_mask(int how, uint64_t mask)
{
	emu_sys(SYS_rt_sigprocmask, how, &mask, NULL, sizeof(mask));
}

/*
 * The kernel's own actions for our signals.
 */

struct kernel_action {
	void (*handler)(int, siginfo_t *, void *);
	uint64_t flags;
	void (*restorer)(void);
	uint64_t mask;
};

/* Debuggers and unwinders know the return from a signal by these very bytes, after a "nop". */
__asm__(".text\n"
	"	nop\n"
	".globl emu_restore\n"
	".hidden emu_restore\n"
	".type emu_restore, @function\n"
	"emu_restore:\n"
	"	mov $15, %rax\n" /* SYS_rt_sigreturn */
	"	syscall\n"
	".size emu_restore, . - emu_restore\n");

extern void emu_restore(void) __attribute__((visibility("hidden")));

static long kernel_action(int sig, const struct kernel_action *act, struct kernel_action *old)
{
	return emu_sys(SYS_rt_sigaction, sig, act, old, sizeof(act->mask));
}

/*
 * Delivery to the program. @uc: of the interrupted code.
 */

/* Pending in this thread until it is unblocked, at the latest when the handler has returned. */
static void queue_again(int sig, siginfo_t *info)
{
	set_kernel_mask(SIG_BLOCK, BIT(sig));
	emu_sys(SYS_rt_tgsigqueueinfo, emu_sys(SYS_getpid), emu_sys(SYS_gettid), sig, info);
}

/* The default action, when the handler returns, with the fault's exit status and core file. */
static void deliver_default(int sig, siginfo_t *info, ucontext_t *uc)
{
	struct kernel_action act = { 0 }; /* SIG_DFL */

	kernel_action(sig, &act, NULL);
	queue_again(sig, info);
	put_mask(&uc->uc_sigmask, mask_of(&uc->uc_sigmask) & ~BIT(sig));
}

/* It stays pending, as the program wants it; until then, the thread does without the trap. */
static void hold_back(int sig, siginfo_t *info, ucontext_t *uc)
{
	queue_again(sig, info);
	put_mask(&uc->uc_sigmask, mask_of(&uc->uc_sigmask) | BIT(sig));
}

static void deliver_to_handler(int sig, siginfo_t *info, ucontext_t *uc)
{
	struct sigaction act = *get_action(sig), reset = act;
	uint64_t hidden = emu_thread.hidden_mask;
	uint64_t mask = mask_of(&uc->uc_sigmask) | (mask_of(&act.sa_mask) & ~OURS);

	if (act.sa_flags & (int)SA_RESETHAND) {
		reset.sa_handler = SIG_DFL;
		put_action(sig, &reset);
	}
	if (!(act.sa_flags & SA_NODEFER))
		mask |= BIT(sig);
	set_kernel_mask(SIG_SETMASK, mask);
	if (act.sa_flags & SA_SIGINFO)
		act.sa_sigaction(sig, info, uc);
	else
		act.sa_handler(sig);
	emu_thread.hidden_mask = hidden; /* as the kernel restores the mask */
}

static void deliver(int sig, siginfo_t *info, ucontext_t *uc)
{
	__sighandler_t handler = get_action(sig)->sa_handler;
	bool blocked = emu_thread.hidden_mask & BIT(sig);
	bool fault = info->si_code > 0; /* which can be neither blocked nor ignored */

	if (blocked && !fault)
		hold_back(sig, info, uc);
	else if (blocked || handler == SIG_DFL || (handler == SIG_IGN && fault))
		deliver_default(sig, info, uc);
	else if (handler != SIG_IGN)
		deliver_to_handler(sig, info, uc);
}

static void deliver_fault(struct emu_fault *fault, ucontext_t *uc)
{
	greg_t *regs = uc->uc_mcontext.gregs;

	regs[REG_TRAPNO] = fault->trapno;
	regs[REG_ERR] = fault->err;
	regs[REG_CR2] = fault->cr2;
	deliver(fault->info.si_signo, &fault->info, uc);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	enum emu_trapped outcome = EMU_NOT_OURS;
	ucontext_t *uc = context;
	struct emu_fault fault;
	int saved_errno;

	if (sig != SIGILL && (emu_copy_caught(info, uc) || emu_guard_caught(info, uc)))
		return;
	saved_errno = errno; /* below here, the thread is the program's */
	if (info->si_code > 0)
		outcome = emu_emulate(uc, &fault);
	errno = saved_errno;
	if (outcome == EMU_FAULTED)
		deliver_fault(&fault, uc);
	else if (outcome == EMU_NOT_OURS)
		deliver(sig, info, uc);
}

/*
 * All signals are blocked in the handler but those of faults, so that no handler of the program can
 * run in the middle of an instruction. The stack is the one that the program's handler asks for;
 * without one, the alternate one if there is any, since the thread's own may be small.
 */
static int install(int sig)
{
	const struct sigaction *program = get_action(sig);
	bool has_handler = program->sa_handler != SIG_DFL && program->sa_handler != SIG_IGN;
	int on_stack = has_handler ? program->sa_flags & SA_ONSTACK : SA_ONSTACK;
	struct kernel_action act = {
		.handler = on_signal,
		.flags = (uint32_t)(SA_SIGINFO | SA_NODEFER | SA_RESTART | SA_RESTORER | on_stack),
		.restorer = emu_restore,
		.mask = ~(OURS | BIT(SIGFPE) | BIT(SIGTRAP) | BIT(SIGSYS)),
	};

	return (int)kernel_action(sig, &act, NULL);
}

/*
 * The functions that the program calls.
 */

static int change_our_action(int sig, const struct sigaction *act, struct sigaction *old)
{
	const struct sigaction *before = act ? put_action(sig, act) : get_action(sig);

	if (old)
		*old = *before;
	return act ? install(sig) : 0;
}

EMU_EXPORT int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	struct sigaction bare;
	uint64_t hidden = 0;

	resolve();
	if (program_action(sig))
		return change_our_action(sig, act, old);
	if (act) {
		bare = *act;
		bare_set(&act->sa_mask, &bare.sa_mask);
		hidden = mask_of(&act->sa_mask) & OURS;
	}
	if (next.sigaction(sig, act ? &bare : NULL, old))
		return -1;
	hidden = act ? atomic_exchange(&hidden_sa_mask[sig], hidden)
		     : atomic_load(&hidden_sa_mask[sig]);
	if (old)
		put_mask(&old->sa_mask, mask_of(&old->sa_mask) | hidden);
	return 0;
}

static __sighandler_t set_handler(int sig, __sighandler_t handler, int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags }, old;

	return sigaction(sig, &act, &old) ? SIG_ERR : old.sa_handler;
}

EMU_EXPORT __sighandler_t signal(int sig, __sighandler_t handler)
{
	return set_handler(sig, handler, SA_RESTART);
}

EMU_EXPORT __sighandler_t bsd_signal(int sig, __sighandler_t handler)
{
	return set_handler(sig, handler, SA_RESTART);
}

/* What signal() is to a program that is compiled for POSIX alone. */
EMU_EXPORT __sighandler_t __sysv_signal(int sig, __sighandler_t handler)
{
	return set_handler(sig, handler, (int)SA_RESETHAND | SA_NODEFER);
}

static int change_mask(int (*change)(int, const sigset_t *, sigset_t *), int how,
		       const sigset_t *set, sigset_t *old)
{
	uint64_t before = emu_thread.hidden_mask, asked = set ? mask_of(set) & OURS : 0;
	sigset_t bare;
	int result;

	/* First: what was held back arrives at the moment that it is unblocked. */
	if (set && how == SIG_SETMASK)
		emu_thread.hidden_mask = asked;
	else if (set)
		emu_thread.hidden_mask = how == SIG_BLOCK ? before | asked : before & ~asked;
	result = change(how, how == SIG_UNBLOCK ? set : bare_set(set, &bare), old);
	if (result)
		emu_thread.hidden_mask = before;
	else if (old)
		put_mask(old, mask_of(old) | before);
	return result;
}

EMU_EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	resolve();
	return change_mask(next.sigprocmask, how, set, old);
}

EMU_EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	resolve();
	return change_mask(next.pthread_sigmask, how, set, old);
}

/* The mask of a wait is the one in which handlers start that end it. */

EMU_EXPORT int sigsuspend(const sigset_t *mask)
{
	sigset_t bare;

	resolve();
	return next.sigsuspend(bare_set(mask, &bare));
}

EMU_EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		     const sigset_t *mask)
{
	sigset_t bare;

	resolve();
	return next.ppoll(fds, count, timeout, bare_set(mask, &bare));
}

EMU_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
			   const sigset_t *mask, size_t size)
{
	if (size / sizeof(*fds) < count)
		__builtin_trap();
	return ppoll(fds, count, timeout, mask);
}

EMU_EXPORT int pselect(int count, fd_set *reads, fd_set *writes, fd_set *excepts,
		       const struct timespec *timeout, const sigset_t *mask)
{
	sigset_t bare;

	resolve();
	return next.pselect(count, reads, writes, excepts, timeout, bare_set(mask, &bare));
}

EMU_EXPORT int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout,
			   const sigset_t *mask)
{
	sigset_t bare;

	resolve();
	return next.epoll_pwait(fd, events, count, timeout, bare_set(mask, &bare));
}

/* What is there already: a handler, as of a sanitizer, or what exec() has left of the caller's. */
static void take_over(int sig)
{
	struct kernel_action old = { 0 };
	struct sigaction act = { 0 };

	if (kernel_action(sig, NULL, &old) || old.handler == on_signal)
		return;
	act.sa_sigaction = old.handler;
	act.sa_flags = (int)(old.flags & ~(uint64_t)SA_RESTORER);
	put_mask(&act.sa_mask, old.mask);
	put_action(sig, &act);
	install(sig);
}

/* By whoever comes first: the constructor of another library may open a queue before ours has run.
 */
void emu_trap_start(void)
{
	static atomic_flag started = ATOMIC_FLAG_INIT;
	uint64_t mask = 0;

	if (atomic_flag_test_and_set(&started))
		return;
	take_over(SIGILL);
	take_over(SIGSEGV);
	take_over(SIGBUS);
	emu_sys(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &mask, sizeof(mask));
	emu_thread.hidden_mask |= mask & OURS;
	set_kernel_mask(SIG_UNBLOCK, OURS);
}

__attribute__((constructor)) static void start(void)
{
	emu_trap_start();
}
