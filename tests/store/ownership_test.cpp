// Whose a state is, and who else can have put it there. Some of it can only be seen by root, who may give files away.
#include "store/temporary_state.hpp"

#include "system/trusted_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace store {
namespace {

constexpr uid_t nobody = 65534;

class Ownership : public TemporaryState {
  protected:
    // A folder in which everybody may make files, and how the system has /tmp or not.
    [[nodiscard]] std::string open_folder(mode_t mode) const {
        const auto folder = directory() / "open";
        std::filesystem::create_directory(folder);
        EXPECT_EQ(chmod(folder.c_str(), mode), 0);
        return folder;
    }
    static std::string why_not(const std::string& path) {
        try {
            static_cast<void>(FileStore{path, gigabyte, false, keep_all()});
            return {};
        } catch (const sys::Trouble& trouble) {
            return trouble.what();
        }
    }
    static bool is_root() { return geteuid() == 0; }
};

TEST_F(Ownership, AStateOfAnotherUserIsNotBelieved) {
    if (!is_root()) {
        GTEST_SKIP() << "only root can give a file away";
    }
    static_cast<void>(open());
    ASSERT_EQ(chown(path().c_str(), nobody, nobody), 0);
    EXPECT_NE(why_not(path()).find("belongs to another user (65534)"), std::string::npos);

    ASSERT_EQ(chown(directory().c_str(), nobody, nobody), 0);
    EXPECT_EQ(why_not(path()), "") << "root may use a user's state in the user's own folder";
    ASSERT_EQ(chmod(directory().c_str(), 0777), 0);
    EXPECT_NE(why_not(path()), "");
    EXPECT_NO_THROW(Survey{path()}) << "it may be looked at";
}

TEST_F(Ownership, ALinkIsFollowedWhereNobodyElseCanHavePutItThere) {
    static_cast<void>(open());
    const std::string link = directory() / "link";
    std::filesystem::create_symlink("greylist.state", link);
    EXPECT_EQ(why_not(link), "");

    const std::string in_sticky = open_folder(01777) + "/link";
    std::filesystem::create_symlink(path(), in_sticky);
    EXPECT_EQ(why_not(in_sticky), "") << "ours, and nobody else may take it away";
    static_cast<void>(open_folder(0777));
    EXPECT_NE(why_not(in_sticky).find("others can have put there"), std::string::npos);
    // A link of ours to theirs is theirs.
    const std::string to_link = directory() / "to_link";
    std::filesystem::create_symlink(in_sticky, to_link);
    EXPECT_NE(why_not(to_link), "");
}

TEST_F(Ownership, ALinkOfAnotherUserIsNotFollowed) {
    if (!is_root()) {
        GTEST_SKIP() << "only root can give a link away";
    }
    const std::string ours = directory() / "ours";
    std::ofstream{ours};
    for (const mode_t mode : {01777U, 0777U, 0755U}) {
        const std::string link = open_folder(mode) + "/state";
        std::filesystem::remove(link);
        std::filesystem::create_symlink(ours, link);
        ASSERT_EQ(lchown(link.c_str(), nobody, nobody), 0);
        EXPECT_NE(why_not(link), "") << std::oct << mode;
        const std::string folder_link = directory() / "open" / "folder";
        std::filesystem::remove(folder_link);
        std::filesystem::create_directory_symlink(directory(), folder_link);
        ASSERT_EQ(lchown(folder_link.c_str(), nobody, nobody), 0);
        EXPECT_NE(why_not(folder_link + "/ours"), "") << std::oct << mode;
    }
    EXPECT_EQ(std::filesystem::file_size(ours), 0U);
}

TEST_F(Ownership, AnEmptyFileOfSeveralNamesIsNotFilled) {
    const std::string ours = directory() / "ours";
    std::ofstream{ours};
    std::filesystem::create_hard_link(ours, path());
    EXPECT_NE(why_not(path()), "");
    EXPECT_EQ(std::filesystem::file_size(ours), 0U);
}

TEST_F(Ownership, WhetherEveryUserMayReadItIsKnown) {
    EXPECT_TRUE(open().take_notices().empty());
    ASSERT_EQ(chmod(path().c_str(), 0640), 0);
    EXPECT_TRUE(open().take_notices().empty());
    for (const mode_t mode : {0604U, 0602U, 0666U}) {
        ASSERT_EQ(chmod(path().c_str(), mode), 0);
        EXPECT_FALSE(open().take_notices().empty());
    }
}

// As a reader that locks all of the file, and never goes.
TEST_F(Ownership, AReaderThatHoldsItsLockHoldsUpNobody) {
    constexpr int writers = 8;
    constexpr int rounds = 200;
    static_cast<void>(open());
    const int reader = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
    {
        const sys::RecordLock held{reader, 0, 0, sys::RecordLock::Mode::shared, path()};
        std::vector<pid_t> children;
        for (int i = 0; i < writers; ++i) {
            children.push_back(fork());
            if (children.back() == 0) {
                FileStore state = open();
                for (int round = 0; round < rounds; ++round) {
                    state.update(client_key("192.0.2.1"), [](const std::optional<Record>& seen) {
                        return Record{client_key("192.0.2.1"), at(1), at(1), seen ? seen->count + 1 : 1};
                    });
                    put(state, {numbered(static_cast<unsigned>(i * rounds + round)), at(1), at(1), 0});
                }
                _exit(0);
            }
        }
        for (const pid_t child : children) {
            int status = 0;
            EXPECT_EQ(waitpid(child, &status, 0), child);
            EXPECT_EQ(status, 0);
        }
    }
    ::close(reader);
    FileStore state = open();
    EXPECT_EQ(get(state, client_key("192.0.2.1"))->count, writers * rounds);
    EXPECT_EQ(lines().size(), writers * rounds + 1);
    EXPECT_TRUE(findings().empty());
}

} // namespace
} // namespace store
