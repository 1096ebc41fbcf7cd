/*
 * The state folder and its lock.
 * Must not touch what is in the folder besides the lock.
 * Dies of: nothing.
 */
#include <sys/file.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/lock.h"
#include "common/log.h"
#include "common/proc.h"

#define GRACE_US	5000000ull	/* beyond the former one's drain_ms */
#define POLL_US		100000

static int
make_folder(const char *path, char *err, size_t len)
{
	if (mkdir(path, 0750) == 0 || errno == EEXIST)
		return 0;
	snprintf(err, len, "%s: cannot make the folder: %s; make it, or set "
	    "another state_dir or run_dir", path, strerror(errno));
	return -1;
}

static long
read_pid(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return atol(text);
}

/* A number may have been given to another program since. */
static bool
is_brokerd(long pid)
{
	char path[64], name[32] = "";
	bool is;
	FILE *fp;

	if (pid <= 0 || (kill((pid_t)pid, 0) == -1 && errno == ESRCH))
		return false;
	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	if ((fp = fopen(path, "re")) == NULL)
		return true;	/* hidden: believe the file */
	is = fgets(name, sizeof(name), fp) == NULL ||
	    strncmp(name, "brokerd", 7) == 0;
	fclose(fp);
	return is;
}

static enum lock
wait_for_children(const struct conf *conf, int fd, char *err, size_t len)
{
	uint64_t end = proc_now_us() + conf->drain_ms * 1000 + GRACE_US;

	log_info("lock", "waiting for children of a former brokerd dir=%s",
	    conf->state_dir);
	while (proc_now_us() < end) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return LOCK_HELD;
		usleep(POLL_US);
	}
	snprintf(err, len, "%s/lock: children of a former brokerd (pid %ld) "
	    "still run; end them (fuser %s/lock names them)", conf->state_dir,
	    read_pid(fd), conf->state_dir);
	return LOCK_FAILED;
}

static enum lock
take(const struct conf *conf, int fd, char *err, size_t len)
{
	long pid;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return LOCK_HELD;
	if (errno != EWOULDBLOCK) {
		snprintf(err, len, "%s/lock: %s", conf->state_dir,
		    strerror(errno));
		return LOCK_FAILED;
	}
	pid = read_pid(fd);
	if (!is_brokerd(pid))
		return wait_for_children(conf, fd, err, len);
	snprintf(err, len, "brokerd (pid %ld) already runs on %s; stop it, or "
	    "set another state_dir", pid, conf->state_dir);
	return LOCK_TAKEN;
}

enum lock
lock_take(const struct conf *conf, int *out, char *err, size_t len)
{
	char path[512], text[32];
	enum lock rc;
	int fd, n;

	if (make_folder(conf->state_dir, err, len) == -1 ||
	    make_folder(conf_run_path(conf, "", path, sizeof(path)), err,
	    len) == -1)
		return LOCK_FAILED;
	snprintf(path, sizeof(path), "%s/lock", conf->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		return LOCK_FAILED;
	}
	rc = take(conf, fd, err, len);
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (rc == LOCK_HELD && (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, text, (size_t)n, 0) != n)) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		rc = LOCK_FAILED;
	}
	if (rc != LOCK_HELD)
		close(fd);
	*out = fd;
	return rc;
}
