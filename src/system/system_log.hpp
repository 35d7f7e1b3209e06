// Lines to the system's log, as syslog(3) sends them but for the time, which the log's daemon knows as well:
// the library's function reads the time zone's file for it and writes through a stream in memory, which costs
// 25,000 instructions, a dozen system calls and as many page faults, 50 µs a line.
#pragma once

#include "system/descriptor.hpp"

#include <string>
#include <string_view>

#include <paths.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

namespace sys {

class SystemLog {
  public:
    // `facility`: LOG_MAIL and the like.
    explicit SystemLog(std::string_view program, int facility, std::string_view path = _PATH_LOG);

    // `priority`: LOG_INFO and the like. Where nobody listens the line is lost.
    void send(int priority, std::string_view text);

  private:
    [[nodiscard]] bool send_datagram(std::string_view line) const;
    [[nodiscard]] const sockaddr* address() const;

    std::string_view program_;
    int facility_;
    sockaddr_un address_{};
    Descriptor socket_;
    bool is_stream_ = false;
};

} // namespace sys
