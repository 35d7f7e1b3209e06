#include "system/confine.hpp"

#include "system/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

namespace sys {
namespace {

namespace fs = std::filesystem;

// Every claim is tried by a process of its own, which is then confined for good.
class Confined : public testing::Test {
  protected:
    Confined() {
        fs::create_directory(folder / "state");
        fs::create_directory(folder / "elsewhere");
        for (const fs::path& file : {state, neighbour, other}) {
            std::ofstream{file} << "as it was";
        }
    }
    ~Confined() override { fs::remove_all(folder); }

    void SetUp() override {
        if (exit_status_of([] { return confine_writing("") ? 0 : 1; }) != 0) {
            GTEST_SKIP() << "this kernel has no Landlock: that it confines could not be tried";
        }
    }

    static int exit_status_of(const std::function<int()>& work) {
        const pid_t child = fork();
        if (child == 0) {
            give_up_privileges(Processes::none);
            _exit(work());
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    // The error of what is tried when only the folder of `may_write` may be written; 0: it succeeds.
    static int error_of(const std::string& may_write, const std::function<bool()>& attempt) {
        return exit_status_of([&] {
            if (!confine_writing(may_write)) {
                return 255;
            }
            errno = 0;
            return attempt() ? 0 : errno;
        });
    }
    [[nodiscard]] int error_of(const std::function<bool()>& attempt) const {
        return error_of(state, attempt);
    }

    static bool opens(const fs::path& path, int flags) {
        return Descriptor{open(path.c_str(), flags | O_CLOEXEC, 0600)}.is_open();
    }

    static fs::path new_folder() {
        std::string name = fs::temp_directory_path() / "confined-XXXXXX";
        return mkdtemp(name.data());
    }

    fs::path folder = new_folder();
    fs::path state = folder / "state/greylist.state";
    fs::path neighbour = folder / "state/neighbour";
    fs::path other = folder / "elsewhere/file";
};

TEST_F(Confined, NothingCanBeStarted) {
    const auto starts = [] { return execl("/bin/true", "true", nullptr) == 0; };
    ASSERT_EQ(exit_status_of([&] { return starts() ? 0 : errno; }), 0); // there it can
    EXPECT_EQ(error_of(starts), EACCES);
    EXPECT_EQ(error_of("", starts), EACCES);
}

TEST_F(Confined, AProgramThatItWroteItselfCannotBeStartedEither) {
    fs::copy_file("/bin/true", state, fs::copy_options::overwrite_existing);
    EXPECT_EQ(error_of([&] { return execl(state.c_str(), "true", nullptr) == 0; }), EACCES);
}

TEST_F(Confined, BesideTheStateFilesAreMadeWrittenAndRemoved) {
    EXPECT_EQ(error_of([&] { return opens(state, O_RDWR); }), 0);
    EXPECT_EQ(error_of([&] { return opens(folder / "state/new", O_WRONLY | O_CREAT | O_EXCL); }), 0);
    EXPECT_EQ(error_of([&] { return link(neighbour.c_str(), (folder / "state/linked").c_str()) == 0; }), 0);
    EXPECT_EQ(error_of([&] { return unlink(neighbour.c_str()) == 0; }), 0);
    EXPECT_EQ(error_of([&] { return truncate(state.c_str(), 0) == 0; }), 0);
}

TEST_F(Confined, AStateThatIsYetToBeMadeCanBeMade) {
    fs::remove(state);
    EXPECT_EQ(error_of([&] { return opens(state, O_RDWR | O_CREAT | O_EXCL); }), 0);
}

TEST_F(Confined, NothingIsWrittenMadeOrRemovedElsewhere) {
    const std::pair<const char*, std::function<bool()>> attempts[] = {
        {"write", [&] { return opens(other, O_WRONLY); }},
        {"append", [&] { return opens(other, O_WRONLY | O_APPEND); }},
        {"make", [&] { return opens(folder / "elsewhere/new", O_WRONLY | O_CREAT); }},
        {"make one folder up", [&] { return opens(folder / "new", O_WRONLY | O_CREAT); }},
        {"remove", [&] { return unlink(other.c_str()) == 0; }},
        {"rename", [&] { return rename(other.c_str(), (folder / "elsewhere/new").c_str()) == 0; }},
        {"bring in", [&] { return rename(other.c_str(), (folder / "state/new").c_str()) == 0; }},
        {"carry out", [&] { return rename(neighbour.c_str(), (folder / "elsewhere/new").c_str()) == 0; }},
        {"link out", [&] { return link(neighbour.c_str(), (folder / "elsewhere/new").c_str()) == 0; }},
        {"a folder", [&] { return mkdir((folder / "elsewhere/new").c_str(), 0700) == 0; }},
        {"a folder beside", [&] { return mkdir((folder / "state/new").c_str(), 0700) == 0; }},
        {"a link", [&] { return symlink("/etc/passwd", (folder / "state/new").c_str()) == 0; }},
        {"a pipe", [&] { return mkfifo((folder / "state/new").c_str(), 0600) == 0; }},
        {"a device", [&] { return mknod((folder / "elsewhere/new").c_str(), S_IFCHR | 0600, 0x103) == 0; }},
    };
    for (const auto& [what, attempt] : attempts) {
        const int error = error_of(attempt);
        EXPECT_TRUE(error == EACCES || error == EXDEV) << what << ": " << error;
    }
    EXPECT_EQ(fs::file_size(other), 9U);
}

TEST_F(Confined, WithoutAStateNothingIsWrittenAtAll) {
    EXPECT_EQ(error_of("", [&] { return opens(state, O_WRONLY); }), EACCES);
    EXPECT_EQ(error_of(folder / "missing/state", [&] { return opens(state, O_WRONLY); }), EACCES);
}

TEST_F(Confined, BehindALinkTheStateIsWritten) {
    const fs::path link = folder / "elsewhere/link";
    fs::create_symlink(state, link);
    EXPECT_EQ(error_of(link, [&] { return opens(link, O_RDWR); }), 0);
    EXPECT_EQ(error_of(link, [&] { return opens(other, O_WRONLY); }), EACCES);
}

TEST_F(Confined, ANameWithoutAFolderIsInTheFolderOfTheProcess) {
    const auto in_its_folder = [&](const fs::path& file) {
        return exit_status_of([&] {
            const bool is_there = chdir((folder / "state").c_str()) == 0 && confine_writing("greylist.state");
            return is_there && opens(file, O_RDWR) ? 0 : errno;
        });
    };
    EXPECT_EQ(in_its_folder("greylist.state"), 0);
    EXPECT_EQ(in_its_folder(other), EACCES);
}

TEST_F(Confined, EverythingCanBeReadAndWhatIsOpenStaysOpen) {
    EXPECT_EQ(error_of([&] { return opens(other, O_RDONLY) && opens("/etc/hosts", O_RDONLY); }), 0);
    const Descriptor open_before{open(other.c_str(), O_WRONLY | O_CLOEXEC)};
    EXPECT_EQ(error_of([&] { return write(open_before.number(), "x", 1) == 1; }), 0);
}

TEST_F(Confined, SocketsOfOthersAreReached) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder / "elsewhere/socket")
        .string()
        .copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    const auto* place = reinterpret_cast<const sockaddr*>(&address);
    const Descriptor daemon{socket(AF_UNIX, SOCK_DGRAM, 0)};
    ASSERT_EQ(bind(daemon.number(), place, sizeof(address)), 0);
    EXPECT_EQ(error_of([&] {
                  const Descriptor ours{socket(AF_UNIX, SOCK_DGRAM, 0)};
                  return sendto(ours.number(), "x", 1, 0, place, sizeof(address)) == 1;
              }),
              0);
}

TEST(GivenUp, NothingGainsPrivilegesAndNoCoreIsLeft) {
    const pid_t child = fork();
    if (child == 0) {
        give_up_privileges(Processes::none);
        rlimit core{1, 1};
        rlimit processes{1, 1};
        const bool is_right = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                              getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 &&
                              getrlimit(RLIMIT_NPROC, &processes) == 0 && processes.rlim_max == 0;
        _exit(is_right ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

TEST(GivenUp, AUserThatIsNotRootCanMakeNoProcess) {
    const pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0) {
            _exit(2);
        }
        give_up_privileges(Processes::none);
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            _exit(0);
        }
        _exit(grandchild < 0 && errno == EAGAIN ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace sys
