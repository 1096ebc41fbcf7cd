/*
 * Load for an echo server: connections that each keep a window of messages
 * under way, for a time.  Every server is driven the same; what comes back is
 * checked: each head, and the whole of each connection's first message.
 *
 * usage: bench-echo-load port pid connections bytes window milliseconds
 * Prints one line of CSV:
 *   connections,bytes,window,messages,seconds,cpu_us,rss_kib
 * cpu_us is what the server's process spent on a message.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/ws.h"
#include "common/xalloc.h"

#define READ_BYTES	(256 * 1024)
#define ADDRESSES	32	/* of 127/8, so that ports do not run out */
#define HANDSHAKE_MS	10000

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
};

static void
die(const char *what)
{
	fprintf(stderr, "bench-echo-load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
seconds(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts) == -1)
		die("clock");
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

static int
dial(unsigned port, unsigned number)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int on = 1, fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number % ADDRESSES);
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		die("bind");
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)port);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		die("connect");
	return fd;
}

/* The answer is read to its last byte: the server says nothing unasked. */
static void
shake_hands(int fd)
{
	struct timeval tv = { HANDSHAKE_MS / 1000, 0 };
	char key[WS_KEY_LEN];
	uint8_t random[16] = { 1 }, answer[2048];
	const char *why = "no answer";
	struct buf b;
	size_t n = 0, used = 0;
	ssize_t got = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	ws_key(random, key);
	buf_init(&b);
	ws_client_request(&b, "localhost", "/raven", NULL, key);
	if (send(fd, b.data, b.len, MSG_NOSIGNAL) != (ssize_t)b.len)
		die("handshake");
	buf_clear(&b);
	while (n < sizeof(answer)) {
		got = recv(fd, answer + n, sizeof(answer) - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (ws_client_check(answer, n, key, &used, &why) == 1)
			return;
	}
	fprintf(stderr, "bench-echo-load: handshake: %s\n", why);
	exit(1);
}

static void
watch(struct load *l, struct client *c, int how)
{
	struct epoll_event ev = { .events = EPOLLIN |
	    (c->waits ? EPOLLOUT : 0), .data.ptr = c };

	if (epoll_ctl(l->epoll, how, c->fd, &ev) == -1)
		die("epoll_ctl");
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
			die("send");
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

	n = recv(c->fd, l->in, READ_BYTES, 0);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("the server closed");
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
		die(path);
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
		die("epoll");
	l->clients = xcalloc(l->n, sizeof(*l->clients));
	for (i = 0; i < l->n; i++) {
		l->clients[i].fd = dial(port, i);
		shake_hands(l->clients[i].fd);
		if (fcntl(l->clients[i].fd, F_SETFL, O_NONBLOCK) == -1)
			die("fcntl");
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
		die("pid");
	make_frames(&l);
	open_all(&l, (unsigned)atoi(argv[1]));
	for (i = 0; i < l.n; i++)
		fill(&l, &l.clients[i]);
	turn_until(&l, seconds(CLOCK_MONOTONIC) + ms * 2e-4);	/* warms up */
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
