// Any bytes as a request: it is read or refused, what is kept of it is bounded, and nothing of it can end a
// reply or a log line.
#include "decision/greylist_texts.hpp"
#include "greylist/triplet.hpp"
#include "protocol/action.hpp"
#include "protocol/framing.hpp"
#include "protocol/log_line.hpp"
#include "protocol/request.hpp"
#include "system/lines.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool is_one_line(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_reply(const std::string& reply) {
    must(reply.starts_with("action=") && reply.ends_with("\n\n"));
    must(is_one_line(reply.substr(0, reply.size() - 2)));
}

void check_request(const protocol::Request& request) {
    (void)protocol::test_time(request);
    check_reply(protocol::reply("DEFER " + decision::waiting_text("%s %r", sys::Seconds{1}, request.recipient,
                                                                  request.etrn_domain.has_value())));
    const std::string line = protocol::decision_line({.action = "greylist", .reason = "new"}, request, false);
    must(is_one_line(sys::cleaned(line)));
    if (request.client_address) {
        for (const bool hashed : {false, true}) {
            const greylist::Grouping grouping{.by_host = hashed, .hashed = hashed};
            const auto key = triplet_of(*request.client_address, request.sender, request.recipient, grouping);
            must(is_one_line(key.text));
            must(std::count(key.text.begin(), key.text.end(), ' ') == (hashed ? 0 : 2));
        }
    }
}

// No value is longer than it may be, and there are no more of them than there may be.
void check_block(std::string_view block) {
    must(block.size() <= protocol::largest_request + 2 * protocol::longest_value &&
         block.find('\0') == std::string_view::npos);
    must(std::count(block.begin(), block.end(), '\n') <=
         static_cast<std::ptrdiff_t>(protocol::most_attributes) + 1);
    while (!block.empty()) {
        const std::string_view line = sys::take_line(block);
        const auto equals = std::min(line.find('='), line.size());
        const auto number = protocol::attribute_number(line.substr(0, equals));
        must(line.size() - equals <=
             1 + (number ? protocol::longest_value_of(*number) : protocol::longest_value));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};

    protocol::Collector whole;
    const std::size_t taken = whole.take(bytes);
    protocol::Collector halves;
    std::size_t first = halves.take(bytes.substr(0, size / 2));
    first += halves.take(bytes.substr(first));
    must(taken == first && whole.block() == halves.block() && whole.is_complete() == halves.is_complete());

    const std::string block{whole.block()};
    check_block(block);
    const auto parsed = protocol::parse_request(block);
    if (const auto* request = std::get_if<protocol::Request>(&parsed)) {
        check_request(*request);
    } else {
        must(!std::get<protocol::Malformed>(parsed).reason.empty());
    }
    check_reply(protocol::reply(bytes));
    (void)protocol::from_base64(bytes);
    (void)greylist::steady_sender(bytes);
    return 0;
}
