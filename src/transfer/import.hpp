// What the reader of a format makes of files, portion by portion.
#pragma once

#include "transfer/format.hpp"
#include "transfer/input.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace transfer {

class Import {
  public:
    struct Handlers {
        std::function<void(std::vector<Record>)>
            store; // called once for a million records, and with the rest
        std::function<void(const std::string& place, std::string_view why)>
            complain; // of what cannot be used
    };
    Import(const std::string& format, const Home& home, Handlers handlers);

    // Whether there is such a format; otherwise nothing is to be read.
    [[nodiscard]] bool knows_format() const { return reader_ != nullptr; }

    // `path`: `-` is standard input. A file in which nothing was understood is complained of: it is likely to be of another
    // format. Throws sys::Trouble where it cannot be read.
    void read(const std::string& path);
    // After all files.
    void finish();

    [[nodiscard]] std::size_t taken() const { return taken_; }
    [[nodiscard]] std::size_t unusable() const { return unusable_; }

  private:
    void complain(const std::string& place, std::string_view why);
    void take(Record record);
    void store();

    std::string format_;
    Handlers handlers_;
    std::unique_ptr<Reader> reader_;
    Inputs inputs_;
    std::vector<Record> records_;
    std::size_t line_ = 0; // which is being read
    std::size_t taken_ = 0;
    std::size_t unusable_ = 0;
};

} // namespace transfer
