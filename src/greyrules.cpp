// greyrules: compiles whitelists and rules into the one file that greyonce reads.
// This file owns the command line and the exit status; what an entry means is said in rules/.
#include "rules/compiler.hpp"
#include "rules/postgrey_lists.hpp"
#include "system/text.hpp"
#include "system/trouble.hpp"

#include <getopt.h>
#include <sysexits.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view usage =
    "usage: greyrules compile -o FILE.cdb [--whitelist-clients FILE]... [--whitelist-recipients FILE]...\n";

// Wrong words on the command line.
struct Misuse {};

void say(std::FILE* where, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), where);
}

void read_source(int option, const std::string& path, rules::Compiler& compiler) {
    if (option == 'c') {
        rules::read_client_list(path, compiler);
    } else {
        rules::read_recipient_list(path, compiler);
    }
}

int compile(int argc, char** argv) {
    static const std::array<option, 4> options{{{"output", required_argument, nullptr, 'o'},
                                                {"whitelist-clients", required_argument, nullptr, 'c'},
                                                {"whitelist-recipients", required_argument, nullptr, 'r'},
                                                {nullptr, 0, nullptr, 0}}};
    std::string output;
    rules::Compiler compiler;
    int chosen = 0;
    while ((chosen = ::getopt_long(argc, argv, "o:", options.data(), nullptr)) != -1) {
        switch (chosen) {
        case 'o':
            output = optarg;
            break;
        case 'c':
        case 'r':
            read_source(chosen, optarg, compiler);
            break;
        default:
            throw Misuse{};
        }
    }
    if (output.empty() || optind != argc) {
        throw Misuse{};
    }
    for (const std::string& line : compiler.complaints().lines()) {
        say(stderr, line + '\n');
    }
    if (compiler.complaints().are_errors()) {
        return EX_DATAERR;
    }
    compiler.write(output);
    return EX_OK;
}

int run(int argc, char** argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "compile") {
        return compile(argc - 1, argv + 1);
    }
    throw Misuse{};
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const Misuse&) {
        say(stderr, usage);
        return EX_USAGE;
    } catch (const sys::Trouble& trouble) {
        say(stderr, "greyrules: " + sys::cleaned(trouble.what()) + '\n');
        return EX_IOERR;
    } catch (const std::exception& error) {
        say(stderr, "greyrules: " + sys::cleaned(error.what()) + '\n');
        return EX_IOERR;
    }
}
