// Lines to the system's log, as syslog(3) sends them but for the time, which the log's daemon knows as well:
// the library's function reads the time zone's file for it and writes through a stream in memory, which costs
// 25,000 instructions, a dozen system calls and as many page faults, 50 µs a line.
#pragma once

#include "system/descriptor.hpp"

#include <string>
#include <string_view>

#include <paths.h>
#include <syslog.h>

namespace sys {

class SystemLog {
  public:
    // `facility`: LOG_MAIL and the like.
    explicit SystemLog(std::string_view program, int facility, std::string_view path = _PATH_LOG);

    // `priority`: LOG_INFO and the like. Where nobody listens the line is lost.
    void send(int priority, std::string_view text);

  private:
    bool connect(int type);

    std::string_view program_;
    int facility_;
    std::string_view path_;
    Descriptor socket_;
    bool is_stream_ = false;
};

} // namespace sys
