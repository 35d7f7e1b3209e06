// What a compiled file may suffer: no byte that is wrong, cut off or foreign may crash a reader or have a
// mail refused that was to pass.
#include "rules/compiled.hpp"
#include "rules/workshop.hpp"
#include "system/trouble.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <sstream>

namespace {

// Every kind of key, and for each request below a broader entry that refuses it.
constexpr std::string_view rules_text = "client 192.0.2.1 pass\n"
                                        "client 192.0.2.0/24 reject Network\n"
                                        "client .example.net pass\n"
                                        "client /^mta\\d+\\.example\\.org$/ pass\n"
                                        "client /example/ reject Expression\n"
                                        "recipient bob@ pass\n"
                                        "recipient example.org reject Domain\n"
                                        "sender <> helo .example.org greylist always\n"
                                        "default recipient .example.com pass\n"
                                        "default reject Default\n";

std::vector<rules::Subject> mails_that_are_not_refused() {
    std::vector<rules::Subject> mails{subject("192.0.2.1", "unknown", "alice@example.org"),
                                      subject("198.51.100.1", "mail.example.net", "alice@example.org"),
                                      subject("198.51.100.1", "mta7.example.org", "alice@example.edu"),
                                      subject("198.51.100.1", "unknown", "bob@example.org"),
                                      subject("198.51.100.1", "unknown", "alice@example.com"),
                                      subject("198.51.100.1", "unknown", "alice@example.org")};
    mails.back().helo_name = "x.example.org";
    for (rules::Subject& mail : mails) {
        mail.sender = mail.helo_name.empty() ? "carol@example.net" : "";
    }
    return mails;
}

std::string contents_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

// With so many entries before these: a short file is read at once, a longer one piece by piece.
class Damage : public testing::TestWithParam<int> {
  protected:
    Damage() {
        std::string text;
        for (int i = 0; i < GetParam(); ++i) {
            text += "client 203.0.113." + std::to_string(i) + " pass\n";
        }
        workshop_.rules(text.append(rules_text));
        workshop_.table();
        sound_ = contents_of(workshop_.path("rules.cdb"));
    }

    // True where some mail is refused that is not to be.
    bool refuses(std::string_view bytes) {
        put(bytes);
        try {
            const rules::Table table{damaged_};
            return std::any_of(mails_.begin(), mails_.end(),
                               [&](const rules::Subject& mail) { return is_refused(table, mail); });
        } catch (const sys::Trouble&) {
            ++troubles_;
            return false;
        }
    }

    // Reads all of it, as `greyrules list` does; what comes out does not matter.
    void list(std::string_view bytes) {
        put(bytes);
        try {
            const rules::Compiled compiled{damaged_};
            compiled.each([](const rules::Compiled::Record& record) {
                EXPECT_FALSE(rules::entry_text(record.key, record.value).empty());
            });
        } catch (const sys::Trouble&) {
            ++troubles_;
        }
    }

    [[nodiscard]] const std::string& sound() const { return sound_; }
    [[nodiscard]] std::size_t troubles() const { return troubles_; }
    [[nodiscard]] const Workshop& workshop() const { return workshop_; }

  private:
    Workshop workshop_;
    std::string path_ = workshop_.path("rules.cdb");
    std::string sound_;
    std::vector<rules::Subject> mails_ = mails_that_are_not_refused();
    std::size_t troubles_ = 0;

    // In memory: thousands of files are slow on a disk.
    sys::Descriptor memory_{::memfd_create("damaged", 0)};
    std::string damaged_ = "/proc/self/fd/" + std::to_string(memory_.number());

