#include "weight/response.hpp"

#include "system/text.hpp"

#include <ares.h>
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

namespace weight {

namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t question_tail = 4; // type and class
constexpr std::size_t record_tail = 10;  // type, class, time to live, length
// What is taken of one answer: the nameserver may be the client's own, and what it says is looked at again
// and again.
constexpr std::size_t most_hosts = 10; // of MX: no more are asked for (RFC 7208, 4.6.4, has the same limit)
constexpr std::size_t most_reverse_names = 100;
constexpr std::size_t most_addresses = 100;

// Names are c-ares' to expand. Its parsers of whole responses are not used: the one of A records brings what
// getaddrinfo() needs along, 128 KB more of a static program's 3.4 MB (c-ares 1.18), and with it a service's look-up
// by name. They are marked as deprecated since 1.28, and what takes their place is not in 1.18.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> message) : message_(message) {}

    [[nodiscard]] std::size_t left() const { return message_.size() - place_; }

    // Each is none, or false, where the message ends too early or breaks the rules.
    std::optional<unsigned> number() {
        if (left() < 2) {
            return std::nullopt;
        }
        const unsigned value = message_[place_] * 256U + message_[place_ + 1];
        place_ += 2;
        return value;
    }
    bool skip(std::size_t bytes) {
        if (left() < bytes) {
            return false;
        }
        place_ += bytes;
        return true;
    }
    std::optional<std::string> name() {
        char* text = nullptr;
        long length = 0;
        if (left() == 0 ||
            ares_expand_name(message_.data() + place_, message_.data(), static_cast<int>(message_.size()),
                             &text, &length) != ARES_SUCCESS) {
            return std::nullopt;
        }
        std::string name = sys::lower_case(text);
        ares_free_string(text);
        return skip(static_cast<std::size_t>(length)) ? std::optional(std::move(name)) : std::nullopt;
    }
    // The next `bytes`, to be read apart: compressed names in it may point to anywhere before.
    [[nodiscard]] Reader part(std::size_t bytes) const {
        Reader part(message_.first(place_ + bytes));
        part.place_ = place_;
        return part;
    }
    [[nodiscard]] std::span<const std::uint8_t> rest() const { return message_.subspan(place_); }

  private:
    std::span<const std::uint8_t> message_;
    std::size_t place_ = 0;
};

void take_address(std::span<const std::uint8_t> bytes, int family, Answer& answer) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes.size() != (family == AF_INET ? 4U : 16U)) {
        return;
    }
    ares_inet_ntop(family, bytes.data(), text.data(), text.size());
    if (const auto address = sys::Address::parse(text.data());
        address && answer.addresses.size() < most_addresses) {
        answer.addresses.push_back(*address);
    }
}

// The root is no host: MX 0 . says that a domain takes no mail (RFC 7505).
void take_name(const std::optional<std::string>& name, std::size_t most, Answer& answer) {
    if (name && !name->empty() && answer.names.size() < most) {
        answer.names.push_back(*name);
    }
}

void take_data(unsigned type, Reader data, Answer& answer) {
    switch (static_cast<Type>(type)) {
    case Type::a:
        take_address(data.rest(), AF_INET, answer);
        break;
    case Type::aaaa:
        take_address(data.rest(), AF_INET6, answer);
        break;
    case Type::mx:
        if (data.number()) {
            take_name(data.name(), most_hosts, answer);
        }
        break;
    case Type::ptr:
        take_name(data.name(), most_reverse_names, answer);
        break;
    }
}

bool take_record(Reader& reader, Answer& answer) {
    if (!reader.name() || reader.left() < record_tail) {
        return false;
    }
    const unsigned type = *reader.number();
    reader.skip(record_tail - 2 * sizeof(std::uint16_t));
    const unsigned length = *reader.number();
    if (reader.left() < length) {
        return false;
    }
    take_data(type, reader.part(length), answer);
    return reader.skip(length);
}

bool take_records(Reader reader, Answer& answer) {
    if (reader.left() < header_size) {
        return false;
    }
    reader.skip(2);
    const unsigned code = *reader.number() & 0xfU;
    if (code != 0 && code != 3) {
        return false;
    }
    const unsigned questions = *reader.number();
    const unsigned answers = *reader.number();
    reader.skip(4);
    for (unsigned i = 0; i < questions; ++i) {
        if (!reader.name() || !reader.skip(question_tail)) {
            return false;
        }
    }
    for (unsigned i = 0; i < answers; ++i) {
        if (!take_record(reader, answer)) {
            return false;
        }
    }
    return true;
}

} // namespace

Answer read_response(std::span<const std::uint8_t> message) {
    Answer answer;
    if (!take_records(Reader(message), answer)) {
        return {.failed = true};
    }
    return answer;
}

} // namespace weight
