// What a Redis server answers (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/), as values:
// bytes in, replies out. hiredis' reader knows the grammar. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace redis {

struct Reply {
    enum class Kind { status, error, integer, text, nil, list, other };

    Kind kind = Kind::other;
    std::string text{}; // of a status, an error or a text; may hold any bytes
    long long number = 0;
    std::vector<Reply> items{};
};

// Bytes that are no replies, or too many of them; the connection they came by is of no use any more.
struct Garbled {
    std::string why;
};

class ReplyReader {
  public:
    // `most_bytes`: what is taken in at most until reset().
    explicit ReplyReader(std::size_t most_bytes);
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    // Throws Garbled.
    void feed(std::string_view bytes);
    // None until one is complete. Throws Garbled.
    std::optional<Reply> next();
    // Whether bytes are left of which no reply has been made.
    [[nodiscard]] bool has_rest() const;
    // Begins anew, as for a new connection, or where the next replies may have as many bytes again.
    void reset();

  private:
    struct Close {
        void operator()(redisReader* reader) const;
    };
    std::size_t most_bytes_;
    std::size_t taken_ = 0;
    std::unique_ptr<redisReader, Close> reader_;
};

} // namespace redis
