#include "transfer/import.hpp"

#include "system/descriptor.hpp"
#include "system/line_reader.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace transfer {

Import::Import(const std::string& format, const Home& home, Handlers handlers)
    : format_(format), handlers_(std::move(handlers)),
      reader_(reader_of(
          format, home,
          {[this](Record record) { take(std::move(record)); },
           [this](std::size_t line, std::string_view why) { complain(inputs_.place(line), why); }})) {}

void Import::read(const std::string& path) {
    const bool is_stdin = path == "-";
    const std::string name = is_stdin ? "standard input" : path;
    const sys::Descriptor opened{is_stdin ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!is_stdin && !opened.is_open()) {
        throw sys::Trouble("open", path, errno);
    }
    sys::LineReader lines{is_stdin ? STDIN_FILENO : opened.number(), name, reader_->longest_line()};
    inputs_.begin(name);
    bool is_empty = true;
    bool is_understood = false;
    while (const auto line = lines.next()) {
        line_ = inputs_.next_number();
        const std::string_view text = line->text.substr(0, line->text.find_last_not_of('\r') + 1);
        if (line->is_too_long()) {
            complain(inputs_.place(line_),
                     "longer than " + std::to_string(reader_->longest_line()) + " bytes");
        } else if (!text.empty()) {
            is_understood = reader_->take(text, line_) || is_understood;
        }
        is_empty = is_empty && text.empty() && !line->is_too_long();
    }
    if (!is_empty && !is_understood) {
        complain(name, "nothing in it was understood as " + format_);
    }
}

void Import::finish() {
    reader_->finish();
    store();
}

void Import::complain(const std::string& place, std::string_view why) {
    ++unusable_;
    handlers_.complain(place, why);
}

void Import::take(Record record) {
    constexpr std::size_t at_once = 1'000'000; // records kept in memory
    constexpr std::size_t longest_key = 3500;  // a page holds such a record
    if (record.key.text.size() > longest_key) {
        complain(inputs_.place(line_), "a record was left out: its key is too long");
        return;
    }
    records_.push_back(std::move(record));
    if (records_.size() == at_once) {
        store();
    }
}

void Import::store() {
    taken_ += records_.size();
    handlers_.store(std::exchange(records_, {}));
}

} // namespace transfer
