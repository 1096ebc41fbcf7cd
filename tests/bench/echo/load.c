/*
 * Load for an echo server: connections that each keep a window of messages
 * under way, for a time.  Every server is driven the same; what comes back is
 * checked while it warms up: each head, and the whole of each connection's
 * first message.  Then it is only counted, so that not the client is measured.
 *
 * usage: bench-echo-load port pid connections bytes window milliseconds
 * Prints one line of CSV:
 *   connections,bytes,window,messages,seconds,cpu_us,rss_kib
 * cpu_us is what the server's process spent on a message.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/ws.h"
#include "common/xalloc.h"
#include "tests/bench/echo/dial.h"

#define READ_BYTES	(256 * 1024)

static const uint8_t mask[4] = { 0x9d, 0x31, 0x5a, 0xe7 };

struct client {
	int	 fd;
	size_t	 sent, got;	/* bytes of frames */
	bool	 waits;		/* for the socket to take more */
};

struct load {
	int		 epoll;
	struct client	*clients;
	unsigned	 n;
	size_t		 bytes, window;
	uint8_t		*out;		/* a window of frames */
	size_t		 out_frame;	/* bytes of a frame, ours */
	uint8_t		 head[WS_HEAD_MAX];	/* theirs */
	size_t		 head_len;
	uint8_t		*payload;
	uint8_t		*in;
	uint64_t	 messages;
	bool		 checks;
};

static double
seconds(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		dial_die("clock");
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void
make_frames(struct load *l)
{
	struct buf b;
	size_t i, n;

	l->payload = xmalloc(l->bytes);
	for (i = 0; i < l->bytes; i++)
		l->payload[i] = (uint8_t)(i * 7 + (i >> 8));
	l->head_len = ws_head(l->head, WS_BINARY, true, l->bytes, NULL);
	buf_init(&b);
	for (i = 0; i < l->window; i++) {
		n = b.len;
		ws_frame(&b, WS_BINARY, l->payload, l->bytes, mask);
		l->out_frame = b.len - n;
	}
	l->out = b.data;
	l->in = xmalloc(READ_BYTES);
}

static void
watch(struct load *l, struct client *c, int how)
{
	struct epoll_event ev = { .events = EPOLLIN |
	    (c->waits ? EPOLLOUT : 0), .data.ptr = c };

	if (epoll_ctl(l->epoll, how, c->fd, &ev) == -1)
		dial_die("epoll_ctl");
}

static void
fill(struct load *l, struct client *c)
{
	size_t frame = l->head_len + l->bytes, turn = l->out_frame * l->window;
	size_t most = (c->got / frame + l->window) * l->out_frame, n;
	bool waits = false;
	ssize_t sent;

	while (turn > 0 && c->sent < most) {
		n = turn - c->sent % turn;
		if (n > most - c->sent)
			n = most - c->sent;
		sent = send(c->fd, l->out + c->sent % turn, n, MSG_NOSIGNAL);
		if (sent == -1 && errno != EAGAIN)
			dial_die("send");
		if (sent == -1) {
			waits = true;
			break;
		}
		c->sent += (size_t)sent;
	}
	if (waits != c->waits) {
		c->waits = waits;
		watch(l, c, EPOLL_CTL_MOD);
	}
}

/* Compares what came with what must come there. */
static void
check(const struct load *l, size_t at, const uint8_t *p, size_t n)
{
	size_t frame = l->head_len + l->bytes, pos, part, i;

	for (i = 0; i < n; i += part) {
		pos = (at + i) % frame;
		if (pos < l->head_len) {
			part = 1;
			if (p[i] != l->head[pos])
				break;
			continue;
		}
		part = frame - pos < n - i ? frame - pos : n - i;
		if (at + i < frame && memcmp(p + i, l->payload + pos -
		    l->head_len, part) != 0)
			break;
	}
	if (i >= n)
		return;
	fprintf(stderr, "bench-echo-load: not what was sent\n");
	exit(1);
}

static void
take(struct load *l, struct client *c)
{
	size_t frame = l->head_len + l->bytes, before = c->got / frame;
	ssize_t n;

	/* TRUNC: bytes of TCP are dropped without a copy. */
	n = recv(c->fd, l->in, READ_BYTES, l->checks ? 0 : MSG_TRUNC);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0)
		dial_die("the server closed");
	if (l->checks)
		check(l, c->got, l->in, (size_t)n);
	c->got += (size_t)n;
	l->messages += c->got / frame - before;
}

static void
turn_until(struct load *l, double end)
{
	struct epoll_event evs[64];
	struct client *c;
	int i, n;

	while (seconds(CLOCK_MONOTONIC) < end) {
		n = epoll_wait(l->epoll, evs, 64, 100);
		for (i = 0; i < n; i++) {
			c = evs[i].data.ptr;
			if (evs[i].events & ~(uint32_t)EPOLLOUT)
				take(l, c);
			fill(l, c);
		}
	}
}

static unsigned long
resident_kib(const char *pid)
{
	char path[64], line[256];
	unsigned long kib = 0;
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	if ((fp = fopen(path, "r")) == NULL)
		dial_die(path);
	while (fgets(line, sizeof(line), fp) != NULL)
		if (sscanf(line, "VmRSS: %lu", &kib) == 1)
			break;
	fclose(fp);
	return kib;
}

static void
open_all(struct load *l, unsigned port)
{
	unsigned i;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll == -1)
		dial_die("epoll");
	l->clients = xcalloc(l->n, sizeof(*l->clients));
	for (i = 0; i < l->n; i++) {
		l->clients[i].fd = dial_gateway(port, i);
		if (fcntl(l->clients[i].fd, F_SETFL, O_NONBLOCK) == -1)
			dial_die("fcntl");
		watch(l, &l->clients[i], EPOLL_CTL_ADD);
	}
}

int
main(int argc, char **argv)
{
	struct load l = { 0 };
	double ms, start, spent;
	clockid_t clock;
	unsigned i;

	if (argc != 7) {
		fprintf(stderr, "usage: bench-echo-load port pid connections "
		    "bytes window milliseconds\n");
		return 64;
	}
	l.n = (unsigned)atoi(argv[3]);
	l.bytes = (size_t)atol(argv[4]);
	l.window = (size_t)atol(argv[5]);
	ms = atof(argv[6]);
	if (clock_getcpuclockid(atoi(argv[2]), &clock) != 0)
		dial_die("pid");
	make_frames(&l);
	open_all(&l, (unsigned)atoi(argv[1]));
	for (i = 0; i < l.n; i++)
		fill(&l, &l.clients[i]);
	l.checks = true;
	turn_until(&l, seconds(CLOCK_MONOTONIC) + ms * 2e-4);
	l.checks = false;
	l.messages = 0;
	start = seconds(CLOCK_MONOTONIC);
	spent = seconds(clock);
	turn_until(&l, start + ms * 1e-3);
	start = seconds(CLOCK_MONOTONIC) - start;
	spent = seconds(clock) - spent;
	printf("%u,%zu,%zu,%ju,%.4f,%.4f,%lu\n", l.n, l.bytes, l.window,
	    (uintmax_t)l.messages, start,
	    spent * 1e6 / (double)(l.messages == 0 ? 1 : l.messages),
	    resident_kib(argv[2]));
	return 0;
}
