/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UMONITOR, UMWAIT and TPAUSE.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2.
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "accel/tcg/cpu-ldst.h"
#include "accel/tcg/probe.h"
#include "exec/helper-proto.h"
#include "tcg/helper-tcg.h"

#define LINE    64u
#define STEP_US 10 /* between two looks at the line */

/*
 * The line is kept with its contents: a store that came before is not seen,
 * as on a CPU. Only RAM can be monitored.
 */
void helper_umonitor(CPUX86State *env, target_ulong addr)
{
    CPUState *cs = env_cpu(env);

    env->monitor =
        probe_access(env, addr & ~(target_ulong)(LINE - 1), LINE, MMU_DATA_LOAD,
                     cpu_mmu_index(cs, false), GETPC());
    if (env->monitor) {
        memcpy(env->monitor_line, env->monitor, LINE);
    }
}

static uint64_t tsc(CPUX86State *env)
{
    return cpu_get_tsc(env) + env->tsc_offset;
}

static void check_operand(CPUX86State *env, uint32_t control, uintptr_t ra)
{
    bool tsc_disabled =
        (env->cr[4] & CR4_TSD_MASK) && (env->hflags & HF_CPL_MASK);

    if ((control & ~1u) || tsc_disabled) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
}

/*
 * Wait until EDX:EAX, or until the operating system's limit: that sets CF.
 * Whoever interrupts the vCPU asks it to leave its loop. @line: NULL for none.
 */
static void wait_for(CPUX86State *env, const void *line)
{
    uint64_t deadline =
        (uint64_t)(uint32_t)env->regs[R_EDX] << 32 | (uint32_t)env->regs[R_EAX];
    uint32_t limit = env->umwait & ~3u;
    uint64_t now = tsc(env);
    bool limited = limit && now + limit < deadline;

    if (limited) {
        deadline = now + limit;
    }
    while (now < deadline && !cpu_loop_exit_requested(env_cpu(env)) &&
           !(line && memcmp(line, env->monitor_line, LINE))) {
        g_usleep(STEP_US);
        now = tsc(env);
    }
    CC_SRC = limited && now >= deadline ? CC_C : 0;
    CC_OP = CC_OP_EFLAGS;
}

/* Not armed: over at once. */
void helper_umwait(CPUX86State *env, target_ulong control)
{
    const void *line = env->monitor;

    check_operand(env, control, GETPC());
    env->monitor = NULL;
    if (line) {
        wait_for(env, line);
    } else {
        CC_SRC = 0;
        CC_OP = CC_OP_EFLAGS;
    }
}

void helper_tpause(CPUX86State *env, target_ulong control)
{
    check_operand(env, control, GETPC());
    wait_for(env, NULL);
}
