/*
 * Idle sessions: opens connections, says HELLO on each as a developer, a
 * participant or an observer in turn, then only answers pings until its
 * standard input ends.
 *
 * usage: bench-hold port connections [d][p][o]
 * Prints "held N" once all have their WELCOME, and at the end "heard N
 * messages, lost N".
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/msg.h"
#include "common/proc.h"
#include "common/ws.h"
#include "common/xalloc.h"
#include "tests/bench/echo/dial.h"

#define AT_ONCE		128	/* sessions without WELCOME, at most */

struct peer {
	int		fd;
	struct ws	ws;
	bool		welcome;
};

struct hold {
	int		 epoll;
	struct peer	*peers;
	unsigned	 n, welcomes, lost;
	uint64_t	 heard;
	const char	*roles;
	struct msg_arena arena;
	uint8_t		 in[65536];
};

static const uint8_t mask[4] = { 0x9d, 0x31, 0x5a, 0xe7 };
static const struct ws_limits limits = { 1u << 24, 1u << 24, 1024, 16 };

/* A few bytes to a socket that has taken all before. */
static void
put(struct peer *p, enum ws_opcode opcode, const void *data, size_t n)
{
	struct buf b;

	buf_init(&b);
	ws_frame(&b, opcode, data, n, mask);
	if (send(p->fd, b.data, b.len, MSG_NOSIGNAL) != (ssize_t)b.len)
		dial_die("send");
	buf_clear(&b);
}

static void
say(struct peer *p, const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	msg_encode(&b, m);
	put(p, WS_BINARY, b.data, b.len);
	buf_clear(&b);
}

static void
say_hello(struct hold *h, unsigned i)
{
	struct msg m = { .id = M_HELLO };
	uint8_t secret[32];
	char cid[32], role = h->roles[i % strlen(h->roles)];

	m.hello.version = RAVEN_PROTOCOL;
	m.hello.role = role == 'd' ? ROLE_DEVELOPER : role == 'p' ?
	    ROLE_PARTICIPANT : ROLE_OBSERVER;
	m.hello.build = m.hello.tab = m.hello.kind = str_of("bench");
	if (role == 'p') {
		snprintf(cid, sizeof(cid), "bench-hold-%u", i);
		m.hello.cid = str_of(cid);
		memset(secret, (int)(i & 0x7f) + 1, sizeof(secret));
		m.hello.secret = (struct bytes){ secret, sizeof(secret) };
		m.hello.slots = 1;
		m.hello.memory = 1u << 28;
	}
	say(&h->peers[i], &m);
}

static void
on_message(struct hold *h, struct peer *p, const struct ws_event *ev)
{
	struct msg_fault fault = { 0 };
	struct msg m, pong = { .id = M_PONG };
	uint32_t id = msg_peek(ev->data, ev->len);

	h->heard++;
	if (id == M_WELCOME && !p->welcome) {
		p->welcome = true;
		h->welcomes++;
	} else if (id == M_PING && msg_decode(&m, ev->data, ev->len, MSG_G,
	    MSG_P, &h->arena, &fault) == E_OK) {
		pong.pong.id = m.ping.id;
		say(p, &pong);
	}
	msg_arena_reset(&h->arena);
}

static void
lose(struct hold *h, struct peer *p, const char *why)
{
	if (h->lost++ == 0)
		fprintf(stderr, "bench-hold: lost a session: %s\n", why);
	close(p->fd);
	p->fd = -1;
}

static void
take(struct hold *h, struct peer *p)
{
	struct ws_event ev;
	size_t used = 0;
	ssize_t n = recv(p->fd, h->in, sizeof(h->in), 0);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		lose(h, p, n == 0 ? "closed" : strerror(errno));
		return;
	}
	do {
		used += ws_recv(&p->ws, h->in + used, (size_t)n - used, &ev);
		if (ev.type == WS_EV_MESSAGE)
			on_message(h, p, &ev);
		else if (ev.type == WS_EV_PING)
			put(p, WS_PONG, ev.data, ev.len);
		else if (ev.type == WS_EV_CLOSE || ev.type == WS_EV_ERROR) {
			lose(h, p, ev.len > 0 ? (const char *)ev.data :
			    "close frame");
			return;
		}
	} while (ev.type != WS_EV_NONE);
}

/* One turn; false when standard input has ended. */
static bool
turn(struct hold *h, int ms)
{
	struct epoll_event evs[256];
	int i, n = epoll_wait(h->epoll, evs, 256, ms);

	for (i = 0; i < n; i++) {
		if (evs[i].data.ptr == NULL)
			return false;
		take(h, evs[i].data.ptr);
	}
	return true;
}

static void
watch(struct hold *h, int fd, void *who)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = who };

	if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		dial_die("epoll_ctl");
}

static void
open_one(struct hold *h, unsigned port, unsigned i)
{
	struct peer *p = &h->peers[i];

	p->fd = dial_gateway(port, i);
	if (fcntl(p->fd, F_SETFL, O_NONBLOCK) == -1)
		dial_die("fcntl");
	ws_init(&p->ws, WS_CLIENT, &limits);
	watch(h, p->fd, p);
	say_hello(h, i);
}

int
main(int argc, char **argv)
{
	static struct hold h;
	unsigned i;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: bench-hold port connections "
		    "[d][p][o]\n");
		return 64;
	}
	proc_raise_files();
	h.n = (unsigned)atoi(argv[2]);
	h.roles = argc == 4 ? argv[3] : "dpo";
	h.peers = xcalloc(h.n, sizeof(*h.peers));
	msg_arena_init(&h.arena);
	if ((h.epoll = epoll_create1(EPOLL_CLOEXEC)) == -1)
		dial_die("epoll");
	for (i = 0; i < h.n; i++) {
		open_one(&h, (unsigned)atoi(argv[1]), i);
		while (i + 1 - h.welcomes - h.lost >= AT_ONCE)
			turn(&h, 1000);
	}
	while (h.welcomes + h.lost < h.n)
		turn(&h, 1000);
	printf("held %u\n", h.n - h.lost);
	fflush(stdout);
	watch(&h, STDIN_FILENO, NULL);
	while (turn(&h, -1))
		;
	printf("heard %ju messages, lost %u\n", (uintmax_t)h.heard, h.lost);
	return 0;
}
