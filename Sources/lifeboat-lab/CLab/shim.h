// What Swift cannot say itself: fork, calls with a variable number of arguments, and a few Linux structures.
#ifndef LIFEBOAT_LAB_CLAB_H
#define LIFEBOAT_LAB_CLAB_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Not with _GNU_SOURCE: it changes structures that the C library's own Swift module has as well.
extern int accept4(int socket, struct sockaddr *restrict address, socklen_t *restrict length, int flags);
extern int pipe2(int pipes[2], int flags);
extern int unshare(int flags);
extern int setns(int descriptor, int kind);
extern int setgroups(size_t count, const gid_t *list);
enum { lab_new_user = 0x10000000, lab_new_net = 0x40000000 };

static const int lab_path_only = 010000000;  // O_PATH
static const int lab_non_blocking = SOCK_NONBLOCK;
static const int lab_closed_on_exec = SOCK_CLOEXEC;
static const int lab_no_signal = MSG_NOSIGNAL;
static const int lab_no_wait = MSG_DONTWAIT;
static const int lab_hung_up = 0x2000;  // POLLRDHUP; <poll.h> here would hide it from the C library's own module

struct lab_spawn {
  const char *const *argv;
  const char *const *envp;
  const char *directory;  // null: stay
  int log;                // stdout and stderr; -1: keep ours
  int input;              // stdin; -1: /dev/null
  int death_signal;       // sent by the kernel when the parent dies; 0: none
  int new_session;
  long uid;               // -1: stay who we are
  long gid;
  int network;            // descriptor of a network namespace; -1: ours
  int new_network;        // 1: in a new network namespace
  int nested_user;        // 1: be user 1000 in a user namespace of our own
};

static inline int lab_write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = (ssize_t)strlen(text);
  int result = write(fd, text, (size_t)length) == length ? 0 : -1;
  close(fd);
  return result;
}

// Makes the caller user `inside` of a user namespace of its own.
static inline int lab_enter_user_namespace(int inside, int more) {
  unsigned uid = geteuid(), gid = getegid();
  char map[64];
  if (unshare(lab_new_user | more) != 0) return -1;
  lab_write_file("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "%d %u 1", inside, uid);
  if (lab_write_file("/proc/self/uid_map", map) != 0) return -1;
  snprintf(map, sizeof map, "%d %u 1", inside, gid);
  return lab_write_file("/proc/self/gid_map", map);
}

static inline void lab_child(const struct lab_spawn *what, pid_t parent, int report) {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (what->new_session ? setsid() < 0 : setpgid(0, 0) < 0) goto failed;
  if (what->network >= 0 && setns(what->network, lab_new_net) != 0) goto failed;
  if (what->new_network && unshare(lab_new_net) != 0) goto failed;
  if (what->nested_user && lab_enter_user_namespace(1000, 0) != 0) goto failed;
  if (what->gid >= 0) {
    gid_t gid = (gid_t)what->gid;
    if (setgroups(1, &gid) != 0 || setgid(gid) != 0) goto failed;
  }
  if (what->uid >= 0 && setuid((uid_t)what->uid) != 0) goto failed;
  // After setuid, which clears it. The parent may have died already: then nobody would ever send the signal.
  if (what->death_signal) {
    if (prctl(PR_SET_PDEATHSIG, what->death_signal, 0, 0, 0) != 0) goto failed;
    if (getppid() != parent) _exit(1);
  }
  if (what->directory && chdir(what->directory) != 0) goto failed;
  int input = what->input >= 0 ? what->input : open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0) goto failed;
  if (what->log >= 0 && (dup2(what->log, 1) < 0 || dup2(what->log, 2) < 0)) goto failed;
  execve(what->argv[0], (char *const *)what->argv, (char *const *)what->envp);
failed:;
  int number = errno;
  ssize_t ignored = write(report, &number, sizeof number);
  (void)ignored;
  _exit(127);
}

// Starts a program; -1 with errno when it could not even be started. Only for a process with one thread.
static inline pid_t lab_start(const struct lab_spawn *what) {
  int pipes[2], number = 0;
  if (pipe2(pipes, O_CLOEXEC) != 0) return -1;
  pid_t parent = getpid(), child = fork();
  if (child == 0) lab_child(what, parent, pipes[1]);
  close(pipes[1]);
  ssize_t got = child < 0 ? 0 : read(pipes[0], &number, sizeof number);
  close(pipes[0]);
  if (got == (ssize_t)sizeof number) {
    waitpid(child, NULL, 0);
    errno = number;
    return -1;
  }
  return child;
}

static inline int lab_accept(int socket, int non_blocking) {
  return accept4(socket, NULL, NULL, SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0));
}

// Standard output goes to a log that people read while we run.
static inline void lab_write_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

static inline int lab_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static inline int lab_open_process(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int lab_borrow_descriptor(int process, int descriptor) {
  return (int)syscall(SYS_pidfd_getfd, process, descriptor, 0);
}

// A socket that drops every packet it receives, as if the cable were cut; undone by lab_hear.
static inline int lab_deafen(int socket) {
  struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
  struct sock_fprog program = {1, &drop};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static inline int lab_hear(int socket) {
  int nothing = 0;
  return setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing);
}

static inline int lab_child_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The number of the signal that arrived; 0: none.
static inline int lab_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

static inline int lab_remove_shared_memory(int id) {
  struct shmid_ds state;
  if (shmctl(id, IPC_STAT, &state) != 0 || state.shm_nattch != 0) return -1;
  return shmctl(id, IPC_RMID, NULL);
}

static inline int lab_mount_memory(const char *place, const char *options) {
  return mount("tmpfs", place, "tmpfs", MS_NODEV | MS_NOSUID, options);
}

static inline int lab_unmount(const char *place) { return umount2(place, MNT_DETACH); }

static inline int lab_enter_network(int descriptor) { return setns(descriptor, lab_new_net); }
static inline int lab_enter_user(int descriptor) { return setns(descriptor, lab_new_user); }

#endif
