// Whole numbers as they are spread: each is counted by itself up to a limit, so that what is told of them is exact. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace report {

class Spread {
  public:
    // What is `limit` or more is counted together.
    explicit Spread(std::size_t limit) : counts_(limit) {}

    void add(std::uint64_t number, std::uint64_t times = 1) {
        if (number < counts_.size()) {
            counts_[static_cast<std::size_t>(number)] += times;
        }
        count_ += times;
        sum_ += number * times;
        largest_ = std::max(largest_, number);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t sum() const { return sum_; }
    [[nodiscard]] std::uint64_t largest() const { return largest_; }

    // The smallest number that so many hundredths of all are not above; the largest where it is beyond the limit. None of
    // none.
    [[nodiscard]] std::optional<std::uint64_t> percentile(unsigned hundredths) const {
        if (count_ == 0) {
            return std::nullopt;
        }
        const std::uint64_t wanted = std::max<std::uint64_t>(1, (count_ * hundredths + 99) / 100);
        std::uint64_t below = 0;
        for (std::size_t number = 0; number < counts_.size(); ++number) {
            below += counts_[number];
            if (below >= wanted) {
                return number;
            }
        }
        return largest_;
    }

    // How many are `from` or more, and less than `to`. Beyond the limit `to` counts as all there is.
    [[nodiscard]] std::uint64_t between(std::uint64_t from, std::uint64_t to) const {
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(from, counts_.size()));
        const auto end = static_cast<std::size_t>(std::min<std::uint64_t>(to, counts_.size()));
        std::uint64_t sum = 0;
        for (std::size_t number = begin; number < end; ++number) {
            sum += counts_[number];
        }
        return to > counts_.size() ? sum + count_ - all_counted() : sum;
    }

  private:
    [[nodiscard]] std::uint64_t all_counted() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : counts_) {
            sum += count;
        }
        return sum;
    }

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t largest_ = 0;
};

} // namespace report
