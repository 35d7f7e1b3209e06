// SMTP sessions side by side, one process for all: each is opened, then all send one recipient after the other, each as
// soon as the one before it has its reply.
//
//     sessions PORT SESSIONS FIRST EACH CODE
//
// Recipients are numbered from FIRST, EACH of them a session. Prints the seconds of all together, the processor's seconds
// of this program, and then each reply's microseconds.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most = 64 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void give_up(const char *why, const char *reply) {
    fprintf(stderr, "%s: %s\n", why, reply);
    exit(1);
}

static const char *last_line(const char *text, size_t size) {
    size_t at = size - 1;
    while (at > 0 && text[at - 1] != '\n') {
        --at;
    }
    return text + at;
}

static void expect(int session, const char *code) {
    char reply[65536];
    size_t size = 0;
    for (;;) {
        const ssize_t got = read(session, reply + size, sizeof reply - 1 - size);
        if (got <= 0) {
            give_up("closed", "no reply");
        }
        size += (size_t)got;
        reply[size] = '\0';
        if (reply[size - 1] == '\n' && last_line(reply, size)[3] == ' ') {
            if (strncmp(reply, code, 3) != 0) {
                give_up(code, reply);
            }
            return;
        }
    }
}

static void say(int session, const char *text) {
    const size_t size = strlen(text);
    if (write(session, text, size) != (ssize_t)size) {
        give_up("write", text);
    }
}

static int opened(int port, int number) {
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int session = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    char announced[64];
    if (connect(session, (const struct sockaddr *)&address, sizeof address) != 0) {
        give_up("connect", "refused");
    }
    setsockopt(session, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    snprintf(announced, sizeof announced, "PROXY TCP4 192.0.%d.1 127.0.0.1 40000 25\r\n", number);
    say(session, announced);
    expect(session, "220");
    say(session, "EHLO mail.example.net\r\n");
    expect(session, "250");
    say(session, "MAIL FROM:<alice@example.net>\r\n");
    expect(session, "250");
    return session;
}

static double ask(int session, int recipient) {
    char command[64];
    snprintf(command, sizeof command, "RCPT TO:<bob%d@example.org>\r\n", recipient);
    say(session, command);
    return now();
}

int main(int argc, char **argv) {
    if (argc != 6 || atoi(argv[2]) > most) {
        return 64;
    }
    const int sessions = atoi(argv[2]), first = atoi(argv[3]), each = atoi(argv[4]);
    struct pollfd open[most];
    int done[most] = {0};
    double asked[most];
    double *replies = malloc(sizeof(double) * (size_t)(sessions * each));
    int answered = 0;
    for (int i = 0; i < sessions; ++i) {
        open[i] = (struct pollfd){.fd = opened(atoi(argv[1]), i), .events = POLLIN};
    }
    const double begin = now();
    for (int i = 0; i < sessions; ++i) {
        asked[i] = ask(open[i].fd, first);
    }
    while (answered < sessions * each && poll(open, (nfds_t)sessions, -1) > 0) {
        for (int i = 0; i < sessions; ++i) {
            if (open[i].revents == 0) {
                continue;
            }
            expect(open[i].fd, argv[5]);
            replies[answered++] = now() - asked[i];
            if (++done[i] < each) {
                asked[i] = ask(open[i].fd, first + done[i]);
            } else {
                open[i].fd = -1; // stays open to the end of this program
            }
        }
    }
    const double end = now();
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("%.6f\n%.6f\n", end - begin,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    for (int i = 0; i < answered; ++i) {
        printf("%.0f\n", replies[i] * 1e6);
    }
    free(replies);
    return 0;
}
