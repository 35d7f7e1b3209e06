// greyonce(8): one policy request in, one action out. Its options in, its output and exit status out, the
// deadline and the signals; what is decided, and how, is decision/decide.hpp's.
#include "decision/decide.hpp"
#include "decision/explain.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "protocol/action.hpp"
#include "protocol/framing.hpp"
#include "protocol/request.hpp"
#include "rules/access_action.hpp"
#include "system/confine.hpp"
#include "system/last_word.hpp"
#include "system/standard_streams.hpp"
#include "system/system_log.hpp"
#include "system/trouble.hpp"
#include "version.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>

namespace {

using protocol::LogLine;

// greyonce(8), EXIT STATUS
namespace status {
constexpr int decided = 0;
constexpr int wrong_options = 64; // as in sysexits.h
constexpr int killed = 70;
constexpr int trouble = 74;
constexpr int deferred = 75;
constexpr int rejected = 77;
} // namespace status

// What the program says and how it ends.
struct Answer {
    std::string action;
    int status = status::decided;
    std::vector<LogLine> log{};
    std::optional<std::string> explanation{}; // in place of the answer
    bool is_malformed = false;
};

int exit_status(std::string_view action, int otherwise, const Settings& settings) {
    if (!settings.exit_status) {
        return otherwise;
    }
    switch (rules::outcome_of(action)) {
    case rules::Outcome::pass:
        return status::decided;
    case rules::Outcome::defer:
        return status::deferred;
    case rules::Outcome::reject:
        return status::rejected;
    }
    return otherwise;
}

// --- answering ---

Answer trouble(const Settings& settings, const std::string& what) {
    return {settings.on_error,
            status::trouble,
            {{LogLine::Level::warning, what + ": answering " + settings.on_error}}};
}

// What a client may have caused: it waits.
Answer malformed(const Settings& settings, const std::string& why) {
    const std::string action = settings.dry_run ? std::string{protocol::no_opinion} : settings.on_malformed;
    return {.action = action,
            .status = status::trouble,
            .log = {{LogLine::Level::warning, "malformed request: " + why + ": answering " + action}},
            .is_malformed = true};
}

std::optional<sys::Time> time_of(const protocol::Request& request, Clock clock) {
    return clock == Clock::request ? protocol::test_time(request)
                                   : std::chrono::floor<sys::Seconds>(std::chrono::system_clock::now());
}

Answer answer_to(std::string_view block, const Settings& settings, decision::Sources& sources) {
    const auto parsed = protocol::parse_request(block);
    if (const auto* wrong = std::get_if<protocol::Malformed>(&parsed)) {
        return malformed(settings, wrong->reason);
    }
    const auto& request = std::get<protocol::Request>(parsed);
    const auto now = time_of(request, settings.clock);
    if (!now) {
        return malformed(settings, "no policy_test_time attribute, expected a time for --clock request");
    }
    if (settings.explain) {
        return {.action = {}, .explanation = decision::explanation(request, settings)};
    }
    decision::Decision decision = decision::decide(request, settings, sources, *now);
    return {std::move(decision.action), decision.was_in_trouble ? status::trouble : status::decided,
            std::move(decision.log)};
}

// The request that the arguments are, as it would stand on standard input; or why there is none.
std::variant<protocol::Collector, protocol::Malformed> request_of(const CommandLine& line) {
    protocol::Collector request;
    if (line.base64) {
        const auto block = protocol::from_base64(*line.base64);
        if (!block) {
            return protocol::Malformed{"no base64"};
        }
        request.take(*block);
        return request;
    }
    for (const std::string& attribute : line.attributes) {
        if (attribute.find('\n') != std::string::npos) {
            return protocol::Malformed{"a newline in an argument"};
        }
        request.take(attribute);
        request.take("\n");
    }
    return request;
}

// --- logging ---

void log_to_syslog(const Settings& settings, const std::vector<LogLine>& lines) {
    sys::SystemLog log{"greyonce", settings.syslog_facility};
    for (const LogLine& line : lines) {
        const bool is_warning = line.level == LogLine::Level::warning;
        log.send(is_warning ? LOG_WARNING : LOG_INFO, protocol::as_logged(line));
    }
}

void log_to_stderr(const std::vector<LogLine>& lines) {
    std::string text;
    for (const LogLine& line : lines) {
        text.append("greyonce: ").append(protocol::as_logged(line)).append("\n");
    }
    sys::write_all(STDERR_FILENO, text);
}

void log(const Settings& settings, const std::vector<LogLine>& lines) {
    if (settings.log == LogTo::none || lines.empty()) {
        return;
    }
    if (settings.log == LogTo::stderr_stream && sys::stderr_is_separate()) {
        log_to_stderr(lines);
    } else {
        log_to_syslog(settings, lines);
    }
}

// --- standard input and output ---

class Input {
  public:
    static constexpr std::size_t for_one = 2048; // bytes, more than one request has
    static constexpr std::size_t for_many = std::size_t{32} * 1024;

