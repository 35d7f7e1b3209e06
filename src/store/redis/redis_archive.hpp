// All records that Redis or Valkey keeps under the prefix, behind store/archive.hpp. Records are found by SCAN, some
// hundreds at a time, so that the server serves others between; changed is what nobody else has changed meanwhile.
#pragma once

#include "store/archive.hpp"
#include "store/redis/servers.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

class RedisArchive final : public store::Archive {
  public:
    // By `keeping` it is decided how long the server keeps what is stored.
    RedisArchive(const store::Settings& settings, const store::Keeping& keeping);

    void each_record(const std::function<void(const greylist::Record&)>& look,
                     const store::Progress& progress) override;
    store::Swept sweep(store::Time now, const std::function<bool(const greylist::Record&)>& may_go,
                       const store::Progress& progress) override;
    void store_all(std::vector<greylist::Record> records, const store::Merge& merge,
                   const store::Progress& progress) override;
    store::Checked check(const store::Progress& progress) override;
    greylist::Extent extent() override;

  private:
    // A key of ours with its value, which need not be a record.
    struct Entry {
        std::string name;
        greylist::Key key;
        std::string value;
    };
    using Batch = std::vector<Entry>;
    // One that is to be stored, and what is there in its place.
    struct Merging {
        Entry there;
        const greylist::Record* incoming;
    };
    std::vector<Merging> merging(std::span<const greylist::Record> records);
    void store_merged(std::vector<Merging>& open, const store::Merge& merge);
    void each_batch(const std::function<void(const Batch&)>& look, const store::Progress& progress);
    std::vector<Reply> ask(const std::vector<std::string>& commands);
    void take_the_one_to_write_to();
    [[nodiscard]] std::string information();

    std::string prefix_;
    store::Keeping keeping_;
    std::chrono::seconds timeout_;
    Servers servers_;
};

} // namespace redis
