// Asks a web server as observers do, a new connection each time, with nothing but system calls from one thread: what
// as many samples at that pace cost at least.
//
//     fetch PORT OBSERVERS MILLISECONDS-BETWEEN-SAMPLES SECONDS
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

// Asks; the answer comes through `poller`.
static int ask(int poller, struct sockaddr_in *server) {
  static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: floor\r\nAccept: */*\r\n\r\n";
  int one = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = one};
  // On this very machine it is connected when the call returns.
  if (one < 0 || (connect(one, (struct sockaddr *)server, sizeof *server) && errno != EINPROGRESS) ||
      send(one, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
    return 1;
  return epoll_ctl(poller, EPOLL_CTL_ADD, one, &event);
}

int main(int count, char **arguments) {
  if (count < 5) return 64;
  struct sockaddr_in server = {
    .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int observers = atoi(arguments[2]), waves = 4, wave = 0, poller = epoll_create1(EPOLL_CLOEXEC);
  double pause = atoi(arguments[3]) / 1000.0 / waves, due = now(), end = due + atoi(arguments[4]);
  while (now() < end) {
    // A quarter of them at a time, as observers are spread.
    if (now() >= due) {
      for (int one = wave++ % waves; one < observers; one += waves)
        if (ask(poller, &server)) return 1;
      due += pause;
    }
    double rest = due - now();
    struct epoll_event events[64];
    char answer[4096];
    int ready = epoll_wait(poller, events, 64, rest > 0 ? (int)(rest * 1000) + 1 : 0);
    for (int one = 0; one < ready; one++) {
      if (recv(events[one].data.fd, answer, sizeof answer, 0) <= 0) return 1;
      close(events[one].data.fd);
    }
  }
  return 0;
}
