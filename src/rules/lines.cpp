#include "rules/lines.hpp"

#include "system/trouble.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace rules {

namespace {

// No name, address or sensible text comes near it.
constexpr std::size_t longest_line = 8192;

constexpr std::size_t read_size = std::size_t{256} * 1024;

struct Buffer {
    char* text = nullptr;
    std::size_t size = 0;
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { std::free(text); } // NOLINT: getline(3) wants malloc's memory
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
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file{std::fopen(path.c_str(), "re"),
                                                                  &std::fclose};
    if (!file) {
        throw sys::Trouble{"open", path, errno};
    }
    static_cast<void>(std::setvbuf(file.get(), nullptr, _IOFBF, read_size)); // without it, only slower
    Buffer buffer;
    Line line{{path, 0}, {}};
    ssize_t size = 0;
    while ((size = ::getline(&buffer.text, &buffer.size, file.get())) >= 0) {
        ++line.source.line;
        line.text = std::string_view{buffer.text, static_cast<std::size_t>(size)};
        if (line.text.size() > longest_line) {
            complaints.wrong(line.source, "a line of " + std::to_string(size) + " bytes",
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
    if (std::ferror(file.get()) != 0) {
        throw sys::Trouble{"read", path, errno};
    }
}

} // namespace rules
