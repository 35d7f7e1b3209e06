// Any bytes as each format that is imported: nothing crashes, and every record that comes of it can be
// stored.
#include "moving/format.hpp"
#include "moving/words.hpp"

#include <array>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace moving;
    constexpr std::array formats{"greyonce", "postgrey", "greylistd", "milter-greylist", "spamdb", "log"};
    if (size == 0) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
    const auto take = [](const Record& record) {
        const auto again = greylist::record_of(line_of(record));
        if (!again || again->key != record.key || line_of(record).find('\n') != std::string::npos) {
            std::abort();
        }
        static_cast<void>(postgrey_dump_of(record, record.key.kind));
    };
    const auto reader =
        reader_of(formats.at(data[0] % formats.size()), Home{{}, {}, Time{Seconds{1'800'000'000}}},
                  {take, [](std::size_t, std::string_view) {}});
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        reader->take(line, ++number);
    }
    reader->finish();
    return 0;
}
