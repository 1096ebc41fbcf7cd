/*
 * Hash table of the scheduler core.  Deletion shifts the run back, so that
 * there are no tombstones; it is never iterated (order would depend on the
 * seed).
 */
#include "map.h"

#include "common/xalloc.h"

uint64_t
map_mix(uint64_t seed, uint64_t key)
{
	uint64_t x = key ^ seed;

	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93u;
	x = (x ^ (x >> 29)) + seed;
	x = (x ^ (x >> 32)) * 0xa0761d6478bd642fu;
	return x ^ (x >> 32);
}

void
map_init(struct map *m, uint64_t seed)
{
	*m = (struct map){ .seed = seed };
}

void
map_clear(struct map *m)
{
	xfree(m->slots);
	map_init(m, m->seed);
}

static uint32_t
map_home(const struct map *m, uint64_t key)
{
	return (uint32_t)map_mix(m->seed, key) & (m->cap - 1);
}

/* The slot of key, or the free one where it would go. */
static uint32_t
map_find(const struct map *m, uint64_t key)
{
	uint32_t i = map_home(m, key);

	while (m->slots[i].used && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

uint32_t
map_get(const struct map *m, uint64_t key)
{
	uint32_t i;

	if (m->n == 0)
		return MAP_NONE;
	i = map_find(m, key);
	return m->slots[i].used ? m->slots[i].value : MAP_NONE;
}

static void
map_grow(struct map *m)
{
	struct map_slot *old = m->slots;
	uint32_t i, cap = m->cap;

	m->cap = cap ? cap * 2 : 16;
	m->slots = xcalloc(m->cap, sizeof(*m->slots));
	for (i = 0; i < cap; i++) {
		if (old[i].used)
			m->slots[map_find(m, old[i].key)] = old[i];
	}
	xfree(old);
}

void
map_put(struct map *m, uint64_t key, uint32_t value)
{
	uint32_t i;

	if ((m->n + 1) * 3 > m->cap * 2)
		map_grow(m);
	i = map_find(m, key);
	if (!m->slots[i].used)
		m->n++;
	m->slots[i] = (struct map_slot){ key, value, 1 };
}

void
map_del(struct map *m, uint64_t key)
{
	uint32_t i, j, home, mask = m->cap - 1;

	if (m->n == 0)
		return;
	i = map_find(m, key);
	if (!m->slots[i].used)
		return;
	m->n--;
	for (j = (i + 1) & mask; m->slots[j].used; j = (j + 1) & mask) {
		home = map_home(m, m->slots[j].key);
		/* Moves back unless its home lies between the hole and it. */
		if (((j - home) & mask) >= ((j - i) & mask)) {
			m->slots[i] = m->slots[j];
			i = j;
		}
	}
	m->slots[i].used = 0;
}
