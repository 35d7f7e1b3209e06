#include "ask/question.hpp"

#include <gtest/gtest.h>

namespace ask {
namespace {

constexpr std::string_view whole = "request=smtpd_access_policy\nsender=a@b=c\nx=\n\n";

TEST(Question, IsTheRequestAsItCame) {
    EXPECT_EQ(question(whole, ""), whole);
    EXPECT_EQ(question("sender=\xff\tb\nrequest=smtpd_access_policy\n\n", ""),
              "sender=\xff\tb\nrequest=smtpd_access_policy\n\n");
}

TEST(Question, EndsInOneEmptyLineWhateverTheRequestEndedIn) {
    for (const char* block :
         {"request=smtpd_access_policy\nsender=a@b=c\nx=", "request=smtpd_access_policy\nsender=a@b=c\nx=\n",
          "request=smtpd_access_policy\r\nsender=a@b=c\r\nx=\r\n\r\n",
          "request=smtpd_access_policy\nsender=a@b=c\nx=\n\nsender=next\n\n"}) {
        EXPECT_EQ(question(block, ""), whole) << block;
    }
}

TEST(Question, SaysWhatItIs) {
    EXPECT_EQ(question("sender=a@b=c\nx=\n\n", ""), whole);
    EXPECT_EQ(question("", ""), "request=smtpd_access_policy\n\n");
    EXPECT_EQ(question("a_request=1\n\n", ""), "request=smtpd_access_policy\na_request=1\n\n");
}

TEST(Question, HasNoLineThatIsNoAttributeAndNoByteThatBreaksALine) {
    EXPECT_EQ(question("  request=smtpd_access_policy\n sender= a\n   \n x=1", ""),
              "request=smtpd_access_policy\nsender= a\nx=1\n\n");
    EXPECT_EQ(question("junk\nrequest=smtpd_access_policy\nsender=a\rb\x01\x7f\n", ""),
              "request=smtpd_access_policy\nsender=a?b??\n\n");
}

TEST(Question, HasTheContextThatIsGiven) {
    EXPECT_EQ(question("request=smtpd_access_policy\npolicy_context=a\nx=1\n\n", ""),
              "request=smtpd_access_policy\npolicy_context=a\nx=1\n\n");
    EXPECT_EQ(question("request=smtpd_access_policy\npolicy_context=a\nx=1\n\n", "b c"),
              "request=smtpd_access_policy\nx=1\npolicy_context=b c\n\n");
}

} // namespace
} // namespace ask
