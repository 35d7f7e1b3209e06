// How the request of one connection of a listening socket is decided: here, later, or by a child.
#include "calling/log.hpp"
#include "calling/server.hpp"
#include "protocol/action.hpp"
#include "system/last_word.hpp"
#include "system/standard_streams.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <exception>
#include <utility>

namespace calling {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

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
    watch_the_time(talk);
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
// It is set anew ten times a second at most, as long as there are decisions. A request that has waited has its own
// from the start: what it would wait for takes its time by that, before there is a child.
void Server::watch_the_time(const Talk& talk) {
    constexpr milliseconds shared = 100ms;
    if (const auto waited = now_ - talk.begun; waited > shared) {
        sys::last_word::set_deadline(std::max<std::chrono::microseconds>(
            std::chrono::duration_cast<std::chrono::microseconds>(settings_.deadline - waited), 1ms));
        watched_until_ = {};
    } else if (now_ >= watched_until_) {
        sys::last_word::set_deadline(settings_.deadline);
        watched_until_ = now_ + shared;
    }
}

void Server::queue(Talk& talk, int why) {
    if (why != 0 && fork_trouble_.is_due(now_)) {
        log_.warn("make a child: " + std::string{std::strerror(why)} + " (told once a minute)");
    }
    talk.why_no_child = why;
    await(talk, Talk::State::queued, 0);
    queued_.push_back(talk.number());
}

// A child that is begun shortly before the deadline may be ended by it, which lets the mail pass: who keeps all children
// busy could bring that about. One that is not begun is answered for at the deadline.
bool Server::is_too_late_for_a_child(const Talk& talk) const {
    return now_ - talk.begun > settings_.deadline * 3 / 4;
}

void Server::try_queued() {
    for (auto more = queued_.size(); more > 0 && !children_.is_full(); --more) {
        const int number = queued_.front();
        queued_.pop_front();
        Talk* const talk = talk_at(number);
        if (talk == nullptr || talk->state != Talk::State::queued || is_too_late_for_a_child(*talk)) {
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
    // Without a child it must not go on waiting for one.
    guarded(talk.number(), [&] {
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
    });
}

} // namespace calling