    explicit Input(std::size_t size) : buffer_(size, '\0') {}

    // Whether the next request has yet to come.
    [[nodiscard]] bool is_empty() const { return rest_.empty(); }
    // Waits for the first byte of a request; false at end of file. Throws sys::Trouble.
    bool wait() { return !rest_.empty() || refill(); }

    // Counts how often it had to wait.
    [[nodiscard]] unsigned waits() const { return waits_; }

    // Reads one request, to its empty line or to end of file. Throws sys::Trouble.
    protocol::Collector next() {
        protocol::Collector request;
        while (!request.is_complete() && wait()) {
            rest_.remove_prefix(request.take(rest_));
        }
        return request;
    }

  private:
    bool refill() {
        ++waits_;
        while (true) {
            const ssize_t got = read(STDIN_FILENO, buffer_.data(), buffer_.size());
            if (got >= 0) {
                rest_ = std::string_view{buffer_}.substr(0, static_cast<std::size_t>(got));
                return got > 0;
            }
            if (errno != EINTR && !sys::waited(STDIN_FILENO, POLLIN)) {
                throw sys::Trouble("read", "standard input", errno);
            }
        }
    }

    std::string buffer_;
    std::string_view rest_;
    unsigned waits_ = 0;
};

struct Delivery {
    int status;
    bool has_reader = true;
};

// Writes the answer, then the log, which has the decision whether or not somebody heard of it.
Delivery deliver(const Answer& answer, const Settings& settings) {
    sys::last_word::claim();
    if (!sys::write_all(STDOUT_FILENO,
                        answer.explanation ? *answer.explanation : protocol::reply(answer.action))) {
        std::vector<LogLine> lines = answer.log;
        lines.push_back({LogLine::Level::warning, "the answer could not be written"});
        log(settings, lines);
        return {.status = status::trouble, .has_reader = false};
    }
    const int result = exit_status(answer.action, answer.status, settings);
    if (!settings.until_eof) {
        sys::last_word::done(result);
        if (settings.log != LogTo::none) {
            shutdown(STDOUT_FILENO, SHUT_WR); // a caller on a socket need not wait for the log
        }
    }
    log(settings, answer.log);
    return {.status = result};
}

// --- the ways to be called ---

int answer_arguments(const CommandLine& line, decision::Sources& sources) {
    auto request = request_of(line);
    const Answer answer =
        std::holds_alternative<protocol::Malformed>(request)
            ? malformed(line.settings, std::get<protocol::Malformed>(request).reason)
            : answer_to(std::get<protocol::Collector>(request).block(), line.settings, sources);
    return deliver(answer, line.settings).status;
}

int answer_one(const Settings& settings, decision::Sources& sources) {
    Input input{Input::for_one};
    protocol::Collector request = input.next();
    return deliver(answer_to(request.block(), settings, sources), settings).status;
}

// The deadline of one request after the other. Those that lie ready share a timer for a tenth of a second,
// which the later ones have less: a system call less for each, a twentieth of the time.
class Deadlines {
  public:
    explicit Deadlines(sys::Seconds each) : each_(each) {}

    void begin() {
        constexpr std::chrono::milliseconds shared{100};
        const auto now = std::chrono::steady_clock::now();
        if (now >= shared_until_) {
            sys::last_word::set_deadline(each_);
            shared_until_ = now + shared;
        }
    }
    void end() {
        sys::last_word::set_deadline(sys::Seconds{0});
        shared_until_ = {};
    }

  private:
    sys::Seconds each_;
    std::chrono::steady_clock::time_point shared_until_{};
};

// Of the malformed requests of a stream the first has a line in the log, and after that one a minute: whoever
// makes them could make many.
class MalformedLines {
  public:
    // Takes the line away where it comes too early.
    void limit(Answer& answer) {
        constexpr std::chrono::minutes pause{1};
        const auto now = std::chrono::steady_clock::now();
        if (last_ && now - *last_ < pause) {
            ++untold_;
            answer.log.clear();
            return;
        }
        last_ = now;
        tell_of_others(answer.log);
    }

