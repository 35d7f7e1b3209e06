#include "report/waits.hpp"

#include <algorithm>
#include <vector>

namespace report {

namespace {

void note_network(Wait& wait, const Waits::Attempt& attempt) {
    const auto known = std::min<std::size_t>(wait.networks, wait.of.size());
    for (std::size_t i = 0; i < known; ++i) {
        if (wait.of[i].hash != attempt.network) {
            continue;
        }
        if (wait.came_soon == sys::Seconds{0} && attempt.time - wait.of[i].first >= Waits::soon) {
            wait.came_soon = attempt.time - wait.first;
        }
        return;
    }
    // Beyond these, each attempt of a network that is none of them counts as one from another.
    if (known < wait.of.size()) {
        wait.of[known] = {attempt.network, attempt.time};
    }
    ++wait.networks;
}

} // namespace

bool Waits::put_off(const Attempt& attempt, bool is_first) {
    auto found = waits_.find(attempt.mail);
    if (found != waits_.end() && is_over(found->second, attempt.time)) {
        ended_(found->second, End::given_up);
        waits_.erase(found);
        found = waits_.end();
    }
    if (found != waits_.end()) {
        Wait& wait = found->second;
        wait.last = std::max(wait.last, attempt.time);
        ++wait.attempts;
        note_network(wait, attempt);
        return false;
    }
    if (!is_first) {
        return false;
    }
    if (waits_.size() >= most_) {
        make_room(attempt.time);
    }
    Wait wait{.first = attempt.time,
              .last = attempt.time,
              .client = attempt.client,
              .network = attempt.network,
              .counts = attempt.counts};
    wait.of[0] = {attempt.network, attempt.time};
    waits_.emplace(attempt.mail, wait);
    return true;
}

std::optional<Wait> Waits::passed(Hash mail, sys::Time time) {
    const auto found = waits_.find(mail);
    if (found == waits_.end()) {
        return std::nullopt;
    }
    const Wait wait = found->second;
    waits_.erase(found);
    if (is_over(wait, time)) {
        ended_(wait, End::given_up);
        return std::nullopt;
    }
    ended_(wait, End::passed);
    return wait;
}

void Waits::finish(sys::Time log_end) {
    for (const auto& [mail, wait] : waits_) {
        ended_(wait, is_over(wait, log_end) ? End::given_up : End::open);
    }
    waits_.clear();
}

// An eighth at once, so that looking at all of them is done seldom.
void Waits::make_room(sys::Time now) {
    std::vector<std::pair<sys::Time, Hash>> left;
    for (auto each = waits_.begin(); each != waits_.end();) {
        if (is_over(each->second, now)) {
            ended_(each->second, End::given_up);
            each = waits_.erase(each);
        } else {
            left.emplace_back(each->second.last, each->first);
            ++each;
        }
    }
    const std::size_t may_stay = most_ - most_ / 8 - 1;
    if (left.size() <= may_stay) {
        return;
    }
    const auto leaving = left.begin() + static_cast<std::ptrdiff_t>(left.size() - may_stay);
    std::nth_element(left.begin(), leaving, left.end());
    for (auto each = left.begin(); each != leaving; ++each) {
        const auto found = waits_.find(each->second);
        ended_(found->second, End::not_followed);
        waits_.erase(found);
    }
}

} // namespace report
