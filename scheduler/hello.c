/*
 * HELLO: whose token, which CID.  The record is asked first; the core is told
 * with the answer.  Tokens and secrets come hashed.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "common/text.h"
#include "server_priv.h"

struct hello {
	struct server	*sv;
	uint64_t	 handle;
	struct buf	 bytes;
};

static void
hello_refuse(struct hello *h, enum error code, const char *text)
{
	struct seat *seat = seat_of(h->sv, h->handle);
	struct msg m = { .id = M_REFUSE, .refuse = { .what = SUBJECT_SESSION,
		.code = code } };

	m.refuse.text = str_of(text);
	if (code == E_UNAVAILABLE)
		m.refuse.retry_ms = 1000;
	if (seat != NULL)
		ipc_send(seat->link->ipc, seat->id, &m);
}

/* The message again: it was kept as bytes while the record was asked. */
static bool
hello_open(struct hello *h, struct msg *m)
{
	struct msg_fault fault;

	msg_arena_reset(&h->sv->arena);
	return msg_decode(m, h->bytes.data, h->bytes.len, MSG_D, MSG_S,
	    &h->sv->arena, &fault) == E_OK;
}

static void
hello_free(struct hello *h)
{
	buf_clear(&h->bytes);
	xfree(h);
}

static void
hello_tell(struct hello *h, const char *owner, size_t owner_len,
    const struct sched_client *client)
{
	struct sched_event e = { .kind = SCHED_HELLO, .session = h->handle,
		.client = client };
	uint8_t random[8];
	struct text cid;
	struct msg m;

	if (seat_of(h->sv, h->handle) == NULL || !hello_open(h, &m))
		return;
	text_init(&cid);
	if (m.hello.role == ROLE_PARTICIPANT && m.hello.cid.n == 0) {
		proc_random(random, sizeof(random));
		text_add_hex(&cid, random, sizeof(random));
	}
	e.msg = &m;
	e.owner = (struct str){ owner, owner_len };
	e.cid = text_str(&cid);
	server_event(h->sv, &e);
}

static void
on_client(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct hello *h = arg;
	struct sched_client c = { .known = n > 0 };
	struct bytes secret = sched_field(f, n, "secret");

	if (!ok) {
		hello_refuse(h, E_UNAVAILABLE, "Redis does not answer.");
		hello_free(h);
		return;
	}
	c.first = sched_number(f, n, "first");
	c.groups = sched_number(f, n, "groups");
	c.ops = sched_number(f, n, "ops");
	c.compute_us = sched_number(f, n, "compute_us");
	c.lost = sched_number(f, n, "lost");
	c.refused = sched_number(f, n, "refused");
	c.estimates = sched_field(f, n, "estimates");
	if (c.known && digest_parse((const char *)secret.p, secret.n, c.secret)
	    != 0)
		c.known = false;
	hello_tell(h, "", 0, &c);
	hello_free(h);
}

static void
on_token(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct hello *h = arg;
	struct bytes owner = sched_field(f, n, "owner");
	struct bytes rights = sched_field(f, n, "rights");
	uint64_t expiry = sched_number(f, n, "expiry");
	struct msg m;
	char right;

	right = hello_open(h, &m) && m.hello.role == ROLE_DEVELOPER ? 'd' : 'o';
	if (!ok)
		hello_refuse(h, E_UNAVAILABLE, "Redis does not answer.");
	else if (n == 0 || owner.n == 0)
		hello_refuse(h, E_BAD_TOKEN, "The token is not known.");
	else if (expiry != 0 && expiry < (uint64_t)time(NULL))
		hello_refuse(h, E_BAD_TOKEN, "The token has expired.");
	else if (rights.n == 0 || memchr(rights.p, right, rights.n) == NULL)
		hello_refuse(h, E_BAD_TOKEN,
		    "The token does not give this right.");
	else
		hello_tell(h, (const char *)owner.p, owner.n, NULL);
	hello_free(h);
}

static void
hello_token(struct hello *h, struct bytes token)
{
	char hex[DIGEST_HEX];
	struct text key;

	if (token.n != DIGEST_LEN) {
		hello_refuse(h, E_BAD_TOKEN, "A token is needed here.");
		hello_free(h);
		return;
	}
	digest_hex(token.p, hex);
	text_init(&key);
	text_add(&key, "raven:token:");
	text_add(&key, hex);
	h->sv->st->ops->get(h->sv->st, text_bytes(&key), on_token, h);
}

void
hello_take(struct server *sv, uint64_t handle, struct bytes body)
{
	struct hello *h = xcalloc(1, sizeof(*h));
	struct text key;
	struct msg m;

	h->sv = sv;
	h->handle = handle;
	buf_init(&h->bytes);
	buf_add(&h->bytes, body.p, body.n);
	if (!hello_open(h, &m)) {
		hello_free(h);
		return;
	}
	if (m.hello.role != ROLE_PARTICIPANT && sv->proc->conf->tokens) {
		hello_token(h, m.hello.token);
		return;
	}
	if (m.hello.role != ROLE_PARTICIPANT) {
		hello_tell(h, "local", 5, NULL);
		hello_free(h);
		return;
	}
	if (m.hello.cid.n == 0) {
		hello_tell(h, "", 0, NULL);
		hello_free(h);
		return;
	}
	text_init(&key);
	text_add(&key, "raven:client:");
	text_add_str(&key, m.hello.cid);
	sv->st->ops->get(sv->st, text_bytes(&key), on_client, h);
}
