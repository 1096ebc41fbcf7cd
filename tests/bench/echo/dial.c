/*
 * How the load clients reach a server: from several loopback addresses, so
 * that ports do not run out, and through the WebSocket handshake.
 * Dies of: anything that goes wrong.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "common/ws.h"
#include "tests/bench/echo/dial.h"

#define ADDRESSES	32	/* of 127/8 */
#define HANDSHAKE_MS	10000

void
dial_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
connect_from(unsigned port, unsigned number)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int on = 1, fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		dial_die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number % ADDRESSES);
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		dial_die("bind");
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)port);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		dial_die("connect");
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
		dial_die("handshake");
	buf_clear(&b);
	while (n < sizeof(answer)) {
		got = recv(fd, answer + n, sizeof(answer) - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (ws_client_check(answer, n, key, &used, &why) == 1)
			return;
	}
	fprintf(stderr, "bench: handshake: %s\n", why);
	exit(1);
}

int
dial_gateway(unsigned port, unsigned number)
{
	int fd = connect_from(port, number);

	shake_hands(fd);
	return fd;
}
