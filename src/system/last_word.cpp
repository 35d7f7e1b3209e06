#include "system/last_word.hpp"

#include <fcntl.h>
#include <paths.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace sys::last_word {

namespace {

constexpr std::size_t longest_text = 1100;
constexpr std::size_t handler_stack_size = std::size_t{16} * 1024;

// A Word whose text is its own.
struct Prepared {
    std::array<char, longest_text> text;
    std::size_t length;
    std::string_view meaning; // in the text
    ExitStatus status;
    LogPlace log;
};
// A signal may come while a word is prepared: it finds the one before, whole.
struct Words {
    std::array<Prepared, 2> both;
    std::atomic<const Prepared*> current;
};
constexpr int not_yet = -1;

using Lines = std::vector<std::string>;

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): a signal handler sees nothing but globals
Words words;
std::atomic<int> late_status{not_yet}; // once the answer is out
std::atomic<bool> is_claimed{false};
std::atomic<bool> stays_when_claimed{false};
std::atomic<int> answer_output{-1};
std::atomic<const Lines*> unsaid_lines{nullptr};
// A stack overflow leaves no room for a handler on the ordinary stack.
alignas(16) std::array<char, handler_stack_size> handler_stack;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

static_assert(std::atomic<const Prepared*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free &&
              std::atomic<int>::is_always_lock_free);

struct Signal {
    int number;
    const char* name;
};
constexpr std::array<Signal, 12> signals{{
    {SIGALRM, "ALRM"},
    {SIGSEGV, "SEGV"},
    {SIGBUS, "BUS"},
    {SIGABRT, "ABRT"},
    {SIGFPE, "FPE"},
    {SIGILL, "ILL"},
    {SIGSYS, "SYS"},
    {SIGTERM, "TERM"},
    {SIGHUP, "HUP"},
    {SIGINT, "INT"},
    {SIGQUIT, "QUIT"},
    {SIGXCPU, "XCPU"},
}};

// --- in the handler ---

// A text that needs no memory but its own; what has no room is left out.
class Text {
  public:
    Text& add(std::string_view more) {
        length_ += more.copy(bytes_.data() + length_, bytes_.size() - length_);
        return *this;
    }
    Text& add(long number) {
        std::array<char, 20> digits{};
        std::size_t first = digits.size();
        do {
            digits.at(--first) = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number > 0);
        return add({digits.data() + first, digits.size() - first});
    }
    [[nodiscard]] std::string_view view() const { return {bytes_.data(), length_}; }

  private:
    std::array<char, 2048> bytes_;
    std::size_t length_ = 0;
};

// A reader that does not read must not hold up the end.
void write_without_waiting(int descriptor, std::string_view text) {
    pollfd output{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0) {
        [[maybe_unused]] const ssize_t written = write(descriptor, text.data(), text.size());
    }
}

// Where bytes of a request are left in a socket, its end is a reset for who waits for the answer.
void take_what_is_left(int descriptor) {
    constexpr int most_looks = 128;
    std::array<char, 512> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv()
    for (int look = 0; look < most_looks; ++look) {
        if (recv(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT) <= 0) {
            return;
        }
    }
}

// One that takes datagrams, or a stream of lines with a NUL behind each. -1: nobody listens, or is behind.
int connected_to_system_log() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string_view{_PATH_LOG}.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const auto* to = reinterpret_cast<const sockaddr*>(&address); // NOLINT: what the call takes
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        const int descriptor = socket(AF_UNIX, type, 0);
        if (descriptor >= 0 && fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 &&
            connect(descriptor, to, sizeof(address)) == 0) {
            return descriptor;
        }
        if (errno != EPROTOTYPE) {
            return -1;
        }
    }
    return -1;
}

class LogForOnce {
  public:
    explicit LogForOnce(const LogPlace& place)
        : place_(place), is_system_(place.kind == LogPlace::Kind::system),
          descriptor_(is_system_ ? connected_to_system_log() : place.stream) {}

    // A whole line as it goes out. The NUL behind it ends it in a stream, and is no part of it in a datagram.
    void send(std::string_view line) const {
        if (is_system_) {
            send_to_system(line);
        } else {
            write_without_waiting(descriptor_, line);
        }
    }

    void tell(std::string_view what, std::string_view more, std::string_view meaning) const {
        Text line;
        if (is_system_) {
            line.add("<").add(place_.facility | LOG_WARNING).add(">");
            line.add(place_.program).add("[").add(getpid()).add("]: ");
        } else {
            line.add(place_.program).add(": ");
        }
        line.add("warning: ").add(what).add(more).add(meaning).add(is_system_ ? "" : "\n");
        send(line.view());
    }

