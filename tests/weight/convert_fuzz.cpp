// Any bytes for a policyd-weight.conf: the filter's own reader takes each line that comes out, and a text
// comes out as it went in.
#include "options.hpp"
#include "settings/config_file.hpp"
#include "weight/convert.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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

decision::Settings settings_of(const std::string& config) {
    static const int file = memfd_create("config", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    must(ftruncate(file, 0) == 0 &&
             pwrite(file, config.data(), config.size(), 0) == static_cast<ssize_t>(config.size()),
         "no file in memory");
    decision::Settings settings;
    for (const std::string& complaint : options::read_config(path, true, settings)) {
        must(false, complaint);
    }
    return settings;
}

// As Perl has it in single quotes.
std::string quoted(std::string_view text) {
    std::string literal{"'"};
    for (const char c : text) {
        literal.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
    }
    return literal += '\'';
}

void must_be_ours(std::string_view perl) {
    const auto converted = weight::convert_policyd_weight(perl);
    must(settings_of(converted.config).weight.value().is_on, "not switched on");
    for (const std::string& complaint : converted.complaints) {
        must(complaint.starts_with("line ") && complaint.ends_with(": left out"), complaint);
    }
}

void must_come_through(std::string_view text) {
    const auto converted = weight::convert_policyd_weight("$MAXDNSERRMSG = " + quoted(text) + ";");
    if (converted.complaints.empty()) {
        must(settings_of(converted.config).weight.value().texts.too_many_errors == text, "another text");
    } else {
        must(text.size() > 4096 || text.find_first_of("\r\n") != std::string_view::npos,
             converted.complaints.front());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    must_be_ours(text);
    must_come_through(text);
    return 0;
}
