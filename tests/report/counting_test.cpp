#include "report/counting.hpp"
#include "report/page.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace report {
namespace {

constexpr sys::Time start{sys::Seconds{1'700'006'400}}; // 2023-11-15T00:00Z

Figures counted(const std::vector<std::pair<int, std::string>>& lines, Options options = {}) {
    setenv("TZ", "UTC", 1);
    tzset();
    Counting counting{options};
    for (const auto& [after, text] : lines) {
        counting.take({start + sys::Seconds{after}, text});
    }
    return counting.finish(std::nullopt, std::nullopt);
}

std::string decision(const std::string& action, const std::string& reason, const std::string& name,
                     const std::string& sender) {
    return "action=" + action + ", reason=" + reason + ", client_name=" + name +
           ", client_address=192.0.2.1, sender=" + sender + ", recipient=bob@example.org";
}

// What comes of many lines with few of each thing kept: sums stay right, and what is told of a name is never too much.
TEST(Counting, IsBoundedAndSaysSo) {
    Options options;
    options.limits = {.waits = 50, .names = 20, .rules = 10, .days = 2, .seconds = 1000};
    std::mt19937 random{7};
    std::vector<std::pair<int, std::string>> lines;
    std::uint64_t first_attempts = 0;
    std::map<std::string, std::uint64_t> by_name;
    for (int i = 0; i < 20000; ++i) {
        const std::string organisation = "firm" + std::to_string(random() % 400) + ".example";
        const std::string sender = "s" + std::to_string(random() % 300) + "x@" + organisation;
        const std::string name = "mx." + organisation;
        if (random() % 3 == 0) {
            lines.emplace_back(i * 30, decision("pass", "triplet found", name, sender));
        } else {
            lines.emplace_back(i * 30, decision("greylist", "new", name, sender) +
                                           ", rule=r:" + std::to_string(random() % 99));
            ++first_attempts;
            ++by_name[organisation];
        }
    }
    const Figures figures = counted(lines, options);
    EXPECT_EQ(figures.counts.of(Outcome::first_attempt), first_attempts);
    EXPECT_EQ(figures.waits,
              figures.waited.count() + figures.never + figures.gave_up + figures.open + figures.not_followed);
    EXPECT_GT(figures.not_followed, 0);
    EXPECT_GT(figures.waited.count(), 0);
    EXPECT_EQ(figures.days.size(), 2);
    EXPECT_EQ(figures.beyond_the_days, 20000 - 2 * 24 * 120);
    EXPECT_LE(figures.rules.size(), 10);
    EXPECT_LE(figures.clients.size(), 20);
    EXPECT_GT(figures.clients.missed(), 0);
    for (const auto& row : figures.clients.top(20, [](const Client& client) { return client.count; })) {
        EXPECT_LE(row.counts.count, by_name[row.name]);
        EXPECT_GE(row.counts.count + figures.clients.missed(), by_name[row.name]);
    }
    EXPECT_NE(html_of(page_of(figures)).find("There were more names than are kept"), std::string::npos);
}

TEST(Counting, TakesNoMailForAnotherByAnything) {
    const std::string first = decision("greylist", "new", "mx.firm.example", "alice@firm.example");
    for (const std::string& pass :
         {decision("pass", "triplet found", "mx.firm.example", "alice@other.example"),
          decision("pass", "triplet found", "mx.other.example", "alice@firm.example"),
          decision("pass", "triplet found", "unknown", "firm.examplealice@firm.example")}) {
        EXPECT_EQ(counted({{0, first}, {400, pass}}).waited.count(), 0) << pass;
    }
    // Case, extensions and numbers that change from mail to mail are no difference.
    EXPECT_EQ(
        counted({{0, decision("greylist", "new", "mx.firm.example", "list-12+bob@firm.example")},
                 {400, decision("pass", "triplet found", "MX2.Firm.example", "LIST-13+eve@firm.example")}})
            .waited.count(),
        1);
}

TEST(Counting, FindsAWaitThatBeganBeforeTheClientHadAName) {
    EXPECT_EQ(counted({{0, decision("greylist", "new", "unknown", "alice@firm.example")},
                       {400, decision("pass", "triplet found", "mx.firm.example", "alice@firm.example")}})
                  .waited.count(),
              1);
}

TEST(Counting, KeepsWarningsByKind) {
    const Figures figures = counted({{0, "warning: ask inet:127.0.0.1:10: timed out after 12 s"},
                                     {1, "warning: ask inet:127.0.0.1:11: timed out after 1 s"},
                                     {2, "warning: malformed request: no base64: answering DUNNO"},
                                     {3, "warning: malformed requests without a line: 40"},
                                     {4, "warning: " + std::string(5000, 'x')}});
    EXPECT_EQ(figures.warning_count, 5);
    EXPECT_EQ(figures.malformed, 41);
    const auto rows = figures.warnings.top(10, [](const Times& times) { return times.count; });
    ASSERT_EQ(rows.size(), 4);
    EXPECT_EQ(rows[0].name, "ask inet:#.#.#.#:#: timed out after # s");
    EXPECT_EQ(rows[0].counts.count, 2);
    for (const auto& row : rows) {
        EXPECT_LT(row.name.size(), 200);
    }
}

TEST(ReportPage, EscapesEveryValue) {
    const std::string evil = "<script>\"'&</td>\x1b[31m\xE2\x80\xAE";
    const Figures figures = [&] {
        Figures counted_figures = counted(
            {{0, "action=greylist, reason=new, client_name=" + evil + ", client_address=" + evil +
                     ", sender=" + evil + ", recipient=" + evil + "@" + evil + ", rule=" + evil},
             {1, "warning: " + evil},
             {2, "weighted check: rate: 1; <helo=x>; dns: 1 ms; " + evil + "=1"},
             {90, "action=greylist, reason=early-retry (" + evil + "), client_name=" + evil +
                      ", client_address=" + evil + ", sender=" + evil + ", recipient=" + evil + "@" + evil},
             {400, "action=pass, reason=triplet found, client_name=" + evil + ", client_address=" + evil +
                       ", sender=" + evil + ", recipient=" + evil + "@" + evil}});
        counted_figures.unused = Figures::Unused{1, 1, {{evil, evil}}};
        return counted_figures;
    }();
    EXPECT_EQ(figures.waited.count(), 1);
    const std::string html = html_of(page_of(figures));
    EXPECT_NE(html.find("&lt;script&gt;&quot;&#39;&amp;&lt;/td&gt;?[31m?"), std::string::npos);
    for (const std::string_view part : {"<script", "\x1b", "\xE2\x80\xAE", "\"'"}) {
        EXPECT_EQ(html.find(part), std::string::npos) << part;
    }
    // No element more than of a harmless value.
    EXPECT_EQ(json_of(figures).find('\x1b'), std::string::npos);
    EXPECT_EQ(text_of(figures).find('\x1b'), std::string::npos);
}

} // namespace
} // namespace report
