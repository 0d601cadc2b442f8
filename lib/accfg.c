/* SPDX-License-Identifier: MIT */
/*
 * libaccel-config says which devices and queues there are. Their attributes are read by sysfs.c all
 * the same, since each of its generations fails on some: 3.5.3 reads op_cap and errors only in the
 * format of kernels before 6.0, 4.x only in the one since; 3.5.3 knows no op_config, always calls
 * PASIDs enabled, and drops a device whose cmd_status is read-only. Nor is it asked where a queue's
 * node is: it would look for the queue's name in /dev/dsa or /dev/iax, and so do we.
 */
#include <accel-config/libaccel_config.h>

#include "accfg.h"

static void quiet(struct accfg_ctx *ctx, int priority, const char *file, int line, const char *fn,
		  const char *format, va_list args)
{
	(void)ctx, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

void svai_accfg_list(void (*found)(void *ctx, const char *name), void *ctx)
{
	struct accfg_device *device;
	struct accfg_ctx *accfg;
	struct accfg_wq *wq;

	if (accfg_new(&accfg) < 0)
		return;
	accfg_set_log_fn(accfg, quiet);
	accfg_device_foreach(accfg, device)
	{
		found(ctx, accfg_device_get_devname(device));
		accfg_wq_foreach(device, wq) found(ctx, accfg_wq_get_devname(wq));
	}
	accfg_unref(accfg);
}
