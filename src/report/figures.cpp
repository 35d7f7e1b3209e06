#include "report/figures.hpp"

#include "report/waits.hpp"

#include <algorithm>

namespace report {

Client& Client::operator+=(const Client& other) {
    count += other.count;
    waits += other.waits;
    came += other.came;
    never += other.never;
    gave_up += other.gave_up;
    seconds += other.seconds;
    longest = std::max(longest, other.longest);
    several += other.several;
    came_from_several += other.came_from_several;
    most_networks = std::max(most_networks, other.most_networks);
    soon += other.soon;
    soon_seconds += other.soon_seconds;
    return *this;
}

Domain& Domain::operator+=(const Domain& other) {
    count += other.count;
    seconds += other.seconds;
    longest = std::max(longest, other.longest);
    return *this;
}

Recipient& Recipient::operator+=(const Recipient& other) {
    count += other.count;
    first += other.first;
    return *this;
}

RuleHits& RuleHits::operator+=(const RuleHits& other) {
    count += other.count;
    counts += other.counts;
    return *this;
}

TokenHits& TokenHits::operator+=(const TokenHits& other) {
    count += other.count;
    score += other.score;
    return *this;
}

Times& Times::operator+=(const Times& other) {
    count += other.count;
    return *this;
}

namespace {

bool is_network(const std::string& name) {
    return name.find('/') != std::string::npos;
}

// Nearly all that has come from there has come back.
bool is_wanted(const Client& client) {
    constexpr std::uint64_t enough = 3;
    constexpr std::uint64_t to_one = 10;
    return client.came >= enough && (client.never + client.gave_up) * to_one <= client.came;
}

std::optional<Advice> advice_for(const Tally<Client>::Row& row, sys::Seconds delay) {
    const Client& client = row.counts;
    const std::string of_client = "client " + std::string{is_network(row.name) ? "" : "."} + row.name;
    if (delay > Waits::soon && client.soon * 2 >= client.came) {
        return Advice{of_client + " greylist delay=" + std::to_string(Waits::soon.count()), client.soon,
                      client.soon_seconds, true};
    }
    // An address without a name says nothing of who has it next.
    if (is_network(row.name)) {
        return std::nullopt;
    }
    return Advice{of_client + " pass", client.came, client.seconds};
}

} // namespace

std::vector<Advice> advice_of(const Figures& figures) {
    constexpr std::size_t most = 10;
    std::vector<Advice> advice;
    const auto rows = figures.clients.top(
        most, [](const Client& client) { return is_wanted(client) ? client.seconds : std::uint64_t{0}; });
    for (const auto& row : rows) {
        if (auto one = advice_for(row, figures.delay)) {
            advice.push_back(*std::move(one));
        }
    }
    return advice;
}

} // namespace report
