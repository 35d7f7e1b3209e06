// A state in a folder of its own, which goes with the test; records to put there, and its bytes to spoil.
#pragma once

#include "store/file/file_store.hpp"
#include "store/file/page.hpp"
#include "store/file/survey.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace store {

using namespace greylist;

constexpr std::uint64_t gigabyte = std::uint64_t{1} << 30U;

inline Time at(std::int64_t seconds) {
    return Time{Seconds{seconds}};
}

inline Key numbered(unsigned number) {
    return triplet_key("192.0.2.0", "sender" + std::to_string(number) + "@example.net", "bob@example.org");
}

// Forgets nothing. At a time after all that the tests make.
inline Keeping keep_all() {
    const Seconds always = std::chrono::years{1000};
    return {.rule = {.retry_window = always, .max_age = always}, .now = at(9'999'999'999)};
}

class TemporaryState : public testing::Test {
  public:
    TemporaryState(const TemporaryState&) = delete;
    TemporaryState& operator=(const TemporaryState&) = delete;

  protected:
    TemporaryState() {
        std::string name = std::filesystem::temp_directory_path() / "state-XXXXXX";
        directory_ = mkdtemp(name.data());
        path_ = directory_ / "greylist.state";
    }
    ~TemporaryState() override { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    [[nodiscard]] FileStore open(std::uint64_t max_size = gigabyte) const {
        return {path(), max_size, false, keep_all()};
    }
    [[nodiscard]] FileStore open_to_stay() const { return {path(), gigabyte, false, keep_all(), true}; }
    [[nodiscard]] bool can_be_opened() const {
        try {
            static_cast<void>(open());
            return true;
        } catch (const sys::Trouble&) {
            return false;
        }
    }
    static void put(FileStore& state, const Record& record) {
        state.update(record.key, [&](const auto&) { return record; });
    }
    static std::optional<Record> get(FileStore& state, const Key& key) {
        std::optional<Record> result;
        state.update(key, [&](const std::optional<Record>& seen) {
            result = seen;
            return std::nullopt;
        });
        return result;
    }

    [[nodiscard]] std::string content() const {
        std::string bytes(std::filesystem::file_size(path_), '\0');
        std::ifstream(path_, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return bytes;
    }
    void spoil(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

    // Every line that can be read.
    [[nodiscard]] std::multiset<std::string> lines() const {
        std::multiset<std::string> result;
        Survey survey(path());
        survey.each_record([&](const Record& record) { result.insert(line_of(record)); }, [](unsigned) {});
        return result;
    }
    [[nodiscard]] std::vector<std::string> findings() const {
        return check(path(), [](unsigned) {}).findings;
    }
    // What greystate expire does where nothing has expired: everything is looked at, and mended.
    void mend() const {
        const auto none = [](const Record&) { return false; };
        const auto untold = [](unsigned) {};
        sweep(path(), false, at(9'999'999'999), none, untold);
    }

  private:
    std::filesystem::path directory_;
    std::filesystem::path path_;
};

} // namespace store
