// What goes into the mail log. Pure. The shape is postgrey's, because mailgraph, logcheck and postgreyreport
// read it:
//
//   [queue_id: ]action=greylist, reason=new, client_name=…, client_address=…, sender=…, recipient=…[,
//   rule=FILE:LINE][, client_key=…]
//
// They look for ", name=", and a reader by eye or by grep for "name=": no value can bring either.
#pragma once

#include "protocol/request.hpp"
#include "system/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace protocol {

struct LogLine {
    enum class Level { info, warning };
    Level level = Level::info;
    std::string text; // not yet cleaned, but for the values in it
};

// No line is longer than 2048 bytes: what a daemon puts before the text, and the text. A value is cut long
// before (sys::log_value), and what has no limit of its own stands last.
constexpr std::size_t longest_log_line = 2048;
constexpr std::size_t longest_log_text =
    longest_log_line - std::string_view{"<191>greyonce[4194304]: \n"}.size();

// The text as it goes out.
std::string as_logged(const LogLine& line);

// NAME[ADDRESS], for such a text. A name cannot bring brackets of its own.
std::string logged_client(std::string_view name, const std::string& address);

// What the line says beside the request.
struct Account {
    std::string action{}; // pass, greylist, …
    std::string reason{};
    std::optional<sys::Seconds> delay{}; // waited until now
    std::string rule{};                  // FILE:LINE; empty where no rule decided
    std::string client_key{};            // what the client counts as, where that need not be its network
};

// What an access(5) action is called in such a line: pass, defer or reject.
std::string_view logged(std::string_view action);

std::string decision_line(const Account& account, const Request& request, bool is_dry_run);

} // namespace protocol
