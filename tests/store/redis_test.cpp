// What goes to a Redis server and what comes back, without one.
#include "store/choosing/options.hpp"
#include "store/redis/command.hpp"
#include "store/redis/place.hpp"
#include "store/redis/record_text.hpp"
#include "store/redis/reply.hpp"
#include "system/trouble.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace redis {
namespace {

using namespace std::chrono_literals;
using greylist::Kind;

constexpr std::string_view prefix = "greyonce:";
const sys::Time now{1'700'000'000s};

std::optional<Reply> reply_to(std::string_view bytes) {
    ReplyReader reader{1024};
    reader.feed(bytes);
    return reader.next();
}

TEST(RedisReply, EachKindIsRead) {
    EXPECT_EQ(reply_to("+OK\r\n")->kind, Reply::Kind::status);
    EXPECT_EQ(reply_to("-READONLY no\r\n")->text, "READONLY no");
    EXPECT_EQ(reply_to("-READONLY no\r\n")->kind, Reply::Kind::error);
    EXPECT_EQ(reply_to(":42\r\n")->number, 42);
    EXPECT_EQ(reply_to("$3\r\na\r\n\r\n")->text, "a\r\n");
    EXPECT_EQ(reply_to("$-1\r\n")->kind, Reply::Kind::nil);
    const auto list = reply_to("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$-1\r\n");
    ASSERT_EQ(list->items.size(), 2U);
    EXPECT_EQ(list->items[1].items[0].text, "a");
    EXPECT_EQ(list->items[1].items[1].kind, Reply::Kind::nil);
}

TEST(RedisReply, APartIsNoReplyAndLeavesARest) {
    const std::string_view whole = "*2\r\n$3\r\nabc\r\n:1\r\n";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        ReplyReader reader{1024};
        reader.feed(whole.substr(0, size));
        EXPECT_FALSE(reader.next()) << size;
        EXPECT_TRUE(reader.has_rest()) << size;
        reader.feed(whole.substr(size));
        EXPECT_TRUE(reader.next()) << size;
        EXPECT_FALSE(reader.has_rest()) << size;
    }
}

TEST(RedisReply, WhatIsNoneOrTooLongIsRefused) {
    for (const char* bytes : {"HTTP/1.1 400\r\n", "$x\r\n", ":\r\n", "*-7\r\n", "?1\r\n"}) {
        EXPECT_THROW(reply_to(bytes), Garbled) << bytes;
    }
    EXPECT_THROW(reply_to("$2000\r\n" + std::string(1100, 'x')), Garbled);
    // A list of any length takes no more than what has come of it.
    EXPECT_FALSE(reply_to("*2147483647\r\n:1\r\n"));
}

TEST(RedisCommand, AWordIsItsBytesWhateverTheyAre) {
    EXPECT_EQ(command({"GET", "a\r\nDEL b"}), "*2\r\n$3\r\nGET\r\n$8\r\na\r\nDEL b\r\n");
    EXPECT_EQ(command({"SET", ""}), "*2\r\n$3\r\nSET\r\n$0\r\n\r\n");
}

TEST(RedisRecord, NameAndValueAreThoseOfTheLine) {
    const Record record{greylist::triplet_key("192.0.2.0", "a b@c", ""), now, now + 5s, 7};
    EXPECT_EQ(name_of(prefix, record.key), "greyonce:T 192.0.2.0 a%20b@c <>");
    EXPECT_EQ(value_of(record), "1700000000 1700000005 000007");
    EXPECT_EQ(key_in(prefix, name_of(prefix, record.key)), record.key);
    EXPECT_EQ(record_in(record.key, value_of(record)), record);
    const Record weight{{Kind::weight, "spam 192.0.2.1"}, now, now, 1, now, now + 60s, -5};
    EXPECT_EQ(record_in(weight.key, value_of(weight)), weight);
}

TEST(RedisRecord, NothingElseIsOne) {
    for (const char* name :
         {"greyonce:", "greyonce:T", "greyonce:T ", "greyonce:X a", "greyonce:Tx a", "other:T a"}) {
        EXPECT_FALSE(key_in(prefix, name)) << name;
    }
    const Key key = greylist::triplet_key("192.0.2.0", "a@b", "c@d");
    for (const char* value : {"x", "1700000000 1700000005 00000", "1700000000 1700000005 000007 ",
                              "1700000000 1700000005 00000x", "1700000000x1700000005 000007"}) {
        EXPECT_FALSE(record_in(key, value)) << value;
    }
    EXPECT_THROW(name_of(prefix, {Kind::triplet, std::string(3501, 'x')}), sys::Trouble);
}

TEST(RedisRecord, IsKeptForLongerThanTheRuleGoesByItAndNoLonger) {
    const store::Keeping keeping{.rule = {}, .now = now};
    const Key key = greylist::triplet_key("192.0.2.0", "a@b", "c@d");
    const auto days = [](long n) { return n * 86400; };
    EXPECT_EQ(kept_for({key, now, now, 0}, keeping), days(3));
    EXPECT_EQ(kept_for({key, now - 24h, now - 24h, 0}, keeping), days(2));
    EXPECT_EQ(kept_for({key, now - 24h, now, 1}, keeping), days(36));
    EXPECT_EQ(kept_for({greylist::instance_key("a"), now, now, 0}, keeping), 7200);
    EXPECT_EQ(kept_for({key, now - 49h, now - 49h, 0}, keeping), 0);
    EXPECT_EQ(kept_for({key, now + 60s, now + 60s, 0}, keeping), days(3));
    EXPECT_EQ(kept_for({{Kind::weight, "spam a"}, now, now, 0, now, now - 1s, 0}, keeping), 0);
}

TEST(RedisPlace, NamesItsServersInTheirOrder) {
    const auto servers = servers_in("redis:unix:/run/r.sock,inet:10.0.0.5:6379,inet:[::1]:7");
    ASSERT_EQ(servers.size(), 3U);
    EXPECT_EQ(servers[0].path, "/run/r.sock");
    EXPECT_EQ(servers[1].host, "10.0.0.5");
    EXPECT_EQ(servers[2].port, 7);
    EXPECT_TRUE(is_meant_by("redis:x"));
    EXPECT_FALSE(is_meant_by("/var/lib/redis:x"));
    for (const char* wrong : {"redis:", "redis:unix:r.sock", "redis:inet:a", "redis:unix:/a,",
                              "redis:,unix:/a", "redis:redis.example:6379", "redis:inet:a:0"}) {
        EXPECT_TRUE(servers_in(wrong).empty()) << wrong;
        EXPECT_THROW(store::state_name_from(wrong), settings::WrongValue) << wrong;
    }
    EXPECT_EQ(store::state_name_from("/var/state"), "/var/state");
}

TEST(RedisPlace, APrefixIsNoPattern) {
    EXPECT_EQ(store::state_prefix_from("{mx}:grey-1_a./"), "{mx}:grey-1_a./");
    for (const std::string& wrong :
         {std::string{}, std::string{"a*"}, std::string{"a b"}, std::string{"a[b]"}, std::string{"a?"},
          std::string{"a\\"}, std::string(65, 'a')}) {
        EXPECT_THROW(store::state_prefix_from(wrong), settings::WrongValue) << wrong;
    }
}

class RedisPassword : public testing::Test {
  public:
    RedisPassword(const RedisPassword&) = delete;
    RedisPassword& operator=(const RedisPassword&) = delete;

