// Records that Redis or Valkey keeps for several machines, behind store/store.hpp: what is read is given to the
// step, and what it says is stored if nobody changed the record meanwhile (compare and set, by a script on one
// key); otherwise the step is called again.
#pragma once

#include "store/redis/servers.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace redis {

// The script's words: KEYS[1]; what was seen, what is to be there (nothing: no record), and for how many seconds.
// Answers an integer, or what is there in place of what was seen.
std::string compare_and_set(const std::string& name, const std::string& seen, const std::string& value,
                            std::int64_t seconds);

// A server's name may not be among `settings`' for others than whom is_meant_by() (place.hpp) means. Throws
// sys::Trouble: the password's file.
Servers servers_of(const store::Settings& settings, std::size_t most_bytes);

class RedisStore final : public store::Store {
  public:
    // `time` is that of the request which is being served, and outlives the store. Nothing is connected to yet.
    RedisStore(const store::Settings& settings, const store::Keeping& keeping, Allowance& time);

    // Begins to connect to the server (servers.hpp).
    void begin_to_dial() { servers_.begin_to_dial(); }

    void update(const greylist::Key& key, const store::Step& step) override;
    Glance glance(const greylist::Key& key) override;
    [[nodiscard]] bool fetches_together() const override { return true; }
    void expect(const std::vector<greylist::Key>& keys) override;
    [[nodiscard]] bool is_current() const override { return true; }
    void keep(const store::Keeping& keeping) override;
    [[nodiscard]] std::vector<std::string> remarks() const override { return remarks_; }
    std::vector<store::Notice> take_notices() override { return {}; }

  private:
    const std::string& fetched(const std::string& name);
    std::optional<greylist::Record> record_at(const greylist::Key& key, const std::string& value);
    bool store_if(const std::string& name, std::string& seen, const greylist::Record& record);

    std::string name_;
    std::string prefix_;
    Servers servers_;
    store::Keeping keeping_;
    Allowance& time_;
    std::vector<std::string> expected_;          // names that are fetched with the next one
    std::map<std::string, std::string> fetched_; // by their names; empty: no record
    unsigned fetched_in_ = 0;                    // the servers' turn
    std::vector<std::string> remarks_;
};

} // namespace redis
