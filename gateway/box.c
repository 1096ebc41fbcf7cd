/*
 * Shuts the gateway in, since it reads every stranger's bytes: no dump of its
 * memory, no new rights, and by Landlock no file to write or run and few to
 * read.  Sockets stay: it must reach the scheduler and Redis again.
 *
 * Must come after the sockets are bound.
 * Dies of: nothing; an old kernel is said in the log.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "gateway/box.h"

/* The leak checker of sanitized builds reads its own threads there. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	"/proc"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED	"/proc"
#endif
#endif
#ifndef SANITIZED
#define SANITIZED	"/dev/null"
#endif

#define READ	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* All that the first version of Landlock knows. */
#define ALL	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	READ | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What is below path may be read; a path that is not there is left out. */
static void
allow(int rules, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = READ };
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd == -1)
		return;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0) == -1) {
		/* A file takes no rights of folders. */
		rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
		if (syscall(SYS_landlock_add_rule, rules,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == -1)
			log_warn("box", "cannot allow path=%s", path);
	}
	close(fd);
}

/* The folder of a file: an editor may put a new one in its place. */
static void
allow_folder_of(int rules, const char *file)
{
	char folder[1024];
	const char *slash = strrchr(file, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - file);

	if (n >= sizeof(folder))
		return;
	memcpy(folder, file, n);
	folder[n] = '\0';
	allow(rules, slash == NULL ? "." : n == 0 ? "/" : folder);
}

static void
shut_files(const struct conf *conf, const char *conf_path)
{
	/* Names of an external Redis; the null device for the spare. */
	static const char *const always[] = { "/etc", "/usr/lib", "/lib",
		"/dev/null", "/run/systemd/resolve", SANITIZED };
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL };
	char path[512];
	size_t i;
	int rules;

	rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr),
	    0);
	if (rules == -1) {
		log_warn("box", "no Landlock: files stay open to this process");
		return;
	}
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		allow(rules, always[i]);
	allow(rules, conf->www_dir);
	allow(rules, conf_run_path(conf, "", path, sizeof(path)));
	if (conf_path != NULL)
		allow_folder_of(rules, conf_path);
	if (syscall(SYS_landlock_restrict_self, rules, 0) == -1)
		log_warn("box", "no Landlock: files stay open to this process");
	close(rules);
}

void
box_enter(const struct conf *conf, const char *conf_path)
{
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		log_warn("box", "prctl");
	shut_files(conf, conf_path);
}
