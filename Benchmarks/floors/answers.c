// A web server that answers every request with the same: what observers look at in a benchmark.
// Prints its port, and ends when its standard input does.
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"site\":\"a\"}";
  int listening = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 512) ||
      getsockname(listening, (struct sockaddr *)&address, &size))
    return 71;
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  struct pollfd waits[2] = {{.fd = listening, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  char request[4096];
  while (poll(waits, 2, -1) > 0 && !waits[1].revents) {
    int caller = accept(listening, NULL, NULL);
    if (caller < 0) continue;
    if (read(caller, request, sizeof request) > 0) (void)!write(caller, answer, sizeof answer - 1);
    close(caller);
  }
  return 0;
}
