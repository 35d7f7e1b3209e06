// Any bytes as a log, in whichever form it is: what is read does not depend on how the bytes come, is never later or
// earlier than its own times say, and is the filter's; and whatever it tells, the figures add up, and no form of the report
// has a byte that is not clean, an element that a value brought, or a second line of one.
#include "report/counting.hpp"
#include "report/page.hpp"
#include "system/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace report;

constexpr sys::Time written{sys::Seconds{1'700'000'000}};

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

struct Read {
    std::vector<std::pair<sys::Time, std::string>> entries;
    std::optional<sys::Time> begin;
    std::optional<sys::Time> end;

    friend bool operator==(const Read&, const Read&) = default;
};

// In pieces of so many bytes.
Read read(std::string_view log, std::size_t piece) {
    Entries entries{written};
    Read result;
    std::string unread;
    for (std::size_t at = 0;; at += piece) {
        const bool is_end = at >= log.size();
        unread += is_end ? std::string_view{} : log.substr(at, piece);
        std::string_view left = unread;
        while (const auto entry = entries.next(left, is_end)) {
            result.entries.emplace_back(entry->time, entry->text);
        }
        unread.erase(0, unread.size() - left.size());
        must(unread.size() <= Entries::longest_line + piece);
        if (is_end) {
            must(unread.empty());
            break;
        }
    }
    result.begin = entries.begin();
    result.end = entries.end();
    return result;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

void expect_clean(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const sys::Character next = sys::character_at(text, at);
        must(next.clean || text[at] == '\n');
        at += next.length;
    }
}

void expect_sums(const Figures& figures) {
    std::uint64_t of_days = figures.beyond_the_days;
    for (const auto& [day, hours] : figures.days) {
        for (const Counts& counts : hours) {
            of_days += counts.all();
        }
    }
    must(of_days == figures.counts.all());
    must(figures.waits ==
         figures.waited.count() + figures.never + figures.gave_up + figures.open + figures.not_followed);
    must(figures.clients.size() <= 8 && figures.recipients.size() <= 8 && figures.rules.size() <= 8);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view log{reinterpret_cast<const char*>(data + 1), size - 1};
    const Read whole = read(log, log.size() + 1);
    must(read(log, 1 + data[0] % 61) == whole);

    Options options;
    options.limits = {.waits = 8, .names = 8, .rules = 8, .days = 2, .seconds = 1000};
    options.is_anonymous = data[0] % 2 == 1;
    Counting counting{options};
    for (const auto& [time, text] : whole.entries) {
        must(log.find(text) != std::string_view::npos);
        counting.take({time, text});
    }
    const Figures figures = counting.finish(whole.begin, whole.end);
    must(figures.lines == whole.entries.size());
    expect_sums(figures);
    const std::string html = html_of(page_of(figures));
    for (const std::string& text : {html, json_of(figures), text_of(figures)}) {
        expect_clean(text);
    }
    must(count(html, "<script") == 0 && count(html, "<main") == 1 && count(html, "</html>") == 1);
    return 0;
}
