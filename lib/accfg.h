/* SPDX-License-Identifier: MIT */
#ifndef SVAI_ACCFG_H
#define SVAI_ACCFG_H

/* svai_accfg_list - call @found for each device ("dsa0") and queue ("wq0.0") of libaccel-config */
void svai_accfg_list(void (*found)(void *ctx, const char *name), void *ctx);

#endif
