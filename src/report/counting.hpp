// From the filter's lines, in the order of their times, to figures. Pure: who reads the log is not its business.
#pragma once

#include "report/entries.hpp"
#include "report/figures.hpp"
#include "report/waits.hpp"
#include "system/address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace report {

struct Options {
    std::optional<Day> since; // the first day that counts
    std::optional<Day> until; // the last one
    unsigned ipv4_prefix = 24;
    unsigned ipv6_prefix = 64;
    sys::Seconds delay{300}; // what the filter has
    sys::Seconds retry_window = std::chrono::days{2};
    bool is_anonymous = false; // names of mailboxes are left out
    Limits limits{};
    HashKey hash_key{};
};

class Counting {
  public:
    explicit Counting(const Options& options);
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;

    void take(const Entry& entry);
    // `begin` and `end`: the first and the last time of the log, whoever wrote there.
    Figures finish(std::optional<sys::Time> begin, std::optional<sys::Time> end);

  private:
    // Of the request that is being counted: who the client is, and which mail it may be.
    struct Who {
        std::string client; // an organisation, or a network
        std::string network;
        std::string words;              // of the mail: sender and recipient
        std::string_view key;           // what tells mails of the same words apart
        bool is_also_by_network = true; // as which it would be another mail
    };

    void take(const Decision& decision, sys::Time time, const LocalTime& local, std::uint64_t times);
    void count(const Decision& decision, Outcome outcome, const LocalTime& local, std::uint64_t times);
    void count_put_off(const Decision& decision, Outcome outcome, sys::Time time, bool is_wanted,
                       std::uint64_t times);
    void end_wait(const Decision& decision, sys::Time time);
    void count_came_back(const Wait& wait, const Decision& decision, sys::Time time);
    void take(const Weighed& weighed, std::uint64_t times);
    void take(const Warning& warning, std::uint64_t times);
    void ended(const Wait& wait, End end);
    void look_who(const Decision& decision); // sets who_
    [[nodiscard]] std::string mailbox_shown(std::string_view mailbox) const;
    [[nodiscard]] bool is_asked_for(Day day) const;
    Hash mail_hash(std::string_view key);
    [[nodiscard]] Hash hash(std::string_view text) const { return hash_of(text, options_.hash_key); }

    Options options_;
    Figures figures_;
    Waits waits_;
    Calendar calendar_;
    std::optional<sys::Time> last_;
    Who who_;
    std::string buffer_;

    // Organisations of names that were looked at lately: finding one takes longer than all else of a line.
    struct Lately {
        std::string name;
        std::string organisation;
    };
    std::vector<Lately> lately_;
    const std::string& organisation_lately(std::string_view name);
};

} // namespace report
