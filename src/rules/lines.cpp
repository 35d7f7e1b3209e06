#include "rules/lines.hpp"

#include "system/descriptor.hpp"
#include "system/lines.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rules {

namespace {

// No name, address or sensible text comes near it.
constexpr std::size_t longest_line = 8192;

constexpr std::size_t read_size = std::size_t{256} * 1024;

// A file's lines, each with its newline. Not getline(3), which costs a compile of a million a twentieth more.
class Reader {
  public:
    explicit Reader(const std::string& path)
        : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), buffer_(read_size, '\0') {
        if (!file_.is_open()) {
            throw sys::Trouble{"open", path, errno};
        }
    }

    // The next one, until the next call; empty at the end of the file.
    std::string_view next() {
        for (std::size_t looked_at = 0;;) {
            const std::size_t end = rest_.find('\n', looked_at);
            if (end != std::string_view::npos) {
                return take(end + 1);
            }
            looked_at = rest_.size();
            if (!refill()) {
                return take(rest_.size());
            }
        }
    }

  private:
    std::string path_;
    sys::Descriptor file_;
    std::string buffer_;
    std::string_view rest_; // of what was read

    std::string_view take(std::size_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    // False at the end of the file.
    bool refill() {
        const std::size_t kept = rest_.size();
        std::copy(rest_.begin(), rest_.end(), buffer_.begin());
        buffer_.resize(std::max(buffer_.size(), 2 * kept));
        ssize_t got = 0;
        do {
            got = ::read(file_.number(), buffer_.data() + kept, buffer_.size() - kept);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            throw sys::Trouble{"read", path_, errno};
        }
        rest_ = std::string_view{buffer_}.substr(0, kept + static_cast<std::size_t>(got));
        return got > 0;
    }
};

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_blank_word(std::string_view& text) {
    const auto* const end = std::find_if(text.begin(), text.end(), [](char c) { return is_blank(c); });
    const auto* const next = std::find_if(end, text.end(), [](char c) { return !is_blank(c); });
    const std::string_view word{text.begin(), end};
    text = {next, text.end()};
    return word;
}

void read_lines(const std::string& path, Comments comments, Complaints& complaints,
                const std::function<void(const Line&)>& use) {
    Reader reader{path};
    Line line{{path, 0}, {}};
    while (!(line.text = reader.next()).empty()) {
        if (++line.source.line == 1) {
            if (sys::is_utf16(line.text)) {
                complaints.wrong(line.source, "UTF-16", "expected UTF-8");
                return;
            }
            sys::skip_byte_order_mark(line.text);
        }
        if (line.text.size() > longest_line) {
            complaints.wrong(line.source, "a line of " + std::to_string(line.text.size()) + " bytes",
                             "expected at most " + std::to_string(longest_line));
            continue;
        }
        if (comments == Comments::to_the_end_of_line) {
            line.text = line.text.substr(0, line.text.find('#'));
        }
        line.text = trimmed(line.text);
        if (line.text.find('\0') != std::string_view::npos) {
            complaints.wrong(line.source, line.text, "expected text, not a NUL byte");
        } else if (!line.text.empty() && line.text.front() != '#') {
            use(line);
        }
    }
}

} // namespace rules
