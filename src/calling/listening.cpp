#include "calling/listening.hpp"

#include "calling/answer.hpp"
#include "calling/children.hpp"
#include "calling/connection.hpp"
#include "calling/ending.hpp"
#include "calling/log.hpp"
#include "calling/malformed_lines.hpp"
#include "calling/steady_log.hpp"
#include "protocol/action.hpp"
#include "system/descriptor.hpp"
#include "system/last_word.hpp"
#include "system/listening_socket.hpp"
#include "system/standard_streams.hpp"
#include "system/trouble.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace calling {

namespace {

using Steady = Ending::Clock;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr int nobody = -1; // no connection's descriptor
constexpr int longest_queue =
    4096; // of connections that nobody has accepted yet; the system has its own limit
constexpr int accepted_at_once = 64;          // before those that are open have their turn
constexpr std::size_t read_at_once = 32768;   // bytes
constexpr milliseconds longest_sleep = 500ms; // to look whether it is to end
constexpr milliseconds before_next_try = 50ms;
constexpr std::chrono::seconds for_a_child_to_end = 1s; // after its deadline

// A connection and where it stands.
struct Talk {
    enum class State {
        reading,
        queued, // its decision waits until there can be one child more
        with_child,
        writing,
        draining, // answered; what comes is thrown away, as to close would reset what is on its way
    };
    sys::Descriptor socket;
    Connection connection;
    State state = State::reading;
    Steady::time_point begun; // its request, or where it is of one request the connection
    std::optional<std::list<int>::iterator> timed{}; // its place among those with a deadline
    std::uint32_t events = 0;                        // that are waited for
    pid_t child = 0;

    [[nodiscard]] int number() const { return socket.number(); }
};

class Server {
  public:
    Server(std::vector<int> sockets, const Invocation& call, const Streams& streams, Ending ending)
        : sockets_(std::move(sockets)), call_(call), settings_(call.calling), decision_(call.decision),
          ending_(std::move(ending)), log_(log_place(settings_.log, settings_.syslog_facility, streams.errors,
                                                     streams.conversation.output)),
          sources_(decision_, true), children_(settings_.children), buffer_(read_at_once, '\0') {
        begin();
    }

    int run();

  private:
    // --- the loop ---
    void begin();
    void wait();
    [[nodiscard]] milliseconds until_next() const;
    [[nodiscard]] bool has_happened(int descriptor) const {
        return std::any_of(happened_.begin(),
                           happened_.begin() + static_cast<std::ptrdiff_t>(happened_count_),
                           [&](const epoll_event& event) { return event.data.fd == descriptor; });
    }
    void handle_signals();
    void end_log();
    void accept_at(int socket);
    void accept_failed(int socket, int error);
    void stop_accepting();
    bool goes_on_elsewhere();
    void watch(int descriptor, std::uint32_t before, std::uint32_t events) const;
    Talk* talk_at(int number) {
        return number >= 0 && static_cast<std::size_t>(number) < talks_.size()
                   ? talks_[static_cast<std::size_t>(number)].get()
                   : nullptr;
    }

    // --- one connection ---
    void open(int number);
    void guarded(int number, const std::function<void()>& work);
    void continue_with(Talk& talk, std::uint32_t events);
    void read(Talk& talk);
    void go_on(Talk& talk);
    void write(Talk& talk);
    void finish(Talk& talk);
    void close(Talk& talk);
    void await(Talk& talk, Talk::State state, std::uint32_t events);
    void forget_time(Talk& talk);
    void expire();

    // --- its request ---
    void decide(Talk& talk);
    void answer(Talk& talk, Answer answer);
    void queue(Talk& talk, int why);
    void try_queued();
    void become_child(const Talk& talk);
    [[noreturn]] void answer_as_child(const Talk& talk, const Answer& answer) const;
    void take_from_child(pid_t child, int status);
    void watch_the_time();

    std::vector<int> sockets_;
    const Invocation& call_;
    const Settings& settings_;
    const decision::Settings& decision_;
    Ending ending_;
    SteadyLog log_;
    decision::Sources sources_;
    Children children_;
    std::string buffer_;

