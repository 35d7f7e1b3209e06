// Lines to the system's log, as syslog(3) sends them but for the time, which the log's daemon knows as well:
// the library's function reads the time zone's file for it and writes through a stream in memory, which costs
// 25,000 instructions, a dozen system calls and as many page faults, 50 µs a line.
#pragma once

#include "system/descriptor.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <paths.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#ifndef _PATH_LOG // musl's paths.h has none
#define _PATH_LOG "/dev/log"
#endif

namespace sys {

class SystemLog {
  public:
    explicit SystemLog(std::string_view path = _PATH_LOG);

    // A text as it goes out. `priority`: LOG_MAIL | LOG_INFO and the like.
    static std::string line(std::string_view program, int priority, std::string_view text);
    // Where nobody listens the line is lost, and so it is where the daemon has not taken it within
    // `patience`; one that is so far behind gets no more of it.
    void send(std::string_view line);

    // The same without waiting. The errno value that says why it was not sent, or 0; with EAGAIN the daemon is
    // behind, and the line may be sent again.
    int send_now(std::string_view line);

    static constexpr std::chrono::milliseconds patience{100};

  private:
    void open_stream();
    [[nodiscard]] bool send_bytes(std::string_view line, int flags) const;
    bool send_soon(std::string_view line);
    [[nodiscard]] const sockaddr* address() const;

    sockaddr_un address_{};
    Descriptor socket_;
    bool is_stream_ = false;
    bool is_behind_ = false;
};

} // namespace sys
