// The least that a resident policy server can cost: it takes connections on a unix socket, one after the other, a request
// from each up to its empty line, and answers: with DUNNO, or the action that it is called with.
//
//   dunno_daemon SOCKET [ACTION]
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char answer[1024];
static size_t answer_size;

static void serve(int connection) {
    char request[65536];
    size_t size = 0;
    ssize_t got;
    while ((got = read(connection, request + size, sizeof request - size)) > 0) {
        size += (size_t)got;
        if (size >= 2 && memcmp(request + size - 2, "\n\n", 2) == 0) {
            break;
        }
    }
    if (write(connection, answer, answer_size) < 0) {
        return; // nobody waits for it any more
    }
}

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    if (argc < 2 || argc > 3 || strlen(argv[1]) >= sizeof address.sun_path) {
        return 64;
    }
    answer_size = (size_t)snprintf(answer, sizeof answer, "action=%s\n\n", argc == 3 ? argv[2] : "DUNNO");
    if (answer_size >= sizeof answer) {
        return 64;
    }
    strcpy(address.sun_path, argv[1]);
    signal(SIGPIPE, SIG_IGN); // who only looks whether it listens takes no answer
    if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0 || chmod(argv[1], 0666) != 0 ||
        listen(listening, 128) != 0) {
        return 71;
    }
    for (int connection; (connection = accept(listening, NULL, NULL)) >= 0;) {
        serve(connection);
        close(connection);
    }
    return 71;
}
