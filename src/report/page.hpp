// A report for people, in the order in which it is read: sections of figures, charts and tables, each with what it means.
// How it is drawn, html.cpp says; what is in it, page.cpp. Pure. No text in it is escaped yet.
#pragma once

#include "report/figures.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace report {

struct Figure {
    std::string name;
    std::string value;
    std::string meaning;
};

struct Chart {
    struct Bar {
        std::string label;                 // as it is read out
        std::string short_label;           // below it
        std::vector<std::uint64_t> values; // one a series
    };
    std::string title;
    std::string counted; // "requests": what a value is a number of
    std::vector<std::string> series;
    std::vector<Bar> bars;
};

struct Table {
    struct Column {
        std::string title;
        bool is_number = true;
    };
    std::string title;
    std::string meaning;
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows; // the first cell names the row
    std::vector<std::string> notes{};           // a row each, of what its name means; or none
};

struct Section {
    std::string id;
    std::string title;
    std::vector<std::string> paragraphs; // what it is about, and what cannot be known
    std::vector<Figure> figures;
    std::vector<Chart> charts;
    std::vector<Table> tables;
    std::string lines; // to be copied
};

struct Page {
    std::string title;
    std::vector<std::string> summary;
    std::vector<Section> sections;
};

Page page_of(const Figures& figures);

// A whole document of HTML: one file, no script, nothing loaded from anywhere.
std::string html_of(const Page& page);

// One screen of a terminal, for a mail.
std::string text_of(const Figures& figures);

// One object, as greyreport(8) describes it.
std::string json_of(const Figures& figures);

} // namespace report
