// What goes into the mail log. Pure. The shape is postgrey's, because mailgraph, logcheck and postgreyreport
// read it:
//
//   [queue_id: ]action=greylist, reason=new, client_name=…, client_address=…, sender=…, recipient=…[,
//   rule=FILE:LINE]
#pragma once

#include "policy/request.hpp"
#include "system/time.hpp"

#include <optional>
#include <string>

namespace policy {

struct LogLine {
    enum class Level { info, warning };
    Level level = Level::info;
    std::string text; // not yet cleaned
};

// What the line says beside the request.
struct Account {
    std::string action{}; // pass, greylist, …
    std::string reason{};
    std::optional<sys::Seconds> delay{}; // waited until now
    std::string rule{};                  // FILE:LINE; empty where no rule decided
};

// What an access(5) action is called in such a line: pass, defer or reject.
std::string_view logged(std::string_view action);

std::string decision_line(const Account& account, const Request& request, bool is_dry_run);

} // namespace policy
