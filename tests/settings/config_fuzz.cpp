// Any bytes as a configuration file: each line that says something is an option or one complaint that names
// it; and any text without a line break can be written as a value.
#include "options.hpp"
#include "settings/config_file.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

namespace {

void must(bool holds, const std::string& what) {
    if (!holds) {
        std::fprintf(stderr, "%s\n", what.c_str());
        std::abort();
    }
}

const std::string& path() {
    static const std::string name = "/proc/self/fd/" + std::to_string(memfd_create("config", 0));
    return name;
}

std::vector<std::string> complaints_about(std::string_view text, decision::Settings& settings) {
    static const int file = std::atoi(path().substr(path().rfind('/') + 1).c_str());
    must(ftruncate(file, 0) == 0 &&
             pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
         "no file in memory");
    return options::read_config(path(), true, settings);
}

// The number that a complaint of one line begins with; 0 where it is about the whole.
std::size_t line_of(const std::string& complaint) {
    const std::string start = path() + ':';
    return complaint.starts_with(start) ? std::strtoul(complaint.c_str() + start.size(), nullptr, 10) : 0;
}

void must_tell_each_wrong_line(std::string_view text) {
    std::set<std::size_t> with_something;
    settings::ConfigFile lines{text};
    while (const auto line = lines.next()) {
        with_something.insert(line->number);
    }
    decision::Settings settings;
    std::size_t before = 0;
    for (const std::string& complaint : complaints_about(text, settings)) {
        const bool is_known = complaint.find("expected ") != std::string::npos ||
                              complaint.find("no such option") != std::string::npos;
        must(is_known, complaint);
        if (const std::size_t line = line_of(complaint)) {
            must(line > before && with_something.contains(line), complaint);
            before = line;
        }
    }
}

void must_be_a_value(std::string_view text) {
    if (text.find_first_of("\r\n") != std::string_view::npos) {
        return;
    }
    decision::Settings settings;
    complaints_about("greylist-text = " + settings::config_value(text) + "\n", settings);
    must(settings.greylist.text == text, "another text: " + settings.greylist.text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    must_tell_each_wrong_line(text);
    must_be_a_value(text);
    return 0;
}
