/*
 * Who a native worker is: its CID and secret, kept in a private file so that
 * estimates and credibility outlive a restart.  Native only.
 */
#ifndef RAVEN_IDENTITY_H
#define RAVEN_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#define IDENTITY_SECRET	32

struct identity {
	char	cid[65];
	uint8_t	secret[IDENTITY_SECRET];
};

/* Reads state_dir/workers/native-SLOT, or draws one and writes it.  0, or -1
 * with what is wrong in err. */
int	 identity_load(struct identity *, const char *state_dir, unsigned slot,
	    char *err, size_t);
/* Draws another CID and secret (the server knows ours with another secret). */
int	 identity_renew(struct identity *, const char *state_dir, unsigned slot,
	    char *err, size_t);
/* Keeps a CID that the server gave. */
int	 identity_keep(const struct identity *, const char *state_dir,
	    unsigned slot, char *err, size_t);

#endif
