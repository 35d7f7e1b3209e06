// A store that is only looked into: what a step would store is let go, and what it was shown can be told.
#pragma once

#include "store/store.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace store {

class Looking : public Store {
  public:
    // `behind`: null where there is nothing yet.
    explicit Looking(std::unique_ptr<Store> behind) : behind_(std::move(behind)) {}

    struct Look {
        Key key;
        std::optional<Record> seen;
    };
    // Each key once, in the order in which it was asked for.
    [[nodiscard]] const std::vector<Look>& looks() const { return looks_; }

    void update(const Key& key, const Step& step) override { step(look(key)); }
    Glance glance(const Key& key) override { return {true, look(key)}; }
    [[nodiscard]] bool is_current() const override { return true; }
    void keep(const Keeping& /*keeping*/) override {}
    [[nodiscard]] std::vector<std::string> remarks() const override { return {}; }
    std::vector<Notice> take_notices() override { return {}; }

  private:
    std::unique_ptr<Store> behind_;
    std::vector<Look> looks_;

    std::optional<Record> look(const Key& key);
};

} // namespace store
