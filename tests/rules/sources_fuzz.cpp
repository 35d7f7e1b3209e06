// Any bytes as a list of clients, of recipients, and as a rules file: each line is taken or told, what is
// taken can be found again, and what is compiled is listed as what compiles to the same bytes.
#include "rules/compiled.hpp"
#include "rules/compiler.hpp"
#include "rules/postgrey_lists.hpp"
#include "rules/rules_file.hpp"
#include "rules/table.hpp"
#include "system/lines.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// A file in memory, under a path.
class Memory {
  public:
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_.number()); }
    [[nodiscard]] int number() const { return file_.number(); }

    void put(std::string_view bytes) const {
        must(::ftruncate(number(), 0) == 0);
        must(::pwrite(number(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        must(::lseek(number(), 0, SEEK_SET) == 0);
    }

    [[nodiscard]] std::string contents() const {
        std::string bytes(static_cast<std::size_t>(::lseek(number(), 0, SEEK_END)), '\0');
        must(::pread(number(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        return bytes;
    }

  private:
    sys::Descriptor file_{::memfd_create("fuzz", 0)};
};

using Read = void (*)(const std::string& path, rules::Compiler& compiler);

bool is_one_line(const std::string& text) {
    return text.find('\n') == std::string::npos;
}

// Compiles `text` into `output`; false where there was an error.
bool compile(std::string_view text, Read read, const Memory& output) {
    const Memory source;
    source.put(text);
    output.put("");
    rules::Compiler compiler;
    compiler.book().write_to(output.number(), "memory");
    read(source.path(), compiler);
    compiler.finish();
    for (const std::string& line : compiler.complaints().lines()) {
        must(is_one_line(line) && line.find(": ") != std::string::npos);
    }
    return !compiler.complaints().are_errors();
}

std::string listing_of(const Memory& compiled_file) {
    std::string listing;
    const rules::Compiled compiled{compiled_file.path()};
    compiled.each([&](const rules::Compiled::Record& record) {
        std::string_view rest = record.value;
        const std::string_view source = sys::take_until(rest, ' ');
        listing.append("at ")
            .append(source)
            .append(" ")
            .append(rules::entry_text(record.key, rest))
            .append("\n");
    });
    return listing;
}

void check(std::string_view text, Read read) {
    const Memory first;
    if (!compile(text, read, first)) {
        return;
    }
    const Memory second;
    must(compile(listing_of(first), rules::read_rules, second));
    must(first.contents() == second.contents());
    rules::Subject subject;
    subject.client_name = subject.helo_name = subject.sender = subject.recipient = text;
    rules::Table{first.path()}.match(subject);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    if (text.find("include") != std::string_view::npos) {
        return 0; // which files there are is not for a fuzzer to find out
    }
    switch (data[0] % 3) {
    case 0:
        check(text, rules::read_client_list);
        break;
    case 1:
        check(text, rules::read_recipient_list);
        break;
    default:
        check(text, rules::read_rules);
        break;
    }
    return 0;
}