  private:
    void send_to_system(std::string_view line) const {
        int type = 0;
        socklen_t size = sizeof(type);
        getsockopt(descriptor_, SOL_SOCKET, SO_TYPE, &type, &size);
        ::send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL);
        if (type == SOCK_STREAM) {
            ::send(descriptor_, "", 1, MSG_NOSIGNAL);
        }
    }

    const LogPlace& place_;
    bool is_system_;
    int descriptor_;
};

std::string_view name_of(int signal) {
    const auto* const found =
        std::find_if(signals.begin(), signals.end(), [&](const Signal& s) { return s.number == signal; });
    return found == signals.end() ? "?" : found->name;
}

void tell_log(const Prepared& word, int signal, bool was_answered) {
    if (word.log.kind == LogPlace::Kind::nowhere) {
        return;
    }
    const LogForOnce log{word.log};
    const Lines* const unsaid = unsaid_lines;
    if (unsaid != nullptr) {
        for (const std::string& line : *unsaid) {
            log.send(line);
        }
    }
    Text what;
    if (signal == SIGALRM) {
        what.add("the deadline was reached");
    } else {
        what.add("ended by the signal ").add(name_of(signal));
    }
    if (was_answered) {
        log.tell(what.view(), ": answering ", word.meaning);
    } else {
        log.tell(what.view(), unsaid != nullptr ? ": the answer could not be written" : "", "");
    }
}

extern "C" void speak_and_end(int signal) {
    const Prepared& word = *words.current;
    const bool is_late = signal == SIGALRM;
    if (is_late && is_claimed && stays_when_claimed) {
        return;
    }
    const bool answers = !is_claimed.exchange(true);
    if (answers) {
        write_without_waiting(answer_output, {word.text.data(), word.length});
        take_what_is_left(answer_output);
    }
    if (!is_late || late_status == not_yet) {
        tell_log(word, signal, answers);
    }
    if (!is_late) {
        _exit(word.status.killed);
    }
    _exit(late_status == not_yet ? word.status.late : late_status.load());
}

// --- beforehand ---

void install_handlers() {
    stack_t stack = {}; // its members stand in another order on other systems
    stack.ss_sp = handler_stack.data();
    stack.ss_size = handler_stack.size();
    sigaltstack(&stack, nullptr);

    struct sigaction action = {};
    action.sa_handler = speak_and_end;
    action.sa_flags = SA_ONSTACK;
    sigfillset(&action.sa_mask);
    for (const Signal& signal : signals) {
        sigaction(signal.number, &action, nullptr);
    }
    // A parent may have left some of those blocked. These two are not to end anything: their calls fail.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGXFSZ);
    sigaddset(&blocked, SIGPIPE);
    sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

} // namespace

void prepare(const Word& word) {
    const Prepared* before = words.current;
    Prepared& next = words.both[before == words.both.data() ? 1 : 0];
    next.length = word.text.copy(next.text.data(), next.text.size());
    const std::string_view own{next.text.data(), next.length};
    next.meaning = own.substr(std::min(word.text.rfind(word.meaning), own.size()), word.meaning.size());
    answer_output = word.output;
    next.status = word.status;
    next.log = word.log;
    words.current = &next;
    if (before == nullptr) {
        install_handlers();
    }
}

void set_deadline(std::chrono::microseconds from_now) {
    const auto [seconds, rest] = std::lldiv(from_now.count(), 1'000'000);
    const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = seconds, .tv_usec = rest}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

void answer_to(int output) {
    answer_output = output;
}

void stay(bool stays) {
    stays_when_claimed = stays;
}

std::optional<std::chrono::microseconds> time_left() {
    itimerval timer{};
    getitimer(ITIMER_REAL, &timer);
    const auto left = Seconds{timer.it_value.tv_sec} + std::chrono::microseconds{timer.it_value.tv_usec};
    return left.count() == 0 ? std::nullopt : std::optional{left};
}

void claim(const Lines& unsaid) {
    unsaid_lines = &unsaid;
    is_claimed = true;
}

void said() {
    is_claimed = true;
    unsaid_lines = nullptr;
}

void done(int status) {
    late_status = status;
    unsaid_lines = nullptr;
}

void resume() {
    is_claimed = false;
}

} // namespace sys::last_word
