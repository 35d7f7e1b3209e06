#include "report/logs.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

namespace report {

namespace {

using sys::Descriptor;
using sys::Trouble;

constexpr std::size_t buffer_size = std::size_t{256} * 1024;

// What a compressed file begins with, and who makes a log of it again.
struct Packing {
    std::string_view begins;
    const char* program;
};
constexpr std::array<Packing, 2> packings{{{"\x1F\x8B", "gzip"}, {"\x28\xB5\x2F\xFD", "zstd"}}};

const Packing* packing_of(int descriptor) {
    std::array<char, 4> bytes{};
    const ssize_t got = pread(descriptor, bytes.data(), bytes.size(), 0);
    const std::string_view begin{bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    const auto* found = std::find_if(packings.begin(), packings.end(), [&](const Packing& packing) {
        return begin.starts_with(packing.begins);
    });
    return found == packings.end() ? nullptr : found;
}

// A program that reads a file and writes what was packed in it.
class Unpacker {
  public:
    Unpacker() = default;
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;
    ~Unpacker() {
        output_ = Descriptor{}; // it ends where nobody reads
        static_cast<void>(status());
    }

    void start(const Packing& packing, int input, const std::string& path) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw Trouble("make a pipe for", path, errno);
        }
        output_ = Descriptor{ends[0]};
        const Descriptor writing{ends[1]};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::string program{packing.program};
        std::string option{"-dc"};
        const std::array<char*, 3> words{program.data(), option.data(), nullptr};
        const int error = posix_spawnp(&child_, packing.program, &actions, nullptr, words.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error != 0) {
            child_ = -1;
            throw Trouble(std::string{"start "} + packing.program + " for", path, error);
        }
        program_ = packing.program;
    }

    [[nodiscard]] int output() const { return output_.number(); }

    // After the last byte. Throws Trouble: it was not whole.
    void finish(const std::string& path) {
        if (status() != 0) {
            throw Trouble("unpack", path, std::string{program_} + " has failed");
        }
    }

  private:
    int status() {
        int status = 0;
        while (child_ > 0 && waitpid(child_, &status, 0) < 0 && errno == EINTR) {
        }
        child_ = -1;
        return status;
    }

    pid_t child_ = -1;
    std::string_view program_;
    Descriptor output_;
};

} // namespace

class Logs::File {
  public:
    File(std::string path, sys::Time now) : path_(std::move(path)), written_(now), entries_(now) {
        if (path_ == "-") {
            path_ = "standard input";
            is_standard_input_ = true;
        } else {
            open();
        }
        struct stat status {};
        if (fstat(descriptor(), &status) != 0) {
            throw Trouble("look at", path_, errno);
        }
        if (S_ISREG(status.st_mode)) {
            size_ = is_standard_input_ ? 0 : static_cast<std::uint64_t>(status.st_size);
            identity_ = {status.st_dev, status.st_ino};
            written_ = sys::Time{sys::Seconds{status.st_mtime}};
            entries_ = Entries{written_};
        }
    }

    // Finds its first time. What cannot be read twice keeps what was read.
    void look() {
        start();
        while (unread_.size() < buffer_.size() && fill()) {
        }
        Entries looking{written_};
        std::string_view rest = unread_;
        looking.next(rest, is_end_);
        first_ = looking.begin();
        if (size_ > 0) {
            close();
        }
    }

    std::optional<Entry> next() {
        start();
        while (true) {
            if (const auto entry = entries_.next(unread_, is_end_)) {
                return entry;
            }
            if (is_end_) {
                finish();
                return std::nullopt;
            }
            fill();
        }
    }

