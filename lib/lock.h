/* SPDX-License-Identifier: MIT */
/* Locks that a thread does not take along when it is cancelled. */
#ifndef SVAI_LOCK_H
#define SVAI_LOCK_H

#include <pthread.h>

/* svai_lock - returns what svai_unlock() is to be given */
static inline int svai_lock(pthread_mutex_t *lock)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_mutex_lock(lock);
	return state;
}

static inline void svai_unlock(pthread_mutex_t *lock, int state)
{
	pthread_mutex_unlock(lock);
	pthread_setcancelstate(state, NULL);
}

#endif
