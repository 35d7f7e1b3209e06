// A place where a test compiles rules and asks them.
#pragma once

#include "rules/compiler.hpp"
#include "rules/postgrey_lists.hpp"
#include "rules/rules_file.hpp"
#include "rules/table.hpp"
#include "system/descriptor.hpp"

#include <cdb.h>
#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

class Workshop {
  public:
    Workshop() {
        std::string name = (std::filesystem::temp_directory_path() / "rules.XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("mkdtemp " + name);
        }
        directory_ = name;
        compiler_.write_to(path("rules.cdb"));
    }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop() { std::filesystem::remove_all(directory_); }

    [[nodiscard]] std::string path(std::string_view name) const { return (directory_ / name).string(); }

    void write(std::string_view name, std::string_view text) const {
        std::ofstream{path(name), std::ios::binary} << text;
    }

    void clients(std::string_view text) {
        write("clients", text);
        ::rules::read_client_list(path("clients"), compiler_);
    }
    void recipients(std::string_view text) {
        write("recipients", text);
        ::rules::read_recipient_list(path("recipients"), compiler_);
    }

    void rules(std::string_view text) {
        write("rules", text);
        ::rules::read_rules(path("rules"), compiler_);
    }

    ::rules::Compiler& compiler() { return compiler_; }

    // The complaints without their directory.
    std::string complaints() {
        finish();
        std::string text;
        for (const std::string& line : compiler_.complaints().lines()) {
            const bool is_ours = line.starts_with(directory_.string());
            text.append(is_ours ? line.substr(directory_.string().size() + 1) : line).append("\n");
        }
        return text;
    }

    ::rules::Table table() {
        finish();
        EXPECT_FALSE(compiler_.complaints().are_errors()) << complaints();
        compiler_.commit();
        return ::rules::Table{path("rules.cdb")};
    }

  private:
    std::filesystem::path directory_;
    ::rules::Compiler compiler_;
    bool is_finished_ = false;

    void finish() {
        if (!std::exchange(is_finished_, true)) {
            compiler_.finish();
        }
    }
};

// A request of which a test names what matters.
inline rules::Subject subject(std::string_view address = "192.0.2.1", std::string_view name = "unknown",
                              std::string_view recipient = "bob@example.org") {
    rules::Subject subject;
    subject.client_address = sys::Address::parse(address).value();
    subject.client_name = name;
    subject.recipient = recipient;
    return subject;
}

// A CDB made by hand, as `cdb -c` makes it.
inline void make_cdb(const std::string& path,
                     const std::vector<std::pair<std::string, std::string>>& records) {
    const sys::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)};
    cdb_make make{};
    cdb_make_start(&make, file.number());
    for (const auto& [key, value] : records) {
        cdb_make_add(&make, key.data(), static_cast<unsigned>(key.size()), value.data(),
                     static_cast<unsigned>(value.size()));
    }
    cdb_make_finish(&make);
}
