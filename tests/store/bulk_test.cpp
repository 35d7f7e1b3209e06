#include "store/file/bulk.hpp"

#include "store/temporary_state.hpp"
#include "thorough.hpp"

namespace store {
namespace {

class Bulk : public TemporaryState {
  protected:
    void store(const std::vector<Record>& records) const {
        store_all(
            path(), gigabyte, records,
            [](const Record& seen, const Record& incoming) { return merged(seen, incoming, Rule{}); },
            [](unsigned) {});
    }
    static std::vector<Record> records(unsigned from, unsigned to) {
        std::vector<Record> result;
        for (unsigned i = from; i < to; ++i) {
            result.push_back({numbered(i), at(1), at(2), 1});
        }
        return result;
    }
};

TEST_F(Bulk, OfAHundredThousandRecordsAllAreThereInANewStateAndInOneThatHasPagesBelowTheRoots) {
    constexpr unsigned many = 100000 / tests::every;
    store(records(0, many));
    EXPECT_EQ(lines().size(), many);
    EXPECT_TRUE(findings().empty());
    const auto size = std::filesystem::file_size(path());
    store(records(many / 2, 2 * many));
    EXPECT_GT(std::filesystem::file_size(path()), size);
    EXPECT_EQ(lines().size(), 2 * many);
    EXPECT_TRUE(findings().empty());
    EXPECT_TRUE(check(path(), [](unsigned) {}).remarks.empty());
    FileStore state = open();
    for (unsigned i = 0; i < 2 * many; i += 997) {
        EXPECT_TRUE(get(state, numbered(i))) << i;
    }
}

} // namespace
} // namespace store