    [[nodiscard]] std::optional<sys::Time> first() const { return first_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::pair<dev_t, ino_t> identity() const { return identity_; }
    Entries& entries() { return entries_; }

    // Of the file as it is on the disk.
    [[nodiscard]] std::uint64_t done() const {
        const off_t offset = size_ > 0 && file_.is_open() ? lseek(file_.number(), 0, SEEK_CUR) : -1;
        return offset < 0 ? read_ : static_cast<std::uint64_t>(offset);
    }

  private:
    [[nodiscard]] int descriptor() const { return is_standard_input_ ? STDIN_FILENO : file_.number(); }

    void open() {
        file_ = Descriptor{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
        if (!file_.is_open()) {
            throw Trouble("open", path_, errno);
        }
    }

    void start() {
        if (is_started_) {
            return;
        }
        if (!is_standard_input_ && !file_.is_open()) {
            open();
        }
        buffer_.resize(buffer_size);
        if (const Packing* const packing = packing_of(descriptor())) {
            unpacker_ = std::make_unique<Unpacker>();
            unpacker_->start(*packing, descriptor(), path_);
        }
        is_started_ = true;
    }

    // It is opened again when its turn comes.
    void close() {
        unpacker_.reset();
        file_ = Descriptor{};
        buffer_ = {};
        unread_ = {};
        read_ = 0;
        is_started_ = false;
        is_end_ = false;
    }

    // Reads on behind what is unread, which is less than the buffer. False: there is no more.
    bool fill() {
        if (is_end_) {
            return false;
        }
        std::memmove(buffer_.data(), unread_.data(), unread_.size());
        const std::size_t left = unread_.size();
        ssize_t got = 0;
        do {
            got = read(unpacker_ ? unpacker_->output() : descriptor(), buffer_.data() + left,
                       buffer_.size() - left);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            throw Trouble("read", path_, errno);
        }
        is_end_ = got == 0;
        read_ += static_cast<std::uint64_t>(got);
        unread_ = std::string_view{buffer_}.substr(0, left + static_cast<std::size_t>(got));
        return got > 0;
    }

    void finish() {
        if (unpacker_) {
            unpacker_->finish(path_);
        }
    }

    std::string path_;
    bool is_standard_input_ = false;
    Descriptor file_;
    std::unique_ptr<Unpacker> unpacker_;
    std::uint64_t size_ = 0; // 0: it cannot be read twice
    std::pair<dev_t, ino_t> identity_{};
    sys::Time written_;
    std::optional<sys::Time> first_;
    std::string buffer_;
    std::string_view unread_;
    std::uint64_t read_ = 0;
    bool is_started_ = false;
    bool is_end_ = false;
    Entries entries_;
};

namespace {

// Whether `a` comes after `b`, as a heap has the earliest first.
constexpr auto is_later = [](const auto& a, const auto& b) {
    return a.next.time != b.next.time ? a.next.time > b.next.time : a.place > b.place;
};

} // namespace

Logs::Logs(const std::vector<std::string>& paths, sys::Time now, Progress progress)
    : progress_(std::move(progress)) {
    std::set<std::pair<dev_t, ino_t>> known;
    for (const std::string& path : paths) {
        auto file = std::make_unique<File>(path, now);
        if (file->size() > 0 && !known.insert(file->identity()).second) {
            continue;
        }
        file->look();
        all_ += file->size();
        files_.push_back(std::move(file));
    }
    // What has no time has nothing of ours, or cannot be looked at beforehand.
    std::stable_sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) {
        return a->first().value_or(sys::Time::min()) < b->first().value_or(sys::Time::min());
    });
}

Logs::~Logs() = default;

std::optional<Entry> Logs::next() {
    constexpr unsigned now_and_then = 4096;
    if (current_) {
        advance(std::move(current_), current_place_);
    }
    while (opened_ < files_.size() && (open_.empty() || files_[opened_]->first().value_or(sys::Time::min()) <=
                                                            open_.front().next.time)) {
        open_next();
    }
    if (++entries_ % now_and_then == 0) {
        show_progress();
    }
    if (open_.empty()) {
        return std::nullopt;
    }
    std::pop_heap(open_.begin(), open_.end(), is_later);
    Open earliest = std::move(open_.back());
    open_.pop_back();
    current_ = std::move(earliest.file);
    current_place_ = earliest.place;
    return earliest.next;
}

void Logs::open_next() {
    const std::size_t place = opened_++;
    advance(std::move(files_[place]), place);
}

// Puts a file to the others by its next entry, or ends it.
void Logs::advance(std::unique_ptr<File> file, std::size_t place) {
    if (const auto entry = file->next()) {
        open_.push_back({std::move(file), *entry, place});
        std::push_heap(open_.begin(), open_.end(), is_later);
    } else {
        close(*file);
    }
}

void Logs::close(File& file) {
    const auto begin = file.entries().begin();
    const auto end = file.entries().end();
    begin_ = begin_ && begin ? std::min(begin_, begin) : begin_ ? begin_ : begin;
    end_ = std::max(end_, end); // none is less than any
    timeless_ += file.entries().timeless();
    closed_bytes_ += file.done();
}

void Logs::show_progress() {
    std::uint64_t done = closed_bytes_ + (current_ ? current_->done() : 0);
    for (const Open& open : open_) {
        done += open.file->done();
    }
    progress_(done, all_);
}

} // namespace report
