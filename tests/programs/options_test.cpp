#include "options.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using options::read_command_line;

calling::Invocation read(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"greyonce", "--config", "/dev/null"});
    return read_command_line(static_cast<int>(arguments.size()), arguments.data()).call;
}

std::string complaint(std::vector<const char*> arguments) {
    const calling::Invocation line = read(std::move(arguments));
    return line.complaints.empty() ? "" : line.complaints.front();
}

class ConfigFile {
  public:
    explicit ConfigFile(const std::string& text) : path_(testing::TempDir() + "greyonce_options_test.conf") {
        std::ofstream{path_} << text;
    }
    ~ConfigFile() { std::remove(path_.c_str()); }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

TEST(Options, AValueStandsInTheNextArgumentOrBehindAnEqualsSign) {
    EXPECT_EQ(read({"--delay", "60"}).decision.greylist.rule.delay, 60s);
    EXPECT_EQ(read({"--delay=60"}).decision.greylist.rule.delay, 60s);
    EXPECT_EQ(read({"--delay=60", "--delay=61"}).decision.greylist.rule.delay, 61s);
    EXPECT_EQ(read({"--x-greylist-header="}).decision.greylist.header, "");
    EXPECT_EQ(read({"--x-greylist-header", ""}).decision.greylist.header, "");
    EXPECT_EQ(read({"--greylist-text=a=b="}).decision.greylist.text, "a=b=");
}

TEST(Options, DurationsHaveAUnitOrTheirOwn) {
    EXPECT_EQ(read({"--delay=0"}).decision.greylist.rule.delay, 0s);
    EXPECT_EQ(read({"--delay=5m"}).decision.greylist.rule.delay, 5min);
    EXPECT_EQ(read({"--retry-window=2"}).decision.greylist.rule.retry_window, 48h);
    EXPECT_EQ(read({"--retry-window=6h"}).decision.greylist.rule.retry_window, 6h);
    EXPECT_EQ(read({"--retry-window=6H"}).decision.greylist.rule.retry_window, 6h);
    EXPECT_EQ(read({"--max-age=90s"}).decision.greylist.rule.max_age, 90s);
}

TEST(Options, SizesHaveAUnitOrAreBytes) {
    EXPECT_EQ(read({"--max-state-size=2097152"}).decision.store.max_size, 2097152U);
    EXPECT_EQ(read({"--max-state-size=5M"}).decision.store.max_size, 5U << 20U);
    EXPECT_EQ(read({"--max-state-size=2g"}).decision.store.max_size, std::uint64_t{2} << 30U);
}

TEST(Options, ASwitchIsYesWithoutAValue) {
    EXPECT_TRUE(read({"--privacy"}).decision.greylist.grouping.hashed);
    EXPECT_FALSE(read({"--privacy", "--privacy=no"}).decision.greylist.grouping.hashed);
    EXPECT_EQ(read({"--auto-whitelist-clients=9", "--auto-whitelist-clients"})
                  .decision.greylist.rule.auto_whitelist_clients,
              5U);
    EXPECT_FALSE(read({"--lookup-by-host", "--lookup-by-subnet"}).decision.greylist.grouping.by_host);
}

TEST(Options, AnOptionalValueMayStandInTheNextArgument) {
    EXPECT_EQ(read({"--auto-whitelist-clients", "0"}).decision.greylist.rule.auto_whitelist_clients, 0U);
    EXPECT_EQ(read({"--auto-whitelist-clients", "9", "a=b"}).attributes, std::vector<std::string>{"a=b"});
    EXPECT_FALSE(read({"--privacy", "no"}).decision.greylist.grouping.hashed);
    EXPECT_FALSE(read({"--weight", "--weight", "no"}).decision.weight.value().is_on);
    EXPECT_EQ(complaint({"--privacy", "frob"}), "option --privacy: \"frob\": expected yes or no");
}

TEST(Options, WhatCannotBeAnOptionalValueIsNone) {
    const calling::Invocation line =
        read({"--auto-whitelist-clients", "5=5", "--privacy", "--dry-run", "sender=0"});
    EXPECT_EQ(line.attributes, (std::vector<std::string>{"5=5", "sender=0"}));
    EXPECT_TRUE(line.complaints.empty());
    EXPECT_TRUE(line.decision.greylist.grouping.hashed && line.decision.dry_run);
    EXPECT_EQ(complaint({"--auto-whitelist-clients", "-5"}),
              "argument \"-5\": expected name=value, or an option");
}

TEST(Options, AWrongValueIsRefusedWithItsNameTheValueAndWhatWasExpected) {
    const std::pair<const char*, std::string_view> cases[] = {
        {"--delay=abc", "option --delay: \"abc\": expected a duration"},
        {"--delay=-1", "option --delay: \"-1\": expected a duration"},
        {"--delay=", "option --delay: \"\": expected a duration"},
        {"--delay=5x", "expected a duration"},
        {"--delay=99999999999999999999", "expected a duration"},
        {"--deadline=0", "option --deadline: \"0\": expected a duration above 0"},
        {"--ipv4cidr=33", "option --ipv4cidr: \"33\": expected a prefix length from 0 to 32"},
        {"--ipv6cidr=129", "expected a prefix length from 0 to 128"},
        {"--on-error=", "expected an action of access(5); this is empty"},
        {"--on-error=450", "this is a code without text"},
        {"--on-error=7", "this is a bare number"},
        {"--on-error=FROB", "this is the unknown word FROB"},
        {"--greylist-action=FROB", "this is the unknown word FROB"},
        {"--greylist-action=45", "expected an action of access(5)"},
        {"--x-greylist-header=nothing", "expected a header"},
        {"--max-state-size=1K", "of at least 2M"},
        {"--log=file", "expected one of syslog stderr none"},
        {"--syslog-facility=post", "expected one of mail daemon"},
        {"--clock=sundial", "expected one of system request"},
        {"--privacy=perhaps", "expected yes or no"},
        {"--state=", "expected a file"},
        {"--frob", "option --frob: no such option"},
        {"--frob=1", "no such option"},
        {"--del=60", "no such option"},
        {"-d", "argument \"-d\": expected name=value, or an option"},
        {"frob", "argument \"frob\": expected name=value, or an option"},
        {"", "expected name=value"},
        {"--delay", "option --delay: expected a value"},
    };
    for (const auto& [argument, expected] : cases) {
        EXPECT_NE(complaint({argument}).find(expected), std::string::npos)
            << argument << ": " << complaint({argument});
    }
}

TEST(Options, WhatWasUnderstoodStandsBesideWhatWasNot) {
    const calling::Invocation line =
        read({"--frob", "--on-error=450 later", "--delay=abc", "--log", "none", "--rules"});
    EXPECT_EQ(line.complaints.size(), 3U);
    EXPECT_EQ(line.decision.on_error, "450 later");
    EXPECT_EQ(line.calling.log, calling::LogTo::none);
}

TEST(Options, AttributesAreArgumentsWithAnEqualsSign) {
    const calling::Invocation line =
        read({"client_address=192.0.2.1", "--delay=60", "sender=--config=/x", "recipient="});
    EXPECT_EQ(line.attributes,
              (std::vector<std::string>{"client_address=192.0.2.1", "sender=--config=/x", "recipient="}));
    EXPECT_TRUE(line.complaints.empty());
    EXPECT_NE(complaint({"--base64=YQ==", "sender="}), "");
}

TEST(Options, TheCommandLineOverridesTheConfigurationFile) {
    const ConfigFile file{
        "# a comment\n\ndelay = 60 # seconds\r\ngreylist-text=Wait, please\nprivacy = yes\n"};
    const char* arguments[] = {"greyonce", "--delay=70", "--config", file.path().c_str()};
    const calling::Invocation line = read_command_line(4, arguments).call;
    EXPECT_TRUE(line.complaints.empty()) << line.complaints.front();
    EXPECT_EQ(line.decision.greylist.rule.delay, 70s);
    EXPECT_EQ(line.decision.greylist.text, "Wait, please");
    EXPECT_TRUE(line.decision.greylist.grouping.hashed);
}

TEST(Options, EveryWrongLineOfAConfigurationFileIsNamed) {
    const ConfigFile file{"delay = 60\nfrob = 1\njunk\ndelay = x\nconfig = /y\n[section]\nmax-age = 1"};
    decision::Settings settings;
    const auto complaints = options::read_config(file.path(), true, settings);
    ASSERT_EQ(complaints.size(), 5U);
    EXPECT_EQ(complaints[0], file.path() + ":2: frob: no such option in a configuration file");
    EXPECT_EQ(complaints[1], file.path() + ":3: no option: expected name = value");
    EXPECT_EQ(complaints[2].find(file.path() + ":4: delay: \"x\": expected a duration"), 0U);
    EXPECT_EQ(complaints[3], file.path() + ":5: config: no such option in a configuration file");
    EXPECT_EQ(complaints[4], file.path() + ":6: no option: expected name = value");
    EXPECT_EQ(settings.greylist.rule.delay, 60s);
}

TEST(Options, AValueInQuotationMarksMayHoldANumberSignAndBlanks) {
    const ConfigFile file{"greylist-text = \" see http://x.example/#grey \"  # a comment\n"
                          "ask-context=\"a \\\"b\\\" \\\\ \\d\"\nx-greylist-header = \"\"\n"};
    decision::Settings settings;
    EXPECT_TRUE(options::read_config(file.path(), true, settings).empty());
    EXPECT_EQ(settings.greylist.text, " see http://x.example/#grey ");
    EXPECT_EQ(settings.ask.context, "a \"b\" \\ \\d");
    EXPECT_EQ(settings.greylist.header, "");
}

TEST(Options, AConfigurationFileMayBeginWithAByteOrderMark) {
    const ConfigFile file{"\xEF\xBB\xBF"
                          "delay = 60\n"};
    decision::Settings settings;
    EXPECT_TRUE(options::read_config(file.path(), true, settings).empty());
    EXPECT_EQ(settings.greylist.rule.delay, 60s);
}

TEST(Options, AConfigurationFileInUtf16IsToldAsOne) {
    using namespace std::string_literals;
    for (const auto& text : {"\xFF\xFE"
                             "d\0e\0"s,
                             "\xFE\xFF\0d\0e"s, "d\0e\0"s, "\0d\0e"s}) {
        const ConfigFile file{text};
        decision::Settings settings;
        EXPECT_EQ(options::read_config(file.path(), true, settings),
                  std::vector{file.path() + ": this is UTF-16: expected UTF-8"});
    }
}

TEST(Options, ANamedConfigurationFileMustExist) {
    const char* arguments[] = {"greyonce", "--config=/nonexistent/greyonce.conf"};
    const calling::Invocation line = read_command_line(2, arguments).call;
    ASSERT_EQ(line.complaints.size(), 1U);
    EXPECT_EQ(line.complaints[0], "open /nonexistent/greyonce.conf: No such file or directory");
    decision::Settings settings;
    EXPECT_TRUE(options::read_config("/nonexistent/greyonce.conf", false, settings).empty());
    EXPECT_FALSE(options::read_config("/", false, settings).empty());
}

TEST(Options, TheHelpTextShowsEachOptionWithItsDefault) {
    const std::string help = options::help_text();
    for (const std::string_view shown :
         {"--delay SECONDS (=300)", "--retry-window DAYS (=2)", "--max-age DAYS (=35)",
          "--auto-whitelist-clients [=N] (=5)", "--ipv4cidr PREFIX (=24)", "--max-state-size SIZE (=1G)",
          "--on-error ACTION (=DUNNO)", "--log WHERE (=syslog)", "--privacy [=yes|no] (=no)",
          "--ask-when WHEN (=after)", "--ask-ok WHAT (=pass)", "--spam-memory DAYS (=1)",
          "--spam-pause SECONDS (=30)", "--ham-memory DAYS (=30)", "--ham-trial SECONDS (=86400)",
          "--ham-window SECONDS (=10800)"}) {
        EXPECT_NE(help.find(shown), std::string::npos) << shown;
    }
}

} // namespace
