// Any bytes as a reply: what comes out of it is one clean line or a reason, and the same however it arrives.
#include "ask/reply.hpp"
#include "system/text.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool claim) {
    if (!claim) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto length = ask::reply_length(bytes);
    const ask::Reply reply = ask::parse_reply(bytes.substr(0, length.value_or(size)));
    // What others wrote for the mail client may have characters that cannot be seen; what is logged may not.
    require(sys::one_line(reply.action) == reply.action && sys::cleaned(reply.wrong) == reply.wrong);
    require(reply.wrong.empty() || reply.action.empty());
    if (length) {
        require(*length > 0 && *length <= size && bytes[*length - 1] == '\n');
        require(ask::reply_length(bytes.substr(0, *length)) == length);
        require(!ask::reply_length(bytes.substr(0, *length - 1)));
    }
    return 0;
}
