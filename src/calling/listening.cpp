#include "calling/listening.hpp"

#include "calling/log.hpp"
#include "calling/server.hpp"
#include "system/last_word.hpp"
#include "system/listening_socket.hpp"
#include "system/scheduling.hpp"
#include "system/trouble.hpp"

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace calling {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr int nobody = -1; // no connection's descriptor
// Of connections that nobody has accepted yet; the system has its own limit.
constexpr int longest_queue = 4096;
constexpr std::size_t read_at_once = 32768;   // bytes
constexpr milliseconds longest_sleep = 500ms; // to look whether it is to end
constexpr milliseconds before_next_try = 50ms;
// Where only callers are waited for, and no signal is seen but at a look (ending.hpp).
constexpr milliseconds longest_look_away = 20ms;

} // namespace

Server::Server(std::vector<int> sockets, const Invocation& call, const Streams& streams, Ending ending)
    : sockets_(std::move(sockets)), call_(call), settings_(call.calling), decision_(call.decision),
      ending_(std::move(ending)),
      log_(log_place(settings_.log, settings_.syslog_facility, streams.errors, streams.conversation.output)),
      sources_(decision_, true), children_(settings_.children), buffer_(read_at_once, '\0') {
    begin();
}

void Server::begin() {
    sys::allow_most_descriptors();
    // A caller connects, which wakes this process, and then writes. To look in between, in vain, takes a recipient 5 % longer
    // under Exim.
    sys::interrupt_nobody();
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
    leaves_unread_ = !settings_.until_eof && std::ranges::all_of(sockets_, sys::is_local);
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
        const int caller = wait();
        now_ = Steady::now();
        const bool looks = ending_.look(now_);
        if (looks) {
            sources_.expect_changes();
        }
        open(caller);
        if (looks || has_happened(signals_.number())) {
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
                open(accept_at(number));
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

// Who has called meanwhile; nobody where something else may have happened.
int Server::wait() {
    if (has_only_callers_to_wait_for()) {
        return take_a_caller();
    }
    wait_for_what_happens();
    return nobody;
}

bool Server::has_only_callers_to_wait_for() const {
    return is_busy_ && open_ == 0 && sockets_.size() == 1 && !accepts_again_ && children_.is_empty() &&
           !log_.has_kept();
}

// A process that sleeps in accept(2) is woken with its caller. To wait for all that may happen, and to call accept(2)
// then, and once more in vain, takes a recipient 6 % longer under Exim.
int Server::take_a_caller() {
    happened_count_ = 0;
    if (!std::exchange(waits_for_callers_, true)) {
        sys::limit_waiting(sockets_.front(), longest_look_away);
        sys::wait(sockets_.front());
    }
    return accept_at(sockets_.front());
}

void Server::wait_for_what_happens() {
    if (std::exchange(waits_for_callers_, false)) {
        std::ranges::for_each(sockets_, sys::do_not_wait);
    }
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
    while (const auto end = children_.next_ended()) {
        take_from_child(end->child, end->status);
    }
}

// One, as accept(2) in vain takes longer than to be told whether there are more.
int Server::accept_at(int socket) {
    const int number = accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
    const int error = errno;
    is_busy_ = number >= 0;
    if (number < 0 && error != EAGAIN && error != EINTR) {
        accept_failed(socket, error);
    }
    return number < 0 ? nobody : number;
}

void Server::accept_failed(int socket, int error) {
    guarded(nobody, [&] {
        if (accept_trouble_.is_due(now_)) {
            log_.warn("accept a connection: " + std::string{std::strerror(error)} + " (told once a minute)");
        }
    });
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