    sys::Descriptor events_;
    sys::Descriptor signals_;
    sigset_t former_signals_{};
    std::vector<std::unique_ptr<Talk>> talks_; // by their descriptor
    std::size_t open_ = 0;
    std::list<int> timed_;   // those that have a deadline, in its order
    std::deque<int> ready_;  // those that have their next request already
    std::deque<int> queued_; // those that wait for a child
    std::array<epoll_event, 64> happened_{};
    std::size_t happened_count_ = 0;
    Steady::time_point now_ = Steady::now();
    std::optional<Steady::time_point> accepts_again_;
    Steady::time_point watched_until_{};
    bool is_child_ = false; // decides one request, and ends
    bool is_rest_ = false;  // the next server has taken over, and this one finishes what is open
    int status_ = status::decided;
    MalformedLines malformed_lines_;
    OnceAMinute accept_trouble_;
    OnceAMinute fork_trouble_;
    OnceAMinute serve_trouble_;
    OnceAMinute read_trouble_;
    OnceAMinute refusals_;
};

// --- the loop ---

void Server::begin() {
    sys::allow_most_descriptors();
    events_ = sys::Descriptor{epoll_create1(EPOLL_CLOEXEC)};
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT}) {
        sigaddset(&taken, signal);
    }
    sigprocmask(SIG_BLOCK, &taken, &former_signals_);
    signals_ = sys::Descriptor{signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!events_.is_open() || !signals_.is_open()) {
        throw sys::Trouble("wait for", "connections", errno);
    }
    watch(signals_.number(), 0, EPOLLIN);
    for (const int socket : sockets_) {
        sys::do_not_wait(socket);
        listen(socket, longest_queue);
        watch(socket, 0, EPOLLIN);
    }
    sys::last_word::said(); // nobody waits for an answer yet
    sys::last_word::stay(true);
}

int Server::run() {
    while (true) {
        ending_.count(open_, now_);
        wait();
        now_ = Steady::now();
        if (ending_.look(now_)) {
            sources_.expect_changes();
        }
        if (has_happened(signals_.number())) {
            handle_signals();
        }
        if (is_rest_ ? open_ == 0 : ending_.is_due(open_, now_)) {
            break;
        }
        if (!is_rest_ && ending_.is_overdue(now_) && !goes_on_elsewhere()) {
            break;
        }
        for (auto more = ready_.size(); more > 0; --more) {
            const int number = ready_.front();
            ready_.pop_front();
            if (Talk* const talk = talk_at(number); talk != nullptr && talk->state == Talk::State::reading) {
                guarded(number, [&] { go_on(*talk); });
            }
        }
        for (std::size_t i = 0; i < happened_count_; ++i) {
            const int number = happened_[i].data.fd;
            if (Talk* const talk = talk_at(number)) {
                guarded(number, [&] { continue_with(*talk, happened_[i].events); });
            } else if (std::ranges::find(sockets_, number) != sockets_.end()) {
                accept_at(number);
            }
        }
        guarded(nobody, [&] {
            try_queued();
            expire();
            log_.flush();
        });
    }
    end_log();
    return status_;
}

void Server::end_log() {
    std::vector<protocol::LogLine> rest;
    malformed_lines_.tell_of_others(rest);
    log_.send(composed(rest, log_.place()));
    log_.finish();
}

void Server::wait() {
    if (accepts_again_ && now_ >= *accepts_again_) {
        accepts_again_.reset();
        for (const int socket : sockets_) {
            watch(socket, 0, EPOLLIN);
        }
    }
    const int count = epoll_wait(events_.number(), happened_.data(), static_cast<int>(happened_.size()),
                                 static_cast<int>(until_next().count()));
    happened_count_ = static_cast<std::size_t>(std::max(count, 0));
}

milliseconds Server::until_next() const {
    if (!ready_.empty()) {
        return 0ms;
    }
    milliseconds sleep = longest_sleep;
    if (log_.has_kept() || !queued_.empty() || accepts_again_) {
        sleep = before_next_try;
    }
    if (!timed_.empty()) {
        const Talk& first = *talks_[static_cast<std::size_t>(timed_.front())];
        const auto left = std::chrono::ceil<milliseconds>(first.begun + settings_.deadline - now_);
        sleep = std::clamp<milliseconds>(left, 1ms, sleep);
    }
    return sleep;
}

void Server::watch(int descriptor, std::uint32_t before, std::uint32_t events) const {
    epoll_event event{.events = events, .data = {.fd = descriptor}};
    const int change = events == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (before != events) {
        epoll_ctl(events_.number(), change, descriptor, &event);
    }
}

void Server::handle_signals() {
    signalfd_siginfo signal{};
    while (::read(signals_.number(), &signal, sizeof(signal)) == sizeof(signal)) {
        if (signal.ssi_signo != SIGCHLD) {
            ending_.ask_for(now_);
        }
    }
    for (const auto& [child, status] : children_.ended()) {
        take_from_child(child, status);
    }
}

