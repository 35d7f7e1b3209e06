#include "store/file/bulk.hpp"

#include "store/temporary_state.hpp"

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
    store(records(0, 100000));
    EXPECT_EQ(lines().size(), 100000U);
    EXPECT_TRUE(findings().empty());
    const auto size = std::filesystem::file_size(path());
    store(records(50000, 200000));
    EXPECT_GT(std::filesystem::file_size(path()), size);
    EXPECT_EQ(lines().size(), 200000U);
    EXPECT_TRUE(findings().empty());
    EXPECT_TRUE(check(path(), [](unsigned) {}).remarks.empty());
    FileStore state = open();
    for (unsigned i = 0; i < 200000; i += 997) {
        EXPECT_TRUE(get(state, numbered(i))) << i;
    }
}

} // namespace
} // namespace store
