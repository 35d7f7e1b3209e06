#include "calling/connection.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace calling {
namespace {

using Texts = std::vector<std::string>;

// What a connection makes of bytes that come in such pieces, with each request answered at once.
Texts requests_in(const Texts& pieces, bool stays) {
    Connection connection{stays};
    Texts requests;
    const auto take_all = [&] {
        while (connection.has_request()) {
            requests.emplace_back(connection.request());
            connection.answered("answer\n");
        }
    };
    for (const std::string& piece : pieces) {
        connection.take(piece);
        take_all();
    }
    connection.end();
    take_all();
    std::string answers;
    for (const auto& request : requests) {
        static_cast<void>(request);
        answers.append("answer\n");
    }
    EXPECT_EQ(connection.to_write(), answers);
    EXPECT_FALSE(connection.is_over() && !answers.empty());
    connection.written(answers.size());
    EXPECT_TRUE(connection.is_over());
    return requests;
}

TEST(Connection, RequestsAreTheSameHoweverTheirBytesCome) {
    const Texts whole{"a=1\nb=2\n\n", "\n", "c=3\r\n\r\n", "d=4\n\n"};
    const std::string bytes = whole[0] + whole[1] + whole[2] + whole[3];
    std::mt19937 random{7};
    for (int i = 0; i < 1000; ++i) {
        Texts pieces;
        for (std::size_t at = 0; at < bytes.size();) {
            pieces.push_back(bytes.substr(at, 1 + random() % 9));
            at += pieces.back().size();
        }
        EXPECT_EQ(requests_in(pieces, true), whole);
        EXPECT_EQ(requests_in(pieces, false), Texts{whole[0]});
    }
}

TEST(Connection, WhatHasNoEndIsARequestWhenNoMoreComes) {
    for (const bool stays : {false, true}) {
        EXPECT_EQ(requests_in({"a=1\n", "b"}, stays), Texts{"a=1\nb"});
    }
}

TEST(Connection, OneThatEndsBeforeItsFirstByteAsksNothingWhereItWasToStay) {
    EXPECT_EQ(requests_in({}, true), Texts{});
    EXPECT_EQ(requests_in({}, false), Texts{""});
    EXPECT_EQ(requests_in({"a=1\n\n"}, true), Texts{"a=1\n\n"});
}

TEST(Connection, WhatIsGivenUpIsOverWhenItsAnswerIsWritten) {
    Connection connection{true};
    connection.take("a=1\n\nb=");
    connection.answered("late\n");
    EXPECT_TRUE(connection.is_in_a_request());
    connection.give_up();
    connection.take("2\n\n");
    EXPECT_FALSE(connection.has_request());
    EXPECT_FALSE(connection.is_over());
    connection.written(2);
    EXPECT_EQ(connection.to_write(), "te\n");
    connection.written(3);
    EXPECT_TRUE(connection.is_over());
}

TEST(Connection, WhatAnotherHasAnsweredIsFollowedByTheNext) {
    Connection connection{true};
    connection.take("a=1\n\nb=2\n\n");
    connection.answered_elsewhere();
    EXPECT_EQ(connection.to_write(), "");
    ASSERT_TRUE(connection.has_request());
    EXPECT_EQ(connection.request(), "b=2\n\n");
}

} // namespace
} // namespace calling
