// Rows of database tables as the databases' own tools print them: mysqldump, pg_dump, SQLite's .dump, and the
// lists of mysql, psql and sqlite3. Pure.
//
//     INSERT INTO `connect` VALUES ('alice','example.net',…),('carol',…);       also with (columns) before
//     VALUES,
//                                                     and with the rows on lines of their own
//     COPY public.connect (sender_name, …) FROM stdin;     and then rows parted by tabs, up to \.
//     alice|example.net|…          parted by | (with or without blanks and one at both ends), tabs, commas or
//     ;
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace transfer {

class TableRows {
  public:
    using Row = std::vector<std::string>;

    // Gives each row of `line` to `take`.
    void each_row(std::string_view line, const std::function<void(const Row&)>& take);

    // Whether its times are UTC, as mysqldump says in its head, and not local ones.
    [[nodiscard]] bool is_utc() const { return is_utc_; }

  private:
    void insert(std::string_view values, const std::function<void(const Row&)>& take);

    bool is_insert_ = false; // rows of an INSERT may go on
    bool is_copy_ = false;   // rows of a COPY go on
    bool is_mysql_ = false;  // in whose strings \ stands before what is meant
    bool is_utc_ = false;
};

} // namespace transfer
