/*
 * What is asked of Redis besides writing: look-ups for HELLO, and the sweep
 * that collects tensors nobody refers to any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/log.h"
#include "store_redis_priv.h"

#define DATA_PREFIX	"raven:data:"
#define PAGE		1000

struct asked {
	STAILQ_ENTRY(asked)	 entry;	/* while it waits for the start */
	store_reply		 fn;
	void			*arg;
	struct buf		 key;
};

static void
asked_end(struct asked *a, const redisReply *r)
{
	if (r != NULL && r->type == REDIS_REPLY_ARRAY)
		redis_answer_hash(r, a->fn, a->arg);
	else
		a->fn(a->arg, false, NULL, 0);
	buf_clear(&a->key);
	xfree(a);
}

static void
on_got(redisAsyncContext *ac, void *reply, void *arg)
{
	(void)ac;
	asked_end(arg, reply);
}

static void
asked_send(struct store_redis *s, struct asked *a)
{
	if (!s->up || redisAsyncCommand(s->ac, on_got, a, "HGETALL %b",
	    a->key.data, a->key.len) != REDIS_OK)
		asked_end(a, NULL);
}

/*
 * After a start all sessions say HELLO at once, before the connection stands:
 * they wait for it.  Later nobody does, but is told that Redis is away.
 */
void
redis_ask_waiting(struct store_redis *s)
{
	struct asked *a;

	s->starting = false;
	while ((a = STAILQ_FIRST(&s->asked)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->asked, entry);
		asked_send(s, a);
	}
}

void
redis_get(struct store *st, struct bytes key, store_reply fn, void *arg)
{
	struct store_redis *s = (struct store_redis *)st;
	struct asked *a = xcalloc(1, sizeof(*a));

	a->fn = fn;
	a->arg = arg;
	buf_init(&a->key);
	buf_add(&a->key, key.p, key.n);
	if (s->starting)
		STAILQ_INSERT_TAIL(&s->asked, a, entry);
	else
		asked_send(s, a);
}

static uint64_t
info_number(const char *info, const char *name)
{
	const char *at = strstr(info, name);

	return at == NULL ? 0 : strtoull(at + strlen(name), NULL, 10);
}

static void
on_memory(redisAsyncContext *ac, void *reply, void *arg)
{
	struct store_redis *s = arg;
	const redisReply *r = reply;
	uint64_t most, used;

	(void)ac;
	if (r == NULL || r->type != REDIS_REPLY_STRING)
		return;
	most = info_number(r->str, "\nmaxmemory:");
	used = info_number(r->str, "\nused_memory:");
	if (s->crowded != (most > 0 && used > most / 5 * 4))
		log_warnx("redis", "%s used=%llu maxmemory=%llu", s->crowded ?
		    "has room again" : "is nearly full",
		    (unsigned long long)used, (unsigned long long)most);
	s->crowded = most > 0 && used > most / 5 * 4;
}

bool
store_redis_crowded(struct store *st)
{
	struct store_redis *s = (struct store_redis *)st;

	if (s->up)
		redisAsyncCommand(s->ac, on_memory, s, "INFO memory");
	return s->crowded;
}

struct idle {
	struct store_redis	*s;
	uint8_t			 digest[DIGEST_LEN];
};

static void
on_idle(redisAsyncContext *ac, void *reply, void *arg)
{
	struct idle *x = arg;
	const redisReply *r = reply;
	char hex[DIGEST_HEX];

	if (r != NULL && r->type == REDIS_REPLY_INTEGER && x->s->up &&
	    (uint64_t)r->integer >= x->s->idle_s &&
	    !x->s->refers(x->s->refers_arg, x->digest)) {
		digest_hex(x->digest, hex);
		redisAsyncCommand(ac, NULL, NULL, "DEL " DATA_PREFIX "%s", hex);
		log_debug("redis", "collected digest=%s", hex);
	}
	xfree(x);
}

static void
sweep_key(struct store_redis *s, redisAsyncContext *ac, const redisReply *key)
{
	struct idle *x;
	uint8_t digest[DIGEST_LEN];
	size_t n = sizeof(DATA_PREFIX) - 1;

	if (key->len < n || digest_parse(key->str + n, key->len - n, digest)
	    != 0 || s->refers(s->refers_arg, digest))
		return;
	x = xmalloc(sizeof(*x));
	x->s = s;
	memcpy(x->digest, digest, DIGEST_LEN);
	if (redisAsyncCommand(ac, on_idle, x, "OBJECT IDLETIME %b", key->str,
	    (size_t)key->len) != REDIS_OK)
		xfree(x);
}

static void sweep_page(struct store_redis *);

/* The next page at once: what comes in must not outrun the sweep. */
static void
on_page(redisAsyncContext *ac, void *reply, void *arg)
{
	struct store_redis *s = arg;
	const redisReply *r = reply;
	size_t i;

	if (r == NULL)
		return;		/* lost; on_down has ended the sweep */
	s->sweeping = false;
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || !s->up)
		return;
	snprintf(s->cursor, sizeof(s->cursor), "%s", r->element[0]->str);
	for (i = 0; i < r->element[1]->elements; i++)
		sweep_key(s, ac, r->element[1]->element[i]);
	if (strcmp(s->cursor, "0") != 0)
		sweep_page(s);
}

static void
sweep_page(struct store_redis *s)
{
	s->sweeping = redisAsyncCommand(s->ac, on_page, s,
	    "SCAN %s MATCH " DATA_PREFIX "* COUNT %d", s->cursor, PAGE) ==
	    REDIS_OK;
}

void
store_redis_sweep(struct store *st, uint64_t idle_s,
    bool (*refers)(void *, const uint8_t *), void *arg)
{
	struct store_redis *s = (struct store_redis *)st;

	if (!s->up || s->sweeping)
		return;
	s->idle_s = idle_s;
	s->refers = refers;
	s->refers_arg = arg;
	sweep_page(s);
}