void Server::accept_at(int socket) {
    for (int count = 0; count < accepted_at_once; ++count) {
        const int number = accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (number < 0 && errno == EAGAIN) {
            return;
        }
        if (number < 0 && errno != EINTR) {
            accept_failed(socket, errno);
            return;
        }
        if (number >= 0) {
            open(number);
        }
    }
}

void Server::accept_failed(int socket, int error) {
    if (accept_trouble_.is_due(now_)) {
        log_.warn("accept a connection: " + std::string{std::strerror(error)} + " (told once a minute)");
    }
    const bool is_of_no_use = error == EINVAL || error == EBADF || error == ENOTSOCK || error == EOPNOTSUPP;
    if (is_of_no_use) {
        watch(socket, EPOLLIN, 0);
        std::erase(sockets_, socket);
        if (sockets_.empty()) {
            status_ = status::wrong_options;
            ending_.ask_for(now_);
        }
    } else if (error != ECONNABORTED && error != EPROTO) {
        for (const int other : sockets_) {
            watch(other, EPOLLIN, 0);
        }
        accepts_again_ = now_ + before_next_try;
    }
}

void Server::stop_accepting() {
    for (const int socket : sockets_) {
        watch(socket, accepts_again_ ? 0U : std::uint32_t{EPOLLIN}, 0);
        ::close(socket);
    }
    accepts_again_.reset();
    sockets_.clear();
}

// What is open at the end is finished by a child, so that the next server can start. False in the parent, and
// where nothing is left to be done.
bool Server::goes_on_elsewhere() {
    end_log();
    const pid_t rest = fork();
    if (rest != 0) {
        return false;
    }
    is_rest_ = true;
    stop_accepting();
    children_ = Children{settings_.children}; // those that there are answer for themselves
    for (auto& talk : talks_) {
        if (talk && (talk->state == Talk::State::with_child ||
                     (settings_.until_eof && talk->state == Talk::State::reading &&
                      !talk->connection.is_in_a_request()))) {
            close(*talk);
        }
    }
    return true;
}

// --- one connection ---

void Server::open(int number) {
    guarded(number, [&] {
        sys::Descriptor socket{number};
        const auto place = static_cast<std::size_t>(number);
        if (place >= talks_.size()) {
            talks_.resize(std::max(place + 1, 2 * talks_.size()));
        }
        talks_[place] = std::make_unique<Talk>(
            Talk{.socket = std::move(socket), .connection = Connection{settings_.until_eof}, .begun = now_});
        ++open_;
        read(*talks_[place]);
    });
}

// Where there is no memory for one connection, it is closed, and the others go on. To tell it may take more than
// there is.
void Server::guarded(int number, const std::function<void()>& work) {
    try {
        work();
        return;
    } catch (const std::exception&) {
        if (is_child_) {
            std::abort(); // the last word answers
        }
        if (Talk* const talk = talk_at(number)) {
            close(*talk);
        }
    }
    try {
        if (serve_trouble_.is_due(now_)) {
            log_.warn("serve a connection: out of memory (told once a minute)");
        }
    } catch (const std::exception&) {
        serve_trouble_ = {};
    }
}

void Server::continue_with(Talk& talk, std::uint32_t events) {
    if (talk.state == Talk::State::writing) {
        write(talk);
    } else if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        read(talk);
    }
}

