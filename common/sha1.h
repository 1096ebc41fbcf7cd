/*
 * SHA-1 (FIPS 180-4), only because the WebSocket handshake asks for it.  It
 * protects nothing; digests of tensors are BLAKE3 (digest.h).
 */
#ifndef RAVEN_SHA1_H
#define RAVEN_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_LEN	20

void	 sha1_of(const void *, size_t, uint8_t [SHA1_LEN]);

#endif
