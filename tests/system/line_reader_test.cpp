#include "system/line_reader.hpp"

#include "system/descriptor.hpp"
#include "system/trouble.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace sys {
namespace {

using Lines = std::vector<std::pair<std::string, std::size_t>>; // what is given of each, and its size

// As the contract says, the plain way.
Lines expected_of(std::string_view text, std::size_t longest) {
    Lines lines;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        lines.emplace_back(line.substr(0, longest), line.size());
    }
    return lines;
}

Lines all_of(LineReader& reader) {
    Lines lines;
    while (const auto line = reader.next()) {
        EXPECT_EQ(line->is_too_long(), line->text.size() < line->size);
        lines.emplace_back(line->text, line->size);
    }
    return lines;
}

// Read from a pipe, in pieces of other sizes than those that the reader asks for.
Lines read_in_pieces(std::string_view text, std::size_t longest, std::size_t piece) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor reading{ends[0]};
    std::thread writer{[&] {
        const Descriptor writing{ends[1]};
        for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
            const auto part = rest.substr(0, piece);
            ASSERT_EQ(write(writing.number(), part.data(), part.size()), static_cast<ssize_t>(part.size()));
        }
    }};
    LineReader reader{reading.number(), "a pipe", longest};
    Lines lines = all_of(reader);
    writer.join();
    return lines;
}

TEST(LineReaderTest, GivesEachLineWhereverAReadEnds) {
    std::mt19937 random{7};
    for (const std::size_t longest : {1U, 10U, 1'000U, 300'000U}) {
        for (int round = 0; round < 20; ++round) {
            std::string text;
            while (text.size() < 20 * longest && text.size() < 2'000'000) {
                text.append(random() % (2 * longest), static_cast<char>('a' + random() % 26));
                text += random() % 8 == 0 ? "\n\n" : "\n";
            }
            text.append(random() % 3, 'z'); // some lack their LF
            EXPECT_EQ(read_in_pieces(text, longest, 1 + random() % 65'536), expected_of(text, longest))
                << longest << ", round " << round;
        }
    }
}

TEST(LineReaderTest, TellsALineThatIsAtTheLimitFromOneThatIsAbove) {
    for (const std::string end : {"", "\n", "\nnext\n"}) {
        for (const std::size_t size : {99U, 100U, 101U, 262'144U, 600'000U}) {
            const std::string text = std::string(size, 'x') + end;
            EXPECT_EQ(read_in_pieces(text, 100, 65'536), expected_of(text, 100)) << size << end;
        }
    }
}

TEST(LineReaderTest, NothingHasNoLines) {
    EXPECT_EQ(read_in_pieces("", 10, 1), Lines{});
}

TEST(LineReaderTest, WhatCannotBeReadIsTold) {
    const Descriptor folder{open("/", O_RDONLY | O_CLOEXEC)};
    LineReader reader{folder.number(), "/", 10};
    EXPECT_THROW(reader.next(), Trouble);
}

} // namespace
} // namespace sys
