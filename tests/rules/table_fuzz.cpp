// Any bytes as a compiled file, and any bytes as the values of a request: an answer or trouble, nothing else.
#include "rules/compiled.hpp"
#include "rules/table.hpp"
#include "system/trouble.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void look_at(const std::string& path, std::string_view value) {
    try {
        const rules::Table table{path};
        rules::Subject subject;
        subject.client_address = sys::Address::parse("192.0.2.1");
        subject.client_name = "mail.example.net";
        subject.sender = value;
        subject.recipient = "bob+x@example.org";
        subject.helo_name = value;
        subject.server_address = "2001:db8::1";
        table.match(subject);
    } catch (const sys::Trouble&) { // NOLINT(bugprone-empty-catch): one of the two answers
    }
    try {
        const rules::Compiled compiled{path};
        compiled.each([](const rules::Compiled::Record& record) {
            if (record.key.size() + record.value.size() > 0x7fffffff) {
                std::abort();
            }
        });
    } catch (const sys::Trouble&) { // NOLINT(bugprone-empty-catch)
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const sys::Descriptor file{::memfd_create("fuzz", 0)};
    if (::pwrite(file.number(), data, size, 0) != static_cast<ssize_t>(size)) {
        std::abort();
    }
    look_at("/proc/self/fd/" + std::to_string(file.number()), bytes.substr(size / 2, 100));
    return 0;
}
