// The least that a durable run of sequential steps can cost: for each step one synced append before
// the program is started and one after it has ended.
//
//     steps COUNT FILE
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int file;

static void append(void) {
  char record[300];
  memset(record, 'x', sizeof record);
  record[sizeof record - 1] = '\n';
  if (write(file, record, sizeof record) != sizeof record || fdatasync(file) != 0) exit(74);
}

int main(int count, char **arguments) {
  if (count < 3) return 64;
  file = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (file < 0) return 73;
  char *program[] = {"/bin/true", NULL};
  for (int step = 0; step < atoi(arguments[1]); step++) {
    pid_t child;
    int status;
    append();
    if (posix_spawn(&child, program[0], NULL, NULL, program, environ) != 0) return 71;
    if (waitpid(child, &status, 0) != child || status != 0) return 71;
    append();
  }
  return 0;
}
