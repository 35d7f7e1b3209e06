#include "store/redis/servers.hpp"

#include "system/last_word.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace redis {

namespace {

using Clock = sys::Connection::Clock;
using namespace std::chrono_literals;

// What remains of the deadline for the answer and the log when the servers had their time.
constexpr Microseconds reserve = 200ms;
constexpr std::size_t longest_quote = 100;

// What a server says that is a replica, has just started, does not have the key, or is a master without the replicas
// that it is to have, as one is that a network's split has left alone: another one may.
constexpr std::array<std::string_view, 7> not_here{"READONLY", "LOADING",     "MASTERDOWN", "MOVED",
                                                   "ASK",      "CLUSTERDOWN", "NOREPLICAS"};

Microseconds time_of(const Allowance& time) {
    const auto left = sys::last_word::time_left();
    return left ? std::min(time.left, *left - reserve) : time.left;
}

} // namespace

Servers::Servers(std::string name, std::vector<sys::Endpoint> servers, Login login, std::size_t most_bytes)
    : name_(std::move(name)), servers_(std::move(servers)), login_(std::move(login)), reader_(most_bytes) {}

void Servers::run(Allowance& time, const std::function<void()>& work) {
    std::string reasons = time.trouble;
    for (std::size_t tried = 0; tried < servers_.size() && time.trouble.empty(); ++tried) {
        const auto began = Clock::now();
        const Microseconds share = time_of(time) / static_cast<long>(servers_.size() - tried);
        deadline_ = began + share;
        const auto spend = [&] {
            time.left -= std::chrono::duration_cast<Microseconds>(Clock::now() - began);
        };
        std::string why;
        try {
            if (share <= 0us) {
                throw Unavailable{"no time is left"};
            }
            work();
            spend();
            return;
        } catch (const Unavailable& unavailable) {
            why = unavailable.why;
        } catch (const Garbled& garbled) {
            why = garbled.why;
        } catch (...) {
            hang_up();
            spend();
            throw;
        }
        hang_up();
        spend();
        reasons.append(reasons.empty() ? "" : "; ").append(server().text).append(": ").append(why);
        current_ = (current_ + 1) % servers_.size();
        ++turn_;
    }
    time.trouble = reasons;
    throw sys::Trouble("ask", name_, reasons);
}

std::vector<Reply> Servers::ask(const std::vector<std::string>& commands) {
    const bool was_rested = std::exchange(is_rested_, false);
    bool may_have_gone = connection_ && was_rested;
    // An idle server says nothing: what it has sent meanwhile is no answer of ours, or the end.
    if (may_have_gone && !connection_->is_quiet()) {
        hang_up();
        may_have_gone = false;
    }
    while (true) {
        if (!connection_) {
            dial();
        }
        std::string text;
        const bool logs_in = std::exchange(must_log_in_, false);
        if (logs_in) {
            text = login_.user.empty() ? command({"AUTH", login_.password})
                                       : command({"AUTH", login_.user, login_.password});
        }
        for (const std::string& one : commands) {
            text += one;
        }
        std::vector<Reply> replies;
        reader_.reset();
        try {
            send_and_receive(text, commands.size() + (logs_in ? 1 : 0), replies);
        } catch (const sys::Connection::Broken& broken) {
            hang_up();
            // Only what broke before any answer, and not for being late, is tried again.
            if (may_have_gone && replies.empty() && !reader_.has_rest() && Clock::now() < deadline_) {
                may_have_gone = false;
                continue;
            }
            throw Unavailable{broken.why};
        }
        for (const Reply& reply : replies) {
            expect_no_error(reply);
        }
        replies.erase(replies.begin(), replies.begin() + (logs_in ? 1 : 0));
        return replies;
    }
}

void Servers::send_and_receive(const std::string& text, std::size_t count, std::vector<Reply>& replies) {
    connection_->send(text, deadline_);
    std::array<char, 4096> buffer; // NOLINT: what is read of it is what came
    while (replies.size() < count) {
        const std::size_t got = connection_->receive(buffer.data(), buffer.size(), deadline_);
        if (got == 0) {
            throw sys::Connection::Broken{"the connection broke before its answer"};
        }
        reader_.feed({buffer.data(), got});
        while (replies.size() < count) {
            auto reply = reader_.next();
            if (!reply) {
                break;
            }
            replies.push_back(*std::move(reply));
        }
    }
    if (reader_.has_rest()) {
        throw Garbled{"more answers than questions"};
    }
}

void Servers::expect_no_error(const Reply& reply) const {
    if (reply.kind != Reply::Kind::error) {
        return;
    }
    const std::string_view word = std::string_view{reply.text}.substr(0, reply.text.find(' '));
    const std::string quoted = sys::cleaned(reply.text, longest_quote);
    if (std::ranges::find(not_here, word) != not_here.end()) {
        throw Unavailable{quoted};
    }
    throw sys::Trouble("ask", server().text, quoted);
}

void Servers::dial() {
    try {
        connection_ = sys::Connection::to(server(), deadline_);
    } catch (const sys::Connection::Broken& broken) {
        throw Unavailable{broken.why};
    }
    must_log_in_ = !login_.password.empty();
}

// What fails here is dialled again, as a connection is that broke while nobody asked.
void Servers::begin_to_dial() {
    try {
        connection_ = sys::Connection::begun(server());
    } catch (const sys::Connection::Broken&) {
        return;
    }
    is_rested_ = true;
    must_log_in_ = !login_.password.empty();
}

void Servers::hang_up() {
    connection_.reset();
}

} // namespace redis
