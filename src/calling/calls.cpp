#include "calling/calls.hpp"

#include "calling/answer.hpp"
#include "calling/log.hpp"
#include "calling/malformed_lines.hpp"
#include "protocol/action.hpp"
#include "system/last_word.hpp"
#include "system/standard_streams.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace calling {

namespace {

using protocol::LogLine;

sys::LogPlace place_of_log(const Settings& settings, const Streams& streams) {
    return log_place(settings.log, settings.syslog_facility, streams.errors, streams.conversation.output);
}

struct Delivery {
    int status;
    bool has_reader = true;
};

// One call of the program: who is to be answered, how, and where it is told.
class Call {
  public:
    Call(const Invocation& invocation, const Streams& streams, decision::Sources& sources)
        : invocation_(invocation), settings_(invocation.calling), streams_(streams), sources_(sources),
          place_(place_of_log(settings_, streams)) {}

    // Writes the answer, then the log, which has the decision whether or not somebody heard of it: at a
    // deadline meanwhile it is the last word that tells it.
    [[nodiscard]] Delivery deliver(const Answer& answer) const {
        const std::vector<std::string> lines = composed(answer.log, place_);
        sys::last_word::claim(lines);
        const bool is_written = sys::write_all(streams_.conversation.output, answer.text());
        sys::last_word::said();
        if (!is_written) {
            send(lines, place_);
            log({{LogLine::Level::warning, "the answer could not be written"}});
            return {.status = status::trouble, .has_reader = false};
        }
        const int result = exit_status(answer.action, answer.status, settings_);
        if (!settings_.until_eof) {
            sys::last_word::done(result);
            if (!lines.empty()) {
                shutdown(streams_.conversation.output,
                         SHUT_WR); // a caller on a socket need not wait for the log
            }
        }
        send(lines, place_);
        return {.status = result};
    }

    // An answer to whoever is still there, with no way to make a better one.
    [[nodiscard]] int answer_in_trouble(const std::exception& error) const {
        return deliver(trouble(invocation_.decision, error.what())).status;
    }

    // Wrong options: the caller still gets its answer, after it could send its request.
    [[nodiscard]] int refuse() const {
        const int input = streams_.conversation.input;
        if (!invocation_.is_request() && isatty(input) == 0) {
            Requests{input, Requests::for_one}.next();
        }
        const Answer answer = refusal(invocation_);
        const int result = deliver(answer).status;
        if (settings_.log != LogTo::stderr_stream &&
            sys::leads_elsewhere(streams_.errors, streams_.conversation.output)) {
            const auto errors = log_place(LogTo::stderr_stream, settings_.syslog_facility, streams_.errors,
                                          streams_.conversation.output);
            send(composed(answer.log, errors), errors);
        }
        return result;
    }

    [[nodiscard]] int answer_arguments() const {
        return deliver(answer_to_arguments(invocation_, sources_)).status;
    }

    [[nodiscard]] int answer_one() const {
        protocol::Collector request = Requests{streams_.conversation.input, Requests::for_one}.next();
        return deliver(answer_to(request.block(), invocation_, sources_)).status;
    }

    // The highest exit status of all answers. Nothing is decided any more where nobody hears of it.
    [[nodiscard]] int answer_until_eof() const;

  private:
    void log(const std::vector<LogLine>& lines) const { send(composed(lines, place_), place_); }

    const Invocation& invocation_;
    const Settings& settings_;
    const Streams& streams_;
    decision::Sources& sources_;
    sys::LogPlace place_;
};

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

int Call::answer_until_eof() const {
    Requests requests{streams_.conversation.input, Requests::for_many};
    Deadlines deadlines{settings_.deadline};
    MalformedLines malformed_lines;
    int worst = status::decided;
    bool has_reader = true;
    for (unsigned waits = 0; has_reader; waits = requests.waits()) {
        sys::last_word::said(); // nobody waits for an answer
        if (requests.is_empty()) {
            deadlines.end();
        }
        if (!requests.wait()) {
            break;
        }
        sys::last_word::resume();
        deadlines.begin();
        protocol::Collector request = requests.next();
        if (requests.waits() != waits) {
            sources_.expect_changes();
        }
        Answer answer = answer_to(request.block(), invocation_, sources_);
        malformed_lines.limit(answer);
        const Delivery delivery = deliver(answer);
        worst = std::max(worst, delivery.status);
        has_reader = delivery.has_reader;
    }
    std::vector<LogLine> rest;
    malformed_lines.tell_of_others(rest);
    log(rest);
    return worst;
}

} // namespace

void prepare_last_word(const Invocation& call, const Streams& streams) {
    const std::string& action = call.decision.on_error;
    const std::string text = protocol::reply(action);
    std::string_view meaning = text;
    meaning.remove_prefix(meaning.find('=') + 1);
    meaning = meaning.substr(0, meaning.find('\n'));
    sys::last_word::prepare({.text = text,
                             .meaning = meaning,
                             .output = streams.conversation.output,
                             .status = {.late = exit_status(action, status::trouble, call.calling),
                                        .killed = exit_status(action, status::killed, call.calling)},
                             .log = place_of_log(call.calling, streams)});
}

int answer(const Invocation& invocation, const Streams& streams, decision::Sources& sources) {
    const Call call{invocation, streams, sources};
    try {
        if (!invocation.complaints.empty()) {
            return call.refuse();
        }
        if (invocation.is_request()) {
            return call.answer_arguments();
        }
        return invocation.calling.until_eof ? call.answer_until_eof() : call.answer_one();
    } catch (const std::exception& error) {
        return call.answer_in_trouble(error);
    }
}

} // namespace calling
