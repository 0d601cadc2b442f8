/* SPDX-License-Identifier: MIT */
/*
 * Workspaces that are not in use: large ones, whose pages cost more than small tasks do. Those that
 * were given back are taken again, by whoever comes first.
 */
#ifndef SVAI_KEPT_H
#define SVAI_KEPT_H

/* svai_kept_take - one of those in the @count places; NULL: there is none */
void *svai_kept_take(void **places, unsigned int count);

/* svai_kept_put - to a place, or, where all are taken, to free(); NULL is fine */
void svai_kept_put(void **places, unsigned int count, void *one);

#endif
