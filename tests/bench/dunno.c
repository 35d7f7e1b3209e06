// The least that a policy filter can cost: it takes a request from a socket, so that the answer is not lost with the
// connection's reset, and answers.
#include <unistd.h>

int main(void) {
    static const char answer[] = "action=DUNNO\n\n";
    char request[4096];
    if (read(STDIN_FILENO, request, sizeof request) < 0) {
        return 1;
    }
    return write(STDOUT_FILENO, answer, sizeof answer - 1) == sizeof answer - 1 ? 0 : 1;
}
