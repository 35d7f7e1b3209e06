// The files of a log, read as one: plain or compressed, rotated or of several hosts, in the order of their times.
// This is the edge: it opens, reads, starts what decompresses, and knows nothing of what an entry says.
#pragma once

#include "report/entries.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace report {

class Logs {
  public:
    // `done` and `all` in bytes; `all` is 0 where nobody knows. Called now and then.
    using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

    // Looks at the beginning of each file. `-` is standard input; a file that is named twice is read once. `now`: what is
    // not a file was written then. Throws sys::Trouble.
    Logs(const std::vector<std::string>& paths, sys::Time now, Progress progress);
    ~Logs();
    Logs(const Logs&) = delete;
    Logs& operator=(const Logs&) = delete;

    // The next entry of the filter by its time; of the same time, in the order of the files. It lasts until the next call.
    // Throws sys::Trouble.
    std::optional<Entry> next();

    // Of all files; of their end, when all is read.
    [[nodiscard]] std::optional<sys::Time> begin() const { return begin_; }
    [[nodiscard]] std::optional<sys::Time> end() const { return end_; }
    [[nodiscard]] std::uint64_t timeless() const { return timeless_; }

  private:
    class File;
    // One that was opened, and what comes next of it.
    struct Open {
        std::unique_ptr<File> file;
        Entry next;
        std::size_t place; // in the order in which they are read
    };

    void open_next();
    void advance(std::unique_ptr<File> file, std::size_t place);
    void close(File& file);
    void show_progress();

    std::vector<std::unique_ptr<File>> files_; // by their first times; those that were opened are gone
    std::size_t opened_ = 0;
    std::vector<Open> open_;        // a heap, the earliest entry first
    std::unique_ptr<File> current_; // of the entry that was given last
    std::size_t current_place_ = 0;
    Progress progress_;
    std::uint64_t all_ = 0;
    std::uint64_t closed_bytes_ = 0;
    unsigned entries_ = 0;
    std::optional<sys::Time> begin_;
    std::optional<sys::Time> end_;
    std::uint64_t timeless_ = 0;
};

} // namespace report