void Server::read(Talk& talk) {
    const ssize_t got = recv(talk.number(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        await(talk, talk.state, EPOLLIN);
        return;
    }
    if (talk.state == Talk::State::draining) {
        if (got <= 0) {
            close(talk);
        }
        return;
    }
    if (got < 0) {
        if (read_trouble_.is_due(now_)) {
            log_.warn("read a connection: " + std::string{std::strerror(errno)} + " (told once a minute)");
        }
        close(talk);
        return;
    }
    if (got == 0) {
        talk.connection.end();
    } else {
        if (!talk.connection.is_in_a_request() && settings_.until_eof) {
            talk.begun = now_;
        }
        talk.connection.take({buffer_.data(), static_cast<std::size_t>(got)});
    }
    go_on(talk);
}

void Server::go_on(Talk& talk) {
    if (talk.connection.has_request()) {
        decide(talk);
    } else if (talk.connection.is_over()) {
        finish(talk);
    } else {
        await(talk, Talk::State::reading, EPOLLIN);
    }
}

void Server::write(Talk& talk) {
    while (!talk.connection.to_write().empty()) {
        const auto bytes = talk.connection.to_write();
        const ssize_t sent = send(talk.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            await(talk, Talk::State::writing, EPOLLOUT);
            return;
        }
        if (sent < 0 && errno != EINTR) {
            log_.warn("the answer could not be written");
            close(talk);
            return;
        }
        talk.connection.written(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
    if (is_rest_) {
        talk.connection.give_up();
    }
    if (talk.connection.is_over()) {
        finish(talk);
        return;
    }
    forget_time(talk);
    talk.begun = now_;
    await(talk, Talk::State::reading, EPOLLIN);
    if (talk.connection.has_request()) {
        ready_.push_back(talk.number()); // the others have their turn first
    }
}

void Server::finish(Talk& talk) {
    const bool has_more =
        !talk.connection.is_at_end() && recv(talk.number(), buffer_.data(), buffer_.size(), 0) > 0;
    if (!has_more) {
        close(talk);
        return;
    }
    shutdown(talk.number(), SHUT_WR);
    await(talk, Talk::State::draining, EPOLLIN);
}

// While there are children, they may have the descriptor, too: the caller would not see that it is closed, nor
// would the kernel forget to wait for it.
void Server::close(Talk& talk) {
    if (!children_.is_empty()) {
        watch(talk.number(), talk.events, 0);
        shutdown(talk.number(), SHUT_RDWR);
    }
    forget_time(talk);
    --open_;
    talks_[static_cast<std::size_t>(talk.number())].reset();
}

void Server::await(Talk& talk, Talk::State state, std::uint32_t events) {
    talk.state = state;
    watch(talk.number(), talk.events, events);
    talk.events = events;
    const bool has_deadline =
        !settings_.until_eof || state != Talk::State::reading || talk.connection.is_in_a_request();
    if (has_deadline == talk.timed.has_value()) {
        return;
    }
    if (has_deadline) {
        talk.timed = timed_.insert(timed_.end(), talk.number());
    } else {
        forget_time(talk);
    }
}

void Server::forget_time(Talk& talk) {
    if (talk.timed) {
        timed_.erase(*talk.timed);
        talk.timed.reset();
    }
}

void Server::expire() {
    for (auto next = timed_.begin(); next != timed_.end();) {
        Talk& talk = *talks_[static_cast<std::size_t>(*next++)];
        if (now_ < talk.begun + settings_.deadline) {
            return;
        }
        switch (talk.state) {
        case Talk::State::reading:
        case Talk::State::queued:
            log_.warn("the deadline was reached: answering " + decision_.on_error);
            talk.connection.answered(protocol::reply(decision_.on_error));
            talk.connection.give_up();
            write(talk);
            break;
        case Talk::State::with_child:
            if (now_ >= talk.begun + settings_.deadline + for_a_child_to_end) {
                kill(talk.child, SIGKILL);
            }
            break;
        case Talk::State::writing:
            log_.warn("the deadline was reached: the answer could not be written");
            close(talk);
            break;
        case Talk::State::draining:
            close(talk);
            break;
        }
    }
}

// --- its request ---

void Server::decide(Talk& talk) {
    // What would wait is found where it would wait, and is decided once more later. Only what the greylist has
    // remembered before another server is asked must not be remembered twice.
    const ask::Settings& ask = decision_.ask;
    if (!ask.servers.empty() && ask.when == ask::When::after && children_.is_full()) {
        queue(talk, 0);
        return;
    }
    sys::last_word::answer_to(talk.number());
    sys::last_word::resume();
    watch_the_time();
    Answer answer;
    try {
        children_.deciding(
            [&] {
                answer = call_.complaints.empty() ? answer_to(talk.connection.request(), call_, sources_)
                                                  : refusal(call_);
            },
            [&] { become_child(talk); });
    } catch (const HandedOver& over) {
        sys::last_word::said();
        sources_.close_state(); // its locks are the child's
        talk.child = over.child;
        await(talk, Talk::State::with_child, 0);
        return;
    } catch (const NoneFree& none) {
        sys::last_word::said();
        queue(talk, none.why);
        return;
    } catch (const std::exception& error) {
        answer = trouble(decision_, error.what());
    }
    if (is_child_) {
        answer_as_child(talk, answer);
    }
    this->answer(talk, std::move(answer));
}

void Server::answer(Talk& talk, Answer answer) {
    malformed_lines_.limit(answer);
    if (!call_.complaints.empty() && !refusals_.is_due(now_)) {
        answer.log.clear();
    }
    std::vector<std::string> lines = composed(answer.log, log_.place());
    sys::last_word::claim(lines);
    talk.connection.answered(answer.text());
    write(talk);
    sys::last_word::said();
    log_.send(std::move(lines));
}

// One that is crashed, or hangs, in a decision of its own does so for all: its own deadline is the last resort.
// It is set anew ten times a second at most, as long as there are decisions.
void Server::watch_the_time() {
    constexpr milliseconds shared = 100ms;
    if (now_ >= watched_until_) {
        sys::last_word::set_deadline(settings_.deadline);
        watched_until_ = now_ + shared;
    }
}

void Server::queue(Talk& talk, int why) {
    if (why != 0 && fork_trouble_.is_due(now_)) {
        log_.warn("make a child: " + std::string{std::strerror(why)} + " (told once a minute)");
    }
    await(talk, Talk::State::queued, 0);
    queued_.push_back(talk.number());
}

void Server::try_queued() {
    for (auto more = queued_.size(); more > 0 && !children_.is_full(); --more) {
        const int number = queued_.front();
        queued_.pop_front();
        Talk* const talk = talk_at(number);
        if (talk == nullptr || talk->state != Talk::State::queued) {
            continue;
        }
        decide(*talk);
        if (!queued_.empty() && queued_.back() == number) {
            return;
        }
    }
}

void Server::become_child(const Talk& talk) {
    is_child_ = true;
    sys::last_word::stay(false);
    for (const int socket : sockets_) {
        ::close(socket);
    }
    for (const auto& other : talks_) {
        if (other && other.get() != &talk) {
            ::close(other->number());
        }
    }
    events_ = {};
    signals_ = {};
    sigprocmask(SIG_SETMASK, &former_signals_, nullptr);
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(talk.begun + settings_.deadline -
                                                                            Steady::now());
    sys::last_word::set_deadline(std::max<std::chrono::microseconds>(left, 1ms));
}

void Server::answer_as_child(const Talk& talk, const Answer& answer) const {
    std::vector<std::string> lines = composed(answer.log, log_.place());
    sys::last_word::claim(lines);
    const bool is_written = sys::write_all(talk.number(), answer.text());
    sys::last_word::said();
    if (!settings_.until_eof) {
        shutdown(talk.number(), SHUT_WR);
    }
    if (!is_written) {
        const auto told =
            composed({{protocol::LogLine::Level::warning, "the answer could not be written"}}, log_.place());
        lines.insert(lines.end(), told.begin(), told.end());
    }
    send(lines, log_.place());
    _exit(is_written ? status::decided : status::trouble);
}

void Server::take_from_child(pid_t child, int status) {
    const auto found =
        std::ranges::find_if(talks_, [&](const auto& talk) { return talk && talk->child == child; });
    if (found == talks_.end()) {
        return;
    }
    Talk& talk = **found;
    talk.child = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == status::decided) {
        talk.connection.answered_elsewhere();
        write(talk);
    } else if (WIFSIGNALED(status) && !settings_.until_eof) {
        log_.warn("a child was ended by the signal " + std::to_string(WTERMSIG(status)) + ": answering " +
                  decision_.on_error);
        talk.connection.answered(protocol::reply(decision_.on_error));
        write(talk);
    } else {
        close(talk);
    }
}

} // namespace

int serve(const std::vector<int>& sockets, const std::string& config, const std::function<Invocation()>& read,
          const Streams& streams) {
    Ending ending{config, Steady::now()};
    const Invocation call = read();
    ending.expect(call.decision.rules.path, call.calling.idle);
    prepare_last_word(call, streams);
    sys::last_word::set_deadline(0us);
    try {
        const int status = Server{sockets, call, streams, std::move(ending)}.run();
        return call.complaints.empty() ? status : status::wrong_options;
    } catch (const std::exception& error) {
        const auto place = log_place(call.calling.log, call.calling.syslog_facility, streams.errors,
                                     streams.conversation.output);
        send(composed({{protocol::LogLine::Level::warning, error.what()}}, place), place);
        return status::trouble;
    }
}

int refuse_socket(const std::string& wrong, const Invocation& call, const Streams& streams) {
    const auto place = log_place(call.calling.log, call.calling.syslog_facility, streams.errors,
                                 streams.conversation.output);
    send(composed({{protocol::LogLine::Level::warning, wrong}}, place), place);
    return status::wrong_options;
}

} // namespace calling
