// Any bytes over a connection, in pieces of any size: the requests are as many as in one piece, each is answered once and in
// its turn, what is kept is bounded, and the connection comes to its end. The first byte says how large the pieces are.
#include "calling/connection.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::size_t answered(calling::Connection& connection) {
    std::size_t count = 0;
    while (connection.has_request()) {
        must(connection.request().size() <= protocol::largest_request + 2048);
        connection.answered("answer\n");
        ++count;
    }
    return count;
}

std::size_t requests_in(std::string_view bytes, std::size_t at_once, bool stays) {
    calling::Connection connection{stays};
    std::size_t count = 0;
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, at_once);
        connection.take(piece);
        bytes.remove_prefix(piece.size());
        count += answered(connection);
    }
    connection.end();
    count += answered(connection);
    must(connection.to_write().size() == count * 7);
    connection.written(connection.to_write().size());
    must(connection.is_over());
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    for (const bool stays : {false, true}) {
        const std::size_t count = requests_in(bytes, std::max<std::size_t>(data[0], 1), stays);
        must(count == requests_in(bytes, size, stays));
        must(stays || count == 1);
    }
    return 0;
}