    void put(std::string_view bytes) {
        ASSERT_EQ(::ftruncate(memory_.number(), 0), 0);
        ASSERT_EQ(::pwrite(memory_.number(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
    }

    bool is_refused(const rules::Table& table, const rules::Subject& mail) {
        try {
            const auto match = table.match(mail);
            return match && match->verdict.kind == rules::Verdict::Kind::action;
        } catch (const sys::Trouble&) {
            ++troubles_;
            return false;
        }
    }
};

TEST_P(Damage, ASoundFileRefusesNoneOfThem) {
    EXPECT_FALSE(refuses(sound()));
    EXPECT_EQ(troubles(), 0U);
}

TEST_P(Damage, EveryFlippedByteRefusesNothingThatPassed) {
    for (std::size_t i = 0; i < sound().size(); ++i) {
        for (const int flip : {0x01, 0xFF}) {
            std::string bytes = sound();
            bytes[i] = static_cast<char>(bytes[i] ^ flip);
            EXPECT_FALSE(refuses(bytes)) << "byte " << i << " flipped by " << flip;
        }
    }
    EXPECT_GT(troubles(), 0U);
}

TEST_P(Damage, EveryZeroedByteRefusesNothingThatPassed) {
    for (std::size_t i = 0; i < sound().size(); ++i) {
        std::string bytes = sound();
        bytes[i] = '\0';
        EXPECT_FALSE(refuses(bytes)) << "byte " << i;
    }
}

TEST_P(Damage, EveryTruncationRefusesNothingThatPassed) {
    for (std::size_t size = 0; size < sound().size(); ++size) {
        EXPECT_FALSE(refuses(std::string_view{sound()}.substr(0, size))) << size << " bytes";
    }
    EXPECT_FALSE(refuses(sound() + '\0'));
}

TEST_P(Damage, ADamagedFileCanBeListedAsFarAsItGoes) {
    for (std::size_t i = 0; i < sound().size(); i += 3) {
        std::string bytes = sound();
        bytes[i] = static_cast<char>(bytes[i] ^ 0xFF);
        list(bytes);
        list(std::string_view{sound()}.substr(0, i));
    }
}

TEST_P(Damage, TheTroubleNamesFileAndKey) {
    std::string bytes = sound();
    bytes[bytes.find("pass", bytes.find("client 192.0.2.1"))] = 'x';
    workshop().write("damaged.cdb", bytes);
    const rules::Table table{workshop().path("damaged.cdb")};
    try {
        table.match(subject());
        FAIL() << "no trouble";
    } catch (const sys::Trouble& trouble) {
        EXPECT_EQ(std::string{trouble.what()},
                  "read " + workshop().path("damaged.cdb") + ": damaged at key client 192.0.2.1");
    }
}

INSTANTIATE_TEST_SUITE_P(, Damage, testing::Values(0, 60));

std::string trouble_with(const std::string& path) {
    try {
        const rules::Table table{path};
        table.match(subject());
        return "none";
    } catch (const sys::Trouble& trouble) {
        return trouble.what();
    }
}

TEST(ForeignFile, IsTroubleAndNothingElse) {
    const Workshop workshop;
    const std::string path = workshop.path("foreign.cdb");
    EXPECT_EQ(trouble_with(path), "open " + path + ": No such file or directory");
    workshop.write("foreign.cdb", "");
    EXPECT_EQ(trouble_with(path), "read " + path + ": not compiled rules");
    workshop.write("foreign.cdb", std::string(5000, '\0'));
    EXPECT_EQ(trouble_with(path), "read " + path + ": not compiled rules of this version");
    make_cdb(path, {{"client 192.0.2.1", "reject All"}});
    EXPECT_EQ(trouble_with(path), "read " + path + ": not compiled rules of this version");
    make_cdb(path, {{std::string{rules::index_key}, "client:ip4/32"}});
    EXPECT_EQ(trouble_with(path), "read " + path + ": damaged at key greyonce rules 1");
    EXPECT_EQ(trouble_with("/dev/null"), "read /dev/null: not compiled rules");
    EXPECT_EQ(trouble_with(workshop.path("")), "read " + workshop.path("") + ": Is a directory");
}

// Whoever writes the checks by hand can write anything: trouble of a file with this index, and this value
// under `key`.
std::string trouble_with(std::string_view shapes, const std::string& key, std::string_view value) {
    const Workshop workshop;
    const std::string path = workshop.path("foreign.cdb");
    make_cdb(path,
             {{std::string{rules::index_key}, rules::with_check(shapes)}, {key, rules::with_check(value)}});
    const std::string trouble = trouble_with(path);
    return trouble == "none" ? trouble : trouble.substr(trouble.find(": ") + 2);
}

TEST(ForeignFile, WithAnIndexThatMakesNoSenseIsTrouble) {
    for (const auto* shapes :
         {"client:ip4/x", "client:ip4", "client", "client:ip4/32,client:ip4/32", "x:ip4/32", "client:x/1",
          "client:ip4/70000", "sender:name/0,client:ip4/32", ",", "client:ip4/32,default"}) {
        EXPECT_EQ(trouble_with(shapes, "client 192.0.2.1", "x:1 REJECT a"), "damaged at key greyonce rules 1")
            << shapes;
    }
}

TEST(ForeignFile, WithAValueThatMakesNoSenseIsTrouble) {
    for (const auto* value : {"", "x:1", "x:1 greylist never", "x:1 pass by"}) {
        EXPECT_EQ(trouble_with("client:ip4/32", "client 192.0.2.1", value), "damaged at key client 192.0.2.1")
            << value;
    }
    for (const auto* value : {"x:1 pass", "x:1 /x pass", "x:1 / pass", ""}) {
        EXPECT_EQ(trouble_with("client:ending/0", "client *", value), "damaged at key client *") << value;
    }
}

TEST(ForeignFile, FormsBeyondTheirFieldsFindNothing) {
    EXPECT_EQ(
        trouble_with("client:ip4/33 client:ip6/200 client:below/65535 client:ending/65535 client:mailbox/9 "
                     "server:name/0 recipient:ip4/8",
                     "client 192.0.2.1", "x:1 REJECT a"),
        "none");
    EXPECT_EQ(trouble_with("", "client 192.0.2.1", "x:1 REJECT a"), "none");
}

} // namespace
