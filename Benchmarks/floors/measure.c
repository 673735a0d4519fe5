// Runs one program and says what it cost, with everything that it started and waited for:
// exit code, wall time, CPU time (both in microseconds), peak resident memory (KiB).
//
// Small and in C, because a program begins its life with the peak memory of the one that starts it.
//
//     measure OUTPUT PROGRAM [ARGUMENT...]      OUTPUT gets stdout and stderr
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int count, char **arguments) {
  if (count < 3) return 64;
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    int output = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int input = open("/dev/null", O_RDONLY);
    if (output < 0 || input < 0) _exit(126);
    dup2(input, 0);
    dup2(output, 1);
    dup2(output, 2);
    execv(arguments[2], arguments + 2);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 71;
  clock_gettime(CLOCK_MONOTONIC, &end);
  long long wall =
    (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000;
  printf("%d %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
    wall, microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss);
  return 0;
}
