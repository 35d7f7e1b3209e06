// The log of a process that stays and must not wait: what its daemon does not take at once is kept for a while,
// and lost where that grows too much.
#pragma once

#include "calling/log.hpp"
#include "system/system_log.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace calling {

class SteadyLog {
  public:
    explicit SteadyLog(const sys::LogPlace& place) : place_(place) {}

    // Lines as composed() makes them.
    void send(std::vector<std::string> lines);
    void warn(const std::string& text) {
        send(composed({{protocol::LogLine::Level::warning, text}}, place_));
    }
    // Tries again what was kept.
    void flush();
    // The process ends: what was kept is waited for, as one that answers a single request does.
    void finish();
    [[nodiscard]] bool has_kept() const { return !kept_.empty(); }

    [[nodiscard]] const sys::LogPlace& place() const { return place_; }

  private:
    static constexpr std::size_t most_kept = 2000; // lines: half a megabyte

    bool send_now(const std::string& line);

    sys::LogPlace place_;
    std::optional<sys::SystemLog> system_;
    std::deque<std::string> kept_;
    std::size_t lost_ = 0;
};

// What may happen again and again, and is told once a minute.
class OnceAMinute {
  public:
    bool is_due(std::chrono::steady_clock::time_point now) {
        constexpr std::chrono::minutes pause{1};
        if (last_ && now < *last_ + pause) {
            return false;
        }
        last_ = now;
        return true;
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> last_;
};

} // namespace calling
