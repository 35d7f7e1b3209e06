// greyonce(8): one policy request in, one action out. Its options in, its output and exit status out: how it is
// called is calling/calls.hpp's, what is decided, and how, decision/decide.hpp's.
#include "calling/answer.hpp"
#include "calling/calls.hpp"
#include "calling/listening.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "settings/version.hpp"
#include "store/choosing/open.hpp"
#include "system/confine.hpp"
#include "system/last_word.hpp"
#include "system/listening_socket.hpp"
#include "system/standard_streams.hpp"

#include <unistd.h>

namespace {

using calling::Invocation;

// The file that a decision writes; none where no state is asked.
std::string written_file(const Invocation& call) {
    const decision::Settings& settings = call.decision;
    const bool writes = settings.greylist.is_on && store::is_file(settings.store.name);
    return writes ? settings.store.name : std::string{};
}

// Arguments come from a mail server that starts the filter itself, as the user that it is: nothing else
// confines it. A server that asks on standard input has given it a user, and mostly a unit, of its own.
void confine(const Invocation& call) {
    sys::give_up_privileges(sys::Processes::none);
    if (call.is_request()) {
        sys::confine_writing(written_file(call));
    }
}

} // namespace

int main(int argc, char** argv) {
    const calling::Streams streams{{STDIN_FILENO, STDOUT_FILENO}, STDERR_FILENO};
    sys::hold_standard_streams();
    const Invocation defaults; // also while the configuration is read
    calling::prepare_last_word(defaults, streams);
    sys::last_word::set_deadline(defaults.calling.deadline);
    const options::CommandLine line = options::read_command_line(argc, argv);
    const Invocation& call = line.call;
    calling::prepare_last_word(call, streams);
    if (call.calling.deadline != defaults.calling.deadline) {
        sys::last_word::set_deadline(call.calling.deadline);
    }
    if (line.help) {
        sys::write_all(STDOUT_FILENO,
                       "usage: greyonce [options] [name=value ...] < request\n\n" + options::help_text());
        _exit(calling::status::decided);
    }
    if (line.version) {
        sys::write_all(STDOUT_FILENO,
                       "greyonce " + std::string{version} + "\nwith " + linked_libraries() + "\n");
        _exit(calling::status::decided);
    }
    if (!call.is_request()) {
        const auto sockets = sys::listening_sockets(STDIN_FILENO);
        if (!sockets.wrong.empty()) {
            _exit(calling::refuse_socket(sockets.wrong, call, streams));
        }
        if (!sockets.descriptors.empty()) {
            sys::give_up_privileges(sys::Processes::of_its_own);
            const auto read = [&] { return options::read_command_line(argc, argv).call; };
            _exit(calling::serve(sockets.descriptors, line.config, read, streams));
        }
    }
    confine(call);
    decision::Sources sources{call.decision, call.calling.until_eof};
    // Nothing is torn down: the process's end closes files for less.
    _exit(calling::answer(call, streams, sources));
}
