// The least that many programs at one time can cost: posix_spawn blocks its thread until the new
// program has begun, so two threads start them.
//
//     together COUNT PROGRAM [ARGUMENT...]
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;
static char **program;

static void *start(void *count) {
  for (long left = (long)count; left > 0; left--) {
    pid_t child;
    if (posix_spawn(&child, program[0], NULL, NULL, program, environ) != 0) exit(71);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count < 3) return 64;
  program = arguments + 2;
  long all = atol(arguments[1]);
  pthread_t threads[2];
  if (pthread_create(&threads[0], NULL, start, (void *)(all / 2)) != 0) return 71;
  if (pthread_create(&threads[1], NULL, start, (void *)(all - all / 2)) != 0) return 71;
  for (int thread = 0; thread < 2; thread++) pthread_join(threads[thread], NULL);
  for (long left = all; left > 0; left--) {
    int status;
    if (wait(&status) < 0 || status != 0) return 71;
  }
  return 0;
}