  protected:
    RedisPassword() {
        std::string name = std::filesystem::temp_directory_path() / "login-XXXXXX";
        folder_ = mkdtemp(name.data());
    }
    ~RedisPassword() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] Login read(const std::string& text, std::filesystem::perms mode) const {
        const auto path = folder_ / "password";
        std::ofstream(path) << text;
        std::filesystem::permissions(path, mode);
        return login_in(path);
    }
    static constexpr auto ours = static_cast<std::filesystem::perms>(0640);

  private:
    std::filesystem::path folder_;
};

TEST_F(RedisPassword, IsTheOnlyWordOrTheSecond) {
    EXPECT_EQ(read("secret\n", ours).password, "secret");
    EXPECT_EQ(read("secret", ours).user, "");
    const Login login = read("greyonce s3 cret\nnot this\n", ours);
    EXPECT_EQ(login.user, "greyonce");
    EXPECT_EQ(login.password, "s3 cret");
    EXPECT_EQ(login_in("").password, "");
}

TEST_F(RedisPassword, IsNotTakenFromAFileOfAllOrOfAnotherForm) {
    for (const unsigned mode : {0604U, 0602U, 0644U}) {
        EXPECT_THROW(static_cast<void>(read("secret\n", static_cast<std::filesystem::perms>(mode))),
                     sys::Trouble)
            << mode;
    }
    for (const std::string& text : {std::string{}, std::string{"\n"}, std::string{" secret\n"},
                                    std::string{"user \n"}, std::string(2000, 'x')}) {
        EXPECT_THROW(static_cast<void>(read(text, ours)), sys::Trouble) << text;
    }
    EXPECT_THROW(login_in("/nowhere/password"), sys::Trouble);
}

} // namespace
} // namespace redis
