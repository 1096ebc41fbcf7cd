/*
 * The append-only file after a power failure.
 * Must not throw bytes away: what is cut off goes to a file beside it.
 * Dies of: nothing.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "broker/repair.h"
#include "broker/spawn.h"

#define OUTPUT_MAX	65536	/* bytes of the checker's output looked at */
#define FOLDER		"redis/appendonlydir"

/* redis-check-aof lies where redis-server does. */
static void
checker_path(const struct conf *conf, char *buf, size_t len)
{
	const char *slash = strrchr(conf->redis_server, '/');
	int n = slash != NULL ? (int)(slash + 1 - conf->redis_server) : 0;

	snprintf(buf, len, "%.*sredis-check-aof", n, conf->redis_server);
}

static void
manifest_path(const struct conf *conf, char *buf, size_t len)
{
	snprintf(buf, len, "%s/" FOLDER "/appendonly.aof.manifest",
	    conf->state_dir);
}

static void
output_path(const struct conf *conf, char *buf, size_t len)
{
	snprintf(buf, len, "%s/redis/check.log", conf->state_dir);
}

int
repair_start(const struct conf *conf, int lock_fd)
{
	char checker[512], manifest[512], output[512];
	char *argv[] = { checker, manifest, NULL };
	struct spawn s = { .path = checker, .argv = argv, .in = -1,
	    .fds = { lock_fd }, .n_fds = 1, .death_signal = SIGTERM };
	int pid;

	checker_path(conf, checker, sizeof(checker));
	manifest_path(conf, manifest, sizeof(manifest));
	output_path(conf, output, sizeof(output));
	if (access(manifest, F_OK) == -1)
		return -1;
	s.out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s.out == -1)
		return -1;
	pid = spawn_program(&s);
	close(s.out);
	return pid;
}

bool
repair_parse(const char *output, struct damage *d)
{
	static const char head[] = "AOF analyzed: filename=";
	const char *p = output;

	while ((p = strstr(p, head)) != NULL) {
		p += sizeof(head) - 1;
		if (sscanf(p, "%255[^,/\n], size=%" SCNu64 ", ok_up_to=%"
		    SCNu64, d->file, &d->size, &d->sound) == 3 &&
		    d->sound < d->size)
			return true;
	}
	return false;
}

static bool
read_output(const struct conf *conf, char *buf, size_t len)
{
	char path[512];
	ssize_t n;
	int fd;

	output_path(conf, path, sizeof(path));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	n = read(fd, buf, len - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The tail from sound on goes to path; 0, or -1 with errno. */
static int
save_tail(int fd, const struct damage *d, const char *path)
{
	size_t n = (size_t)(d->size - d->sound);
	char *tail = xmalloc(n);
	int out, rc = -1;

	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out != -1 && pread(fd, tail, n, (off_t)d->sound) == (ssize_t)n &&
	    write(out, tail, n) == (ssize_t)n && fsync(out) == 0)
		rc = 0;
	if (out != -1)
		close(out);
	xfree(tail);
	return rc;
}

static int
cut(const struct conf *conf, const struct damage *d, char *kept, size_t len)
{
	char path[800];
	struct stat st;
	int fd, rc = -1;

	snprintf(path, sizeof(path), "%s/" FOLDER "/%s", conf->state_dir,
	    d->file);
	snprintf(kept, len, "%s/redis/%s.cut-%lld", conf->state_dir, d->file,
	    (long long)time(NULL));
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) == -1)
		return -1;
	if (fstat(fd, &st) == 0 && (uint64_t)st.st_size == d->size &&
	    save_tail(fd, d, kept) == 0 &&
	    ftruncate(fd, (off_t)d->sound) == 0 && fsync(fd) == 0)
		rc = 0;
	close(fd);
	return rc;
}

enum repair
repair_finish(const struct conf *conf, char *text, size_t len)
{
	char *output = xmalloc(OUTPUT_MAX), manifest[512], kept[800];
	struct damage d;
	bool damaged;

	*text = '\0';
	damaged = read_output(conf, output, OUTPUT_MAX) &&
	    repair_parse(output, &d);
	xfree(output);
	if (!damaged)
		return REPAIR_SOUND;
	manifest_path(conf, manifest, sizeof(manifest));
	if (d.size - d.sound < REPAIR_TAIL &&
	    cut(conf, &d, kept, sizeof(kept)) == 0) {
		snprintf(text, len, "the last %" PRIu64 " bytes of %s were "
		    "damaged; cut off and kept in %s", d.size - d.sound,
		    d.file, kept);
		return REPAIR_DONE;
	}
	snprintf(text, len, "%s is damaged after %" PRIu64 " of %" PRIu64
	    " bytes; copy %s/" FOLDER ", then run: redis-check-aof --fix %s",
	    d.file, d.sound, d.size, conf->state_dir, manifest);
	return REPAIR_REFUSED;
}
