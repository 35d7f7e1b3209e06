// What is read and written of one connection of a listening socket, and when it is closed.
#include "calling/server.hpp"

#include "protocol/action.hpp"
#include "system/listening_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

namespace calling {

namespace {

constexpr std::chrono::seconds for_a_child_to_end{1}; // after its deadline
// For the bytes of who has just connected, while there is nobody else. One who is slower shows that there may be more of his
// kind.
constexpr std::chrono::milliseconds for_the_only_caller{1};
constexpr std::chrono::seconds after_a_slow_caller{1};

} // namespace

void Server::open(int number) {
    if (number < 0) {
        return;
    }
    ending_.count(1, now_);
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

// Closes the connection of this number, if there is one. To tell of it may take more memory than there is.
void Server::give_up(int number) {
    if (is_child_) {
        std::abort(); // the last word answers
    }
    if (Talk* const talk = talk_at(number)) {
        close(*talk);
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

// A request over a local socket stays there until it is answered, if it is whole: the kernel wakes a caller that waits
// for its answer when its bytes are taken, for nothing, and that costs both a few microseconds.
void Server::read(Talk& talk) {
    const bool only_looks =
        leaves_unread_ && talk.state == Talk::State::reading && !talk.connection.is_in_a_request();
    const ssize_t got = received(talk, only_looks ? MSG_PEEK : 0);
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
        talk.left_unread = only_looks ? static_cast<std::size_t>(got) : 0;
        if (!talk.connection.has_request()) {
            take_unread(talk);
        }
    }
    go_on(talk);
}

// A caller writes a moment after he has connected. To sleep until then, in place of where all are waited for, takes a third
// less of the time of such a request.
ssize_t Server::received(Talk& talk, int how) {
    const ssize_t got = recv(talk.number(), buffer_.data(), buffer_.size(), how | MSG_DONTWAIT);
    if (got >= 0 || errno != EAGAIN || talk.events != 0 || !waits_for_callers_ || open_ > 1 ||
        now_ < waits_for_bytes_from_) {
        return got;
    }
    sys::limit_waiting(talk.number(), for_the_only_caller);
    const ssize_t later = recv(talk.number(), buffer_.data(), buffer_.size(), how);
    if (later < 0) {
        waits_for_bytes_from_ = now_ + after_a_slow_caller;
    }
    return later;
}

void Server::take_unread(Talk& talk) {
    if (const std::size_t size = std::exchange(talk.left_unread, 0); size > 0) {
        recv(talk.number(), buffer_.data(), size, MSG_DONTWAIT);
    }
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
        const ssize_t sent = ::send(talk.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
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
    const std::size_t unread = std::exchange(talk.left_unread, 0);
    const ssize_t got =
        talk.connection.is_at_end() ? 0 : recv(talk.number(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    const bool has_more = got > static_cast<ssize_t>(unread) || got == static_cast<ssize_t>(buffer_.size());
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
    take_unread(talk); // or the caller would see a reset in place of the end
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
            answer_late(talk, decision_.on_error, "the deadline was reached");
            break;
        case Talk::State::queued:
            if (talk.why_no_child != 0) {
                answer_late(talk, decision_.on_error, "no child could be made by the deadline");
            } else { // clients can keep all children busy, by their number and by their DNS
                answer_late(talk,
                            decision_.dry_run ? std::string{protocol::no_opinion} : decision_.on_malformed,
                            "no child was free by the deadline");
            }
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

void Server::answer_late(Talk& talk, const std::string& action, const std::string& why) {
    log_.warn(why + ": answering " + action);
    talk.connection.answered(protocol::reply(action));
    talk.connection.give_up();
    write(talk);
}

} // namespace calling
