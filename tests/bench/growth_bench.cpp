// Grows one state, record by record as decisions would:
//
//   growth_bench FILE SIZE...        a new file, sizes rising
//
// Per size one line: records, bytes of their lines, bytes of the file, mean and slowest update so far in
// microseconds.
#include "store/file/file_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using namespace greylist;

// As mail has them: some networks, many senders, a few recipients.
Record record(unsigned long number) {
    const std::string network =
        "10." + std::to_string(number % 200) + '.' + std::to_string(number / 200 % 250) + ".0";
    return {triplet_key(network, "sender" + std::to_string(number) + "@example.net",
                        "user" + std::to_string(number % 997) + "@example.org"),
            Time{Seconds{1'700'000'000}}, Time{Seconds{1'700'000'400}}, 1};
}

} // namespace

int main(int argc, char** argv) {
    const std::string path = argv[1];
    // At a time at which nothing is forgotten.
    store::FileStore state(path, std::uint64_t{1} << 40U, false,
                           {.rule = {}, .now = Time{Seconds{1'700'000'400}}});
    std::chrono::duration<double, std::micro> slowest{0};
    std::chrono::duration<double, std::micro> all{0};
    unsigned long text = 0;
    unsigned long done = 0;
    for (int i = 2; i < argc; ++i) {
        const unsigned long size = std::strtoul(argv[i], nullptr, 10);
        for (; done < size; ++done) {
            const Record next = record(done);
            text += line_of(next).size() + 1;
            const auto began = std::chrono::steady_clock::now();
            state.update(next.key, [&](const auto&) { return std::optional{next}; });
            const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
            all += took;
            slowest = std::max(slowest, took);
        }
        std::printf("%lu %lu %lu %.1f %.0f\n", size, text,
                    static_cast<unsigned long>(std::filesystem::file_size(path)),
                    all.count() / static_cast<double>(done), slowest.count());
        static_cast<void>(std::fflush(stdout));
    }
    return 0;
}
