#include "store/redis/reply.hpp"

#include <hiredis/read.h>

#include <utility>

namespace redis {

namespace {

// Where the reader is to put what it has read: into the list that it is in, or a value of its own. The list is
// not added to while one of its items is being read, so that its items stay where they are.
Reply* placed(const redisReadTask* task, Reply reply) {
    if (task->parent == nullptr) {
        return std::make_unique<Reply>(std::move(reply)).release();
    }
    auto& items = static_cast<Reply*>(task->parent->obj)->items;
    items.push_back(std::move(reply));
    return &items.back();
}

Reply* text_of(const redisReadTask* task, const char* text, std::size_t size) {
    const Reply::Kind kind = task->type == REDIS_REPLY_STATUS   ? Reply::Kind::status
                             : task->type == REDIS_REPLY_ERROR  ? Reply::Kind::error
                             : task->type == REDIS_REPLY_STRING ? Reply::Kind::text
                                                                : Reply::Kind::other;
    return placed(task, {.kind = kind, .text = {text, size}});
}

// What the reader calls. Of hiredis 0.14 a list's length is an int, and from 1.0 on there are kinds more, which no
// server sends who was not asked for RESP3: one that does is answered for all the same.
template <typename Functions>
constexpr Functions functions() {
    Functions all{};
    all.createString = [](const redisReadTask* task, char* text, std::size_t size) -> void* {
        return text_of(task, text, size);
    };
    // However long it says that it is: items are made as they come.
    all.createArray = [](const redisReadTask* task, auto /*length*/) -> void* {
        return placed(task, {.kind = Reply::Kind::list});
    };
    all.createInteger = [](const redisReadTask* task, long long number) -> void* {
        return placed(task, {.kind = Reply::Kind::integer, .number = number});
    };
    all.createNil = [](const redisReadTask* task) -> void* {
        return placed(task, {.kind = Reply::Kind::nil});
    };
    all.freeObject = [](void* reply) { delete static_cast<Reply*>(reply); };
    if constexpr (requires { all.createDouble; }) {
        all.createDouble = [](const redisReadTask* task, double, char* text, std::size_t size) -> void* {
            return text_of(task, text, size);
        };
        all.createBool = [](const redisReadTask* task, int) -> void* { return placed(task, {}); };
    }
    return all;
}

} // namespace

void ReplyReader::Close::operator()(redisReader* reader) const {
    redisReaderFree(reader);
}

ReplyReader::ReplyReader(std::size_t most_bytes) : most_bytes_(most_bytes) {
    reset();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::reset() {
    static constinit auto made = functions<redisReplyObjectFunctions>();
    reader_.reset(redisReaderCreateWithFunctions(&made));
    if (!reader_) {
        throw Garbled{"no memory for its answer"};
    }
    taken_ = 0;
}

void ReplyReader::feed(std::string_view bytes) {
    taken_ += bytes.size();
    if (taken_ > most_bytes_) {
        throw Garbled{"an answer of more than " + std::to_string(most_bytes_) + " bytes"};
    }
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != 0) {
        throw Garbled{"no memory for its answer"};
    }
}

std::optional<Reply> ReplyReader::next() {
    void* made = nullptr;
    if (redisReaderGetReply(reader_.get(), &made) != 0) {
        throw Garbled{"not an answer of Redis"};
    }
    const std::unique_ptr<Reply> reply{static_cast<Reply*>(made)};
    return reply ? std::optional{std::move(*reply)} : std::nullopt;
}

bool ReplyReader::has_rest() const {
    return reader_->ridx >= 0 || reader_->pos < reader_->len;
}

} // namespace redis
