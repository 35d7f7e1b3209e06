#include "greylist/kind.hpp"

#include "greylist/report.hpp"

#include <gtest/gtest.h>

#include <set>

namespace greylist {
namespace {

using namespace std::chrono_literals;

const Time now{1'700'000'000s};

Record seen_now(Kind kind) {
    return {{kind, "key one"}, now, now, 0, now, now + 1h, 0};
}

TEST(Kinds, EachHasALetterAndANameOfItsOwn) {
    std::set<Kind> letters;
    std::set<std::string_view> names;
    for (const KindRow& row : kind_rows()) {
        letters.insert(row.kind);
        names.insert(row.name);
        EXPECT_EQ(&row_of(row.kind), &row);
        EXPECT_EQ(row_named(row.name), &row);
    }
    EXPECT_EQ(letters.size(), kind_rows().size());
    EXPECT_EQ(names.size(), kind_rows().size());
    EXPECT_EQ(row_of('X'), nullptr);
    EXPECT_EQ(row_named("x"), nullptr);
}

TEST(Kinds, EachIsWrittenReadToldAndCounted) {
    for (const KindRow& row : kind_rows()) {
        const Record record = seen_now(row.kind);
        const std::string line = line_of(record);
        EXPECT_EQ(line.find("key one"), row.key_start) << row.name;
        ASSERT_TRUE(record_of(line)) << row.name;
        EXPECT_EQ(line_of(*record_of(line)), line);

        const std::string_view state = state_of(record, Rule{}).name;
        EXPECT_TRUE(
            text_line(record, now, Rule{}).starts_with(std::string{row.name} + ' ' + std::string{state}));
        Figures figures;
        figures.count(record, now, Rule{});
        const std::string counted =
            "{kind=\"" + std::string{row.name} + "\",state=\"" + std::string{state} + "\"} 1\n";
        EXPECT_NE(prometheus_of(figures, {}, now).find(counted), std::string::npos) << counted;
        EXPECT_EQ(figures.records(), 1U);
    }
}

TEST(Kinds, EachIsForgottenAfterItsLifeAndNoSooner) {
    const Rule rule;
    for (const KindRow& row : kind_rows()) {
        const Record record = seen_now(row.kind);
        const Time end = now + lifetime(record, rule);
        EXPECT_FALSE(is_forgotten(record, end, rule)) << row.name;
        EXPECT_TRUE(is_forgotten(record, end + 1s, rule)) << row.name;
    }
}

TEST(Kinds, AListNamesThemAll) {
    EXPECT_EQ(kind_list(", ", " or "), "triplet, client, instance, weight, pair or correspondent");
    EXPECT_EQ(kind_list("", "", true), "TCIWPS");
}

} // namespace
} // namespace greylist
