/*
 * The file of a native worker's CID and secret: two lines of text, 0600, in a
 * folder that only its owner enters; replaced as a whole.
 * Must not print the secret.  Dies of: nothing.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/proc.h"
#include "identity.h"

_Static_assert(IDENTITY_SECRET == DIGEST_LEN, "written as a digest is");

static int
file_path(char *path, size_t len, const char *state_dir, unsigned slot,
    const char *suffix, char *err, size_t err_len)
{
	int n = snprintf(path, len, "%s/workers/native-%u%s", state_dir, slot,
	    suffix);

	if (n < 0 || (size_t)n >= len) {
		snprintf(err, err_len, "%s: the path is too long", state_dir);
		return -1;
	}
	return 0;
}

int
identity_keep(const struct identity *id, const char *state_dir, unsigned slot,
    char *err, size_t len)
{
	char path[PATH_MAX], temporary[PATH_MAX], hex[DIGEST_HEX], text[256];
	int fd, n;

	if (file_path(path, sizeof(path), state_dir, slot, "", err,
	    len) == -1 ||
	    file_path(temporary, sizeof(temporary), state_dir, slot, ".new",
	    err, len) == -1)
		return -1;
	snprintf(text, sizeof(text), "%s/workers", state_dir);
	if (mkdir(text, 0700) == -1 && errno != EEXIST) {
		snprintf(err, len, "%s: %s", text, strerror(errno));
		return -1;
	}
	digest_hex(id->secret, hex);
	n = snprintf(text, sizeof(text), "%s\n%s\n", id->cid, hex);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, text, (size_t)n) != n || close(fd) == -1 ||
	    rename(temporary, path) == -1) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

static int
renew(struct identity *id, const char *state_dir, unsigned slot,
    const char *suffix, char *err, size_t len)
{
	snprintf(id->cid, sizeof(id->cid), "native-%u%s", slot, suffix);
	proc_random(id->secret, sizeof(id->secret));
	return identity_keep(id, state_dir, slot, err, len);
}

int
identity_renew(struct identity *id, const char *state_dir, unsigned slot,
    char *err, size_t len)
{
	unsigned char random[4];
	char suffix[16];

	proc_random(random, sizeof(random));
	snprintf(suffix, sizeof(suffix), "-%02x%02x%02x%02x", random[0],
	    random[1], random[2], random[3]);
	return renew(id, state_dir, slot, suffix, err, len);
}

static int
parse(struct identity *id, char *text)
{
	char *hex = strchr(text, '\n');
	size_t n;

	if (hex == NULL || hex == text ||
	    (size_t)(hex - text) >= sizeof(id->cid))
		return -1;
	*hex++ = '\0';
	n = strcspn(hex, "\n");
	if (digest_parse(hex, n, id->secret) == -1)
		return -1;
	snprintf(id->cid, sizeof(id->cid), "%.64s", text);
	return 0;
}

int
identity_load(struct identity *id, const char *state_dir, unsigned slot,
    char *err, size_t len)
{
	char path[PATH_MAX], text[256];
	ssize_t n;
	int fd;

	if (file_path(path, sizeof(path), state_dir, slot, "", err, len) == -1)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return renew(id, state_dir, slot, "", err, len);
	if (fd == -1 || (n = read(fd, text, sizeof(text) - 1)) == -1) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	close(fd);
	text[n] = '\0';
	if (parse(id, text) == -1)
		return identity_renew(id, state_dir, slot, err, len);
	return 0;
}
