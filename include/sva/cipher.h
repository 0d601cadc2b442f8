/* SPDX-License-Identifier: MIT */
/*
 * Encryption and decryption by AES-CFB, of 128-bit segments (NIST SP 800-38A): calls that always
 * finish.
 *
 * On a queue of an IAX device whose iaa_cap has SVA_IAACAP_CFB, the device does the work, and the
 * CPU does the rest. On any other queue, the CPU does it all. The CPU uses OpenSSL's libcrypto,
 * which is loaded when it is first needed. The policy of the queue (sva_wq_set_policy()) says how,
 * as for the calls of ops.h. @outcome is NULL, or receives what has been done, by whom and why.
 * Several threads may use one queue.
 *
 * AES-CFB keeps data secret but does not protect them from being changed: authenticate them by
 * other means. Never use an initialization vector twice with the same key.
 *
 * Source: see iax.h.
 */
#ifndef SVA_CIPHER_H
#define SVA_CIPHER_H

#include <sva/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SVA_CFB_BLOCK 16u /* bytes */

/**
 * sva_cfb_encrypt, sva_cfb_decrypt - encrypt or decrypt any number of bytes, @size
 * @dst: receives as many; it must not overlap @src
 * @key: @key_size bytes: 16 (AES-128) or 32 (AES-256)
 * @iv: the initialization vector, SVA_CFB_BLOCK bytes; on success, replaced with the last whole
 *      block of encrypted data, if there was one, from which the next call can continue
 *
 * Data may be processed in several calls: in all except the last, @size is a multiple of
 * SVA_CFB_BLOCK. The library wipes its copies of the key before it returns. The device decrypts
 * parts side by side; it encrypts them one after the other, as each depends on the one before it.
 *
 * Returns 0, or:
 * -EINVAL: NULL, another size of key, buffers that overlap or are beyond the end of the address
 *   space;
 * -ELIBACC: the CPU is needed, and libcrypto.so.3 is missing: install it (Debian: libssl3);
 * -EOPNOTSUPP: SVA_POLICY_NO_CPU is set, and the device cannot do it;
 * -EFAULT, -ETIMEDOUT, -EBADF, -ESTALE, -ENODEV, -EIO: as the calls of ops.h.
 * After an error @iv is unchanged, and the contents of @dst are undefined.
 */
int sva_cfb_encrypt(struct sva_wq *wq, void *dst, const void *src, size_t size, const void *key,
		    size_t key_size, void *iv, struct sva_outcome *outcome);
int sva_cfb_decrypt(struct sva_wq *wq, void *dst, const void *src, size_t size, const void *key,
		    size_t key_size, void *iv, struct sva_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
