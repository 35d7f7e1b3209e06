// Any bytes as each format that is imported. Nothing crashes; every record that comes of it can be stored, is not
// later than now, and is told by its key or complained of when it comes back from postgrey; a complaint is of a
// line that was there; what nothing was understood of gives nothing; and the lines of other programs in a log
// change nothing.
#include "transfer/format.hpp"
#include "transfer/words.hpp"

#include <array>
#include <cstdlib>

namespace {

using namespace transfer;

constexpr std::array formats{"greyonce", "postgrey", "greylistd", "milter-greylist",
                             "spamdb",   "log",      "sqlgrey"};
constexpr Time now{Seconds{1'800'000'000}};

void expect(bool holds) {
    if (!holds) {
        std::abort();
    }
}

struct Result {
    std::vector<Record> records;
    std::size_t understood = 0;
    std::size_t complaints = 0;
};

Result read(std::string_view format, const std::vector<std::string_view>& lines) {
    Result result;
    const auto reader = reader_of(format, Home{{}, {}, now},
                                  {[&](Record record) { result.records.push_back(std::move(record)); },
                                   [&](std::size_t line, std::string_view why) {
                                       expect(line >= 1 && line <= lines.size() && !why.empty());
                                       ++result.complaints;
                                   }});
    std::size_t number = 0;
    for (const std::string_view line : lines) {
        result.understood += reader->take(line, ++number) ? 1 : 0;
    }
    reader->finish();
    return result;
}

void expect_can_be_stored(const Record& record) {
    const std::string line = line_of(record);
    const auto again = greylist::record_of(line);
    expect(again && again->key == record.key && line.find('\n') == std::string::npos);
    expect(record.first <= now && record.last <= now);
}

// A triplet or a client that goes out to postgrey comes back as the same.
void expect_comes_back(const Record& record) {
    const std::string dump = postgrey_dump_of(record, record.key.kind);
    if (dump.empty()) {
        return;
    }
    const auto lines = split(dump, '\n');
    const Result back = read("postgrey", {lines.begin(), lines.begin() + 2});
    expect(back.records.size() + back.complaints == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view format = formats.at(data[0] % formats.size());
    const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
    const auto lines = split(text, '\n');
    const Result result = read(format, lines);
    expect(result.understood > 0 || result.records.empty());
    for (const Record& record : result.records) {
        expect_can_be_stored(record);
        expect_comes_back(record);
    }
    if (format == "log") {
        // Lines of other programs between them change nothing.
        std::vector<std::string_view> among;
        for (const std::string_view line : lines) {
            among.insert(among.end(), {line, "Nov 14 22:13:20 mx sshd[1]: Connection closed by 192.0.2.1"});
        }
        expect(read(format, among).records == result.records);
    }
    return 0;
}
