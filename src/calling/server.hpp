// The server of a listening socket: one process, one thread, which never waits for one connection. Its loop is in
// listening.cpp, what is read and written of a connection in talks.cpp, how its request is decided in deciding.cpp.
#pragma once

#include "calling/answer.hpp"
#include "calling/calls.hpp"
#include "calling/children.hpp"
#include "calling/connection.hpp"
#include "calling/ending.hpp"
#include "calling/malformed_lines.hpp"
#include "calling/steady_log.hpp"
#include "system/descriptor.hpp"

#include <sys/epoll.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace calling {

using Steady = Ending::Clock;

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
    std::size_t left_unread = 0; // bytes of its request, which has been looked at where it lies
    int why_no_child = 0;        // where it is queued: errno of fork(), 0 where as many are there as may be

    [[nodiscard]] int number() const { return socket.number(); }
};

class Server {
  public:
    Server(std::vector<int> sockets, const Invocation& call, const Streams& streams, Ending ending);

    int run();

  private:
    // --- the loop ---
    void begin();
    int wait();
    void wait_for_what_happens();
    [[nodiscard]] bool has_only_callers_to_wait_for() const;
    int take_a_caller();
    [[nodiscard]] std::chrono::milliseconds until_next() const;
    [[nodiscard]] bool has_happened(int descriptor) const {
        return std::any_of(happened_.begin(),
                           happened_.begin() + static_cast<std::ptrdiff_t>(happened_count_),
                           [&](const epoll_event& event) { return event.data.fd == descriptor; });
    }
    void handle_signals();
    void end_log();
    int accept_at(int socket);
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
    template <typename Work>
    void guarded(int number, const Work& work);
    void give_up(int number);
    void continue_with(Talk& talk, std::uint32_t events);
    void read(Talk& talk);
    ssize_t received(Talk& talk, int how);
    void take_unread(Talk& talk);
    void go_on(Talk& talk);
    void write(Talk& talk);
    void finish(Talk& talk);
    void close(Talk& talk);
    void await(Talk& talk, Talk::State state, std::uint32_t events);
    void forget_time(Talk& talk);
    void expire();
    void answer_late(Talk& talk, const std::string& action, const std::string& why);

    // --- its request ---
    void decide(Talk& talk);
    void answer(Talk& talk, Answer answer);
    void queue(Talk& talk, int why);
    void try_queued();
    [[nodiscard]] bool is_too_late_for_a_child(const Talk& talk) const;
    void become_child(const Talk& talk);
    [[noreturn]] void answer_as_child(const Talk& talk, const Answer& answer) const;
    void take_from_child(pid_t child, int status);
    void watch_the_time(const Talk& talk);

    std::vector<int> sockets_;
    const Invocation& call_;
    const Settings& settings_;
    const decision::Settings& decision_;
    Ending ending_;
    SteadyLog log_;
    decision::Sources sources_;
    Children children_;
    std::string buffer_;
    bool leaves_unread_ = false; // a request that is whole, until it is answered

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
    bool is_busy_ = false;                      // somebody has called a moment ago
    bool waits_for_callers_ = false;            // where they are taken
    Steady::time_point waits_for_bytes_from_{}; // of the only caller
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

// Where there is no memory for one connection, it is closed, and the others go on. No std::function: one may need memory.
template <typename Work>
void Server::guarded(int number, const Work& work) {
    try {
        work();
    } catch (const std::exception&) {
        give_up(number);
    }
}

} // namespace calling
