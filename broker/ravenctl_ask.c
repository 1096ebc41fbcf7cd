/*
 * One question to a process of the server, one answer, blocking.
 * Must not wait longer than a person would.
 * Dies of: nothing; a server that is down is normal.
 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "broker/ravenctl.h"
#include "common/frame.h"

#define WAIT_S	2

static int
open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct timeval tv = { WAIT_S, 0 };
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
send_question(int fd, const char *what, const char *arg)
{
	struct msg m = { .id = M_QUERY };
	struct buf b;
	int rc;

	m.query.what = str_of(what);
	m.query.arg = str_of(arg);
	buf_init(&b);
	frame_write(&b, 0, &m);
	rc = send(fd, b.data, b.len, MSG_NOSIGNAL) == (ssize_t)b.len ? 0 : -1;
	buf_clear(&b);
	return rc;
}

static int
receive(int fd, struct buf *in, size_t max, struct bytes *body)
{
	uint64_t session;
	int64_t n;
	ssize_t got;

	while ((n = frame_read(in->data, in->len, max, &session, body)) == 0) {
		buf_grow(in, 65536);
		got = recv(fd, in->data + in->len - 65536, 65536, 0);
		in->len -= 65536 - (got > 0 ? (size_t)got : 0);
		if (got == 0)
			errno = ECONNRESET;
		if (got <= 0)
			return -1;
	}
	errno = EBADMSG;
	return n > 0 ? 0 : -1;
}

static int
take_answer(struct bytes body, uint8_t from, struct buf *answer)
{
	struct msg_fault fault = { 0 };
	struct msg_arena arena;
	struct msg m;
	int rc = -1;

	msg_arena_init(&arena);
	if (msg_decode(&m, body.p, body.n, from, MSG_C, &arena, &fault) ==
	    E_OK && m.id == M_ANSWER) {
		buf_add(answer, m.answer.text.p, m.answer.text.n);
		rc = 0;
	}
	msg_arena_clear(&arena);
	errno = EBADMSG;
	return rc;
}

int
ctl_ask(struct ctl *c, const char *socket, uint8_t from, const char *what,
    const char *arg, struct buf *answer, char *err, size_t len)
{
	char path[512];
	struct bytes body;
	struct buf in;
	int fd, rc = -1;

	buf_init(&in);
	conf_run_path(c->conf, socket, path, sizeof(path));
	fd = open_socket(path);
	if (fd != -1 && send_question(fd, what, arg) == 0 &&
	    receive(fd, &in, c->conf->ipc_bytes, &body) == 0 &&
	    take_answer(body, from, answer) == 0)
		rc = 0;
	if (rc == -1)
		snprintf(err, len, "%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	buf_clear(&in);
	return rc;
}
