// Any bytes as a page, as a page's first line, as page 0, and as a record: nothing crashes, and what is read
// is written as it was.
#include "store/file/page.hpp"
#include "store/file/page_zero.hpp"
#include "system/lines.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace greylist;
    using namespace store;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    static_cast<void>(head_in(text));
    static_cast<void>(seed_in(text));
    static_cast<void>(whats_wrong_with(text));

    Page::Bytes bytes{};
    std::copy_n(text.data(), std::min(size, bytes.size()), bytes.data());
    const std::string whole = Page::whole_lines(bytes);
    if (auto page = Page::read(bytes); page && page->bytes() != bytes) {
        std::abort();
    }
    for (std::string_view rest = whole; !rest.empty();) {
        sys::take_until(rest, '\n');
    }

    // The same bytes as the lines of a sound page, with one of them spoiled afterwards.
    Page page{{.number = 1, .place = {.root = 0}}};
    std::string_view rest = text.substr(0, std::min(size, room_for_lines - 1));
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!line.empty() && line.size() < page.room()) {
            page.append(line);
        }
        if (const auto record = record_of(line); record && line_of(*record) != line) {
            std::abort();
        }
        if (unescaped(escaped(line)) != line) {
            std::abort();
        }
    }
    Page::Bytes sound = page.bytes();
    const auto again = Page::read(sound);
    if (!again || again->lines() != page.lines()) {
        std::abort();
    }
    const std::size_t hit = size == 0 ? 0 : data[0] * page_size / 256;
    sound.at(hit) = static_cast<char>(sound.at(hit) ^ 1);
    if (Page::read(sound)) {
        std::abort();
    }
    const std::string left = Page::whole_lines(sound);
    for (std::string_view lines = left; !lines.empty();) {
        const std::string line = std::string{sys::take_until(lines, '\n')} + '\n';
        if (page.lines().find(line) == std::string_view::npos) {
            std::abort();
        }
    }
    return 0;
}
