// A worker thread and the bounded queue of pieces before it: it works on one while its caller makes the next.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace sys {

// What the work uses is the worker's from the first give() to the end of end(). Where no thread can be made, give() does
// the work.
template <typename Piece>
class Worker {
  public:
    // `work` is called once for each piece, in the order of giving, and no more after it has thrown.
    explicit Worker(std::function<void(const Piece&)> work) : work_(std::move(work)) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { give_up(); }

    // Waits while the queue is full. Throws what the work has thrown.
    void give(Piece piece);
    // Waits until all pieces are done. Throws what the work has thrown. Afterwards more can be given.
    void end();
    // Waits for the piece in hand; those in the queue are left undone.
    void give_up() { stop(When::now); }

  private:
    enum class When { now, after_all };

    void start();
    void stop(When when);
    void run();
    void do_one(const Piece& piece) noexcept;
    void throw_what_was_thrown();

    static constexpr std::size_t most_waiting = 4;
    std::function<void(const Piece&)> work_;
    std::thread thread_;
    std::mutex mutex_; // of all below
    std::condition_variable changed_;
    std::deque<Piece> pieces_;
    bool is_to_end_ = false;
    std::exception_ptr thrown_;
};

template <typename Piece>
void Worker<Piece>::give(Piece piece) {
    start();
    if (!thread_.joinable()) {
        do_one(piece);
        throw_what_was_thrown();
        return;
    }
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return pieces_.size() < most_waiting; });
    throw_what_was_thrown();
    pieces_.push_back(std::move(piece));
    changed_.notify_all();
}

template <typename Piece>
void Worker<Piece>::end() {
    stop(When::after_all);
    throw_what_was_thrown();
}

template <typename Piece>
void Worker<Piece>::start() {
    if (thread_.joinable()) {
        return;
    }
    try {
        is_to_end_ = false;
        thread_ = std::thread{[this] { run(); }};
    } catch (const std::system_error&) { // NOLINT(bugprone-empty-catch): give() works
    }
}

template <typename Piece>
void Worker<Piece>::stop(When when) {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        is_to_end_ = true;
        if (when == When::now) {
            pieces_.clear();
        }
    }
    changed_.notify_all();
    thread_.join();
}

template <typename Piece>
void Worker<Piece>::run() {
    std::unique_lock lock{mutex_};
    while (true) {
        changed_.wait(lock, [this] { return is_to_end_ || !pieces_.empty(); });
        if (pieces_.empty()) {
            return;
        }
        const Piece piece = std::move(pieces_.front());
        pieces_.pop_front();
        changed_.notify_all();
        lock.unlock();
        do_one(piece);
        lock.lock();
    }
}

template <typename Piece>
void Worker<Piece>::do_one(const Piece& piece) noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (thrown_) {
            return;
        }
    }
    try {
        work_(piece);
    } catch (...) {
        const std::lock_guard lock{mutex_};
        thrown_ = std::current_exception();
    }
}

// Under the lock, or without another thread.
template <typename Piece>
void Worker<Piece>::throw_what_was_thrown() {
    if (thrown_) {
        std::rethrow_exception(thrown_);
    }
}

} // namespace sys
