/*
 * Messages with random fields, made from messages.def: fill_NAME() for every
 * message and record.  Lists and texts stay short, so that each message fits
 * its limit.  Memory comes from a pool that the caller empties.
 */
#ifndef RAVEN_TEST_RANDOM_MSG_H
#define RAVEN_TEST_RANDOM_MSG_H

#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "unit/random.h"

#define POOL_SIZE	(1 << 16)
#define LONGEST_TEXT	20
#define LONGEST_LIST	4

struct pool {
	struct random	 r;
	size_t		 used;
	uint64_t	 bytes[POOL_SIZE / 8];
};

static inline void *
pool_take(struct pool *p, size_t n)
{
	void *at = (uint8_t *)p->bytes + p->used;

	n = (n + 7) & ~(size_t)7;
	if (n > POOL_SIZE - p->used)
		abort();
	p->used += n;
	return at;
}

static inline size_t
pool_count(struct pool *p, size_t most, size_t max)
{
	return (size_t)random_below(&p->r, (most < max ? most : max) + 1);
}

static inline struct bytes
pool_bytes(struct pool *p, size_t max)
{
	size_t n = pool_count(p, LONGEST_TEXT, max), i;
	uint8_t *at = pool_take(p, n);
	struct bytes b = { at, n };

	for (i = 0; i < n; i++)
		at[i] = (uint8_t)random_next(&p->r);
	return b;
}

static inline struct str
pool_str(struct pool *p, size_t max)
{
	static const char *const chars[] = {
		"r", "0", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\xa6"
	};
	size_t n = pool_count(p, LONGEST_TEXT, max), len = 0, k;
	char *at = pool_take(p, n);
	struct str s = { at, 0 };
	const char *c;

	for (;;) {
		c = chars[random_below(&p->r, 6)];
		k = strlen(c);
		if (len + k > n)
			break;
		memcpy(at + len, c, k);
		len += k;
	}
	s.n = len;
	return s;
}

static inline double
pool_double(struct pool *p)
{
	return (double)(int64_t)random_next(&p->r) / 1048576.0;
}

#define F_U(n)		m->n = random_u64(&p->r);
#define F_I(n)		m->n = (int64_t)random_u64(&p->r);
#define F_F(n)		m->n = pool_double(p);
#define F_B(n)		m->n = random_below(&p->r, 2) != 0;
#define F_S(n, max)	m->n = pool_str(p, max);
#define F_X(n, max)	m->n = pool_bytes(p, max);
#define F_US(name, max) {						\
	size_t i_, n_ = pool_count(p, LONGEST_LIST, max);		\
	uint64_t *v_ = pool_take(p, n_ * sizeof(*v_));			\
	for (i_ = 0; i_ < n_; i_++)					\
		v_[i_] = random_u64(&p->r);				\
	m->name.v = v_;							\
	m->name.n = n_;							\
}
#define F_IS(name, max) {						\
	size_t i_, n_ = pool_count(p, LONGEST_LIST, max);		\
	int64_t *v_ = pool_take(p, n_ * sizeof(*v_));			\
	for (i_ = 0; i_ < n_; i_++) {					\
		v_[i_] = (int64_t)random_u64(&p->r);			\
		if (random_below(&p->r, 2) != 0)			\
			v_[i_] = -(v_[i_] & INT64_MAX);			\
	}								\
	m->name.v = v_;							\
	m->name.n = n_;							\
}
#define F_L(name, rec, max) {						\
	size_t i_, n_ = pool_count(p, LONGEST_LIST, max);		\
	struct rec_##rec *v_ = pool_take(p, n_ * sizeof(*v_));		\
	for (i_ = 0; i_ < n_; i_++)					\
		fill_rec_##rec(p, &v_[i_]);				\
	m->name.v = v_;							\
	m->name.n = n_;							\
}

#define RECORD(name, fields)						\
static inline void							\
fill_rec_##name(struct pool *p, struct rec_##name *m)			\
{									\
	fields								\
}
#define MSG(id, NAME, name, from, to, max_bytes, fields)		\
static inline void							\
fill_##name(struct pool *p, struct msg_##name *m)			\
{									\
	fields								\
}
#include "common/messages.def"

#undef F_U
#undef F_I
#undef F_F
#undef F_B
#undef F_S
#undef F_X
#undef F_US
#undef F_IS
#undef F_L

static inline void
fill_msg(struct pool *p, struct msg *m, enum msg_id which)
{
	memset(m, 0, sizeof(*m));
	m->id = which;
	switch (which) {
#define MSG(id, NAME, name, from, to, max_bytes, fields)		\
	case M_##NAME:							\
		fill_##name(p, &m->name);				\
		break;
#include "common/messages.def"
	}
}

#endif
