// What Linux offers for looking after child processes and Swift's Glibc module leaves out: it is built without
// _GNU_SOURCE. The declarations are glibc's own (2.34 and later).
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int pipe2(int descriptors[2], int flags);
int memfd_create(const char *name, unsigned int flags);

static const short LIFEBOAT_SPAWN_SETSID = 0x80;
static const unsigned int LIFEBOAT_MFD_CLOEXEC = 1;

// A descriptor that becomes readable when the process has ended.
static inline int lifeboat_pidfd_open(pid_t pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0);
}