    // Says how many had no line.
    void tell_of_others(std::vector<LogLine>& lines) {
        if (untold_ > 0) {
            lines.push_back(
                {LogLine::Level::warning, "malformed requests without a line: " + std::to_string(untold_)});
            untold_ = 0;
        }
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> last_;
    std::size_t untold_ = 0;
};

// The highest exit status of all answers. Nothing is decided any more where nobody hears of it.
int answer_until_eof(const Settings& settings, decision::Sources& sources) {
    Input input{Input::for_many};
    Deadlines deadlines{settings.deadline};
    MalformedLines malformed_lines;
    int worst = status::decided;
    bool has_reader = true;
    for (unsigned waits = 0; has_reader; waits = input.waits()) {
        sys::last_word::claim(); // nobody waits for an answer
        if (input.is_empty()) {
            deadlines.end();
        }
        if (!input.wait()) {
            break;
        }
        sys::last_word::resume();
        deadlines.begin();
        protocol::Collector request = input.next();
        if (input.waits() != waits) {
            sources.expect_changes();
        }
        Answer answer = answer_to(request.block(), settings, sources);
        if (answer.is_malformed) {
            malformed_lines.limit(answer);
        }
        const Delivery delivery = deliver(answer, settings);
        worst = std::max(worst, delivery.status);
        has_reader = delivery.has_reader;
    }
    std::vector<LogLine> rest;
    malformed_lines.tell_of_others(rest);
    log(settings, rest);
    return worst;
}

// Wrong options: the caller still gets its answer, after it could send its request.
int refuse(const CommandLine& line) {
    const Settings& settings = line.settings;
    const bool reads_stdin = line.attributes.empty() && !line.base64;
    if (reads_stdin && isatty(STDIN_FILENO) == 0) {
        Input{Input::for_one}.next();
    }
    Answer answer{settings.on_error, status::wrong_options};
    for (const std::string& complaint : line.complaints) {
        answer.log.push_back({LogLine::Level::warning, complaint});
    }
    const int result = deliver(answer, settings).status;
    if (settings.log != LogTo::stderr_stream && sys::stderr_is_separate()) {
        log_to_stderr(answer.log);
    }
    return result;
}

int run(const CommandLine& line, decision::Sources& sources) {
    if (!line.complaints.empty()) {
        return refuse(line);
    }
    if (!line.attributes.empty() || line.base64) {
        return answer_arguments(line, sources);
    }
    return line.settings.until_eof ? answer_until_eof(line.settings, sources)
                                   : answer_one(line.settings, sources);
}

// The file that a decision writes; none where no state is asked.
std::string written_file(const Settings& settings) {
    const bool asks_state = settings.greylisting || (settings.weight && settings.weight->is_on);
    return asks_state && !settings.explain ? settings.state : std::string{};
}

// Arguments come from a mail server that starts the filter itself, as the user that it is: nothing else
// confines it. Who asks on standard input has given it a user, and mostly a unit, of its own.
void confine(const CommandLine& line) {
    sys::give_up_privileges();
    if (!line.attributes.empty() || line.base64) {
        sys::confine_writing(written_file(line.settings));
    }
}

int run_in_any_case(const CommandLine& line, decision::Sources& sources) {
    try {
        return run(line, sources);
    } catch (const std::exception& error) {
        return deliver(trouble(line.settings, error.what()), line.settings).status;
    }
}

void prepare_last_word(const Settings& settings) {
    sys::last_word::prepare(protocol::reply(settings.on_error),
                            {.late = exit_status(settings.on_error, status::trouble, settings),
                             .killed = exit_status(settings.on_error, status::killed, settings)});
}

} // namespace

int main(int argc, char** argv) {
    sys::hold_standard_streams();
    const Settings defaults; // also while the configuration is read
    prepare_last_word(defaults);
    sys::last_word::set_deadline(defaults.deadline);
    const CommandLine line = read_command_line(argc, argv);
    prepare_last_word(line.settings);
    if (line.settings.deadline != defaults.deadline) {
        sys::last_word::set_deadline(line.settings.deadline);
    }
    if (line.help) {
        sys::write_all(STDOUT_FILENO,
                       "usage: greyonce [options] [name=value ...] < request\n\n" + help_text());
        _exit(status::decided);
    }
    if (line.version) {
        sys::write_all(STDOUT_FILENO,
                       "greyonce " + std::string{version} + "\nwith " + linked_libraries() + "\n");
        _exit(status::decided);
    }
    confine(line);
    decision::Sources sources{line.settings};
    _exit(run_in_any_case(line, sources)); // nothing is torn down: the process's end closes files for less
}
