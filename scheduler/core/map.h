/*
 * A hash table from 64-bit keys to 32-bit numbers: open addressing, linear
 * probing, mixed with a secret seed, since strangers choose some keys.
 */
#ifndef RAVEN_SCHED_MAP_H
#define RAVEN_SCHED_MAP_H

#include <stdint.h>

#define MAP_NONE	0xffffffffu

struct map_slot {
	uint64_t	key;
	uint32_t	value;
	uint32_t	used;
};

struct map {
	struct map_slot	*slots;
	uint64_t	 seed;
	uint32_t	 cap;		/* a power of two, or 0 */
	uint32_t	 n;
};

void		 map_init(struct map *, uint64_t seed);
void		 map_clear(struct map *);
/* or MAP_NONE */
uint32_t	 map_get(const struct map *, uint64_t key);
void		 map_put(struct map *, uint64_t key, uint32_t value);
void		 map_del(struct map *, uint64_t key);
uint64_t	 map_mix(uint64_t seed, uint64_t key);

#endif
