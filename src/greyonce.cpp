// greyonce(8): one policy request in, one action out. Its options in, its output and exit status out: how it is
// called is calling/calls.hpp's, what is decided, and how, decision/decide.hpp's.
#include "calling/answer.hpp"
#include "calling/calls.hpp"
#include "linked_libraries.hpp"
#include "options.hpp"
#include "system/confine.hpp"
#include "system/last_word.hpp"
#include "system/standard_streams.hpp"
#include "version.hpp"

#include <unistd.h>

namespace {

// The file that a decision writes; none where no state is asked.
std::string written_file(const Settings& settings) {
    const bool asks_state = settings.greylisting || (settings.weight && settings.weight->is_on);
    return asks_state && !settings.explain ? settings.state : std::string{};
}

// Arguments come from a mail server that starts the filter itself, as the user that it is: nothing else
// confines it. Who asks on standard input has given it a user, and mostly a unit, of its own.
void confine(const CommandLine& line) {
    sys::give_up_privileges();
    if (line.is_request()) {
        sys::confine_writing(written_file(line.settings));
    }
}

} // namespace

int main(int argc, char** argv) {
    const calling::Streams streams{{STDIN_FILENO, STDOUT_FILENO}, STDERR_FILENO};
    sys::hold_standard_streams();
    const Settings defaults; // also while the configuration is read
    calling::prepare_last_word(defaults, streams);
    sys::last_word::set_deadline(defaults.deadline);
    const CommandLine line = read_command_line(argc, argv);
    calling::prepare_last_word(line.settings, streams);
    if (line.settings.deadline != defaults.deadline) {
        sys::last_word::set_deadline(line.settings.deadline);
    }
    if (line.help) {
        sys::write_all(STDOUT_FILENO,
                       "usage: greyonce [options] [name=value ...] < request\n\n" + help_text());
        _exit(calling::status::decided);
    }
    if (line.version) {
        sys::write_all(STDOUT_FILENO,
                       "greyonce " + std::string{version} + "\nwith " + linked_libraries() + "\n");
        _exit(calling::status::decided);
    }
    confine(line);
    decision::Sources sources{line.settings};
    // Nothing is torn down: the process's end closes files for less.
    _exit(calling::answer(line, streams, sources));
}
