#include "ask/exchange.hpp"

#include "ask/reply.hpp"
#include "system/connection.hpp"
#include "system/trouble.hpp"

#include <array>

namespace ask {

namespace {

using Clock = sys::Connection::Clock;
using Broken = sys::Connection::Broken;

constexpr int most_tries = 2;

// Empty: the connection broke before any byte came.
std::string received(const sys::Connection& connection, Clock::time_point deadline) {
    std::string bytes;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = connection.receive(buffer.data(), buffer.size(), deadline)) {
        bytes.append(buffer.data(), got);
        if (const auto length = reply_length(bytes)) {
            bytes.resize(*length);
            return bytes;
        }
        if (bytes.size() > longest_reply) {
            throw Broken{"an answer of more than " + std::to_string(longest_reply) + " bytes"};
        }
    }
    return bytes.empty() ? bytes : throw Broken{"the connection broke in the middle of its answer"};
}

} // namespace

std::string exchange(const Endpoint& server, std::string_view question, std::chrono::microseconds limit) {
    const Clock::time_point deadline = Clock::now() + limit;
    try {
        for (int tries = 0; tries < most_tries; ++tries) {
            const auto connection = sys::Connection::to(server, deadline);
            connection.send(question, deadline);
            if (std::string reply = received(connection, deadline); !reply.empty()) {
                return reply;
            }
        }
    } catch (const Broken& broken) {
        throw sys::Trouble("ask", server.text, broken.why);
    }
    throw sys::Trouble("ask", server.text, "the connection broke before an answer, twice");
}

} // namespace ask
