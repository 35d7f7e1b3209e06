// A report as one file of HTML, for eyes, ears, paper and a phone. Nothing is loaded, and nothing runs: a policy of
// `default-src 'none'; style-src 'unsafe-inline'` lets all of it be. Every text goes through escaped().
//
// A chart's bars are placed by hundredths of its width, so that its letters stay as large as all others on any screen. Who
// cannot see it has the same figures in a table behind it.
#include "report/page.hpp"
#include "report/wording.hpp"
#include "system/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace report {

namespace {

constexpr std::string_view head = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
)html";

constexpr std::string_view style = R"css(<style>
:root { --paper: #fff; --ink: #1b1f23; --faint: #57606a; --line: #d0d7de; --card: #f6f8fa; --link: #0a58ca;
  --s0: #2f6fb5; --s1: #c26a0c; --s2: #7d8590; --s3: #a02c5a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e6e9ec; --faint: #a9b3bd; --line: #3a424b; --card: #1e242b; --link: #8ab8ff;
    --s0: #6aa7ea; --s1: #e6a24d; --s2: #98a2ad; --s3: #e584ab; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.5rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--line); }
p, ul { max-width: 46rem; }
.summary { font-size: 1.1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)); gap: .75rem;
  margin: 1rem 0; padding: 0; max-width: none; list-style: none; }
.figures li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.figures span { display: block; }
.name { font-size: .9rem; }
.value { font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.name, .meaning, .about { color: var(--faint); font-size: .875rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: 200px; margin: .5rem 0; overflow: visible; }
svg text { fill: var(--faint); font-size: 12px; }
svg line { stroke: var(--line); }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); } .s3 { fill: var(--s3); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: 0; list-style: none; font-size: .875rem; }
.legend svg { display: inline-block; width: 12px; height: 12px; margin: 0 .35rem 0 0; }
/* A shade at the side where there is more, which what lies over it hides at the end. */
.wide { overflow-x: auto; margin: 1rem 0; background:
  linear-gradient(to right, var(--paper) 30%, transparent) left / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 30%, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to right, var(--line), transparent) left / .75rem 100% no-repeat,
  linear-gradient(to left, var(--line), transparent) right / .75rem 100% no-repeat; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; padding: .25rem 0; }
caption > *, tbody th .about { display: block; }
caption > * { max-width: calc(100vw - 2rem); }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  font-weight: 400; }
thead th { color: var(--faint); font-size: .875rem; vertical-align: bottom; }
tbody th { overflow-wrap: anywhere; min-width: min(16rem, 46vw); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .n { white-space: normal; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
summary { cursor: pointer; color: var(--link); }
@media print {
  :root { --paper: #fff; --ink: #000; --faint: #444; --line: #bbb; --card: #fff; --link: #000;
    --s0: #2f6fb5; --s1: #c26a0c; --s2: #7d8590; --s3: #a02c5a; }
  body { max-width: none; font-size: 10pt; }
  nav, .skip, summary { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  figure, .figures li, tr { break-inside: avoid; }
  h2, caption, figcaption { break-after: avoid; }
  .wide, pre { overflow: visible; }
  svg, .legend { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>
)css";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : sys::cleaned(text)) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

// Of lines, each for itself.
std::string escaped_lines(const std::string& text) {
    std::string result;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        result += escaped(std::string_view{text}.substr(begin, end - begin)) + '\n';
        begin = end + 1;
    }
    return result;
}

std::string hundredths(double number) {
    std::array<char, 32> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%.3f", number));
    return text.data();
}

struct Attribute {
    std::string_view name;
    std::string value;
};
using Attributes = std::vector<Attribute>;

// `content` is HTML; what the attributes are is not yet.
std::string element(std::string_view tag, const Attributes& attributes, std::string_view content) {
    std::string result = "<";
    result += tag;
    for (const auto& [name, value] : attributes) {
        result.append(" ").append(name).append("=\"").append(escaped(value)).append("\"");
    }
    return result.append(">").append(content).append("</").append(tag).append(">");
}

std::string element(std::string_view tag, std::string_view content) {
    return element(tag, {}, content);
}

// --- charts ---

constexpr double plot_top = 18;
constexpr double plot_bottom = 178;
constexpr double label_line = 194;

std::uint64_t sum_of(const Chart::Bar& bar) {
    std::uint64_t sum = 0;
    for (const std::uint64_t value : bar.values) {
        sum += value;
    }
    return sum;
}

std::string class_of(std::size_t series) {
    return "s" + std::to_string(series);
}

// A place of the width, and one of the height.
struct Box {
    double x;
    double width;
    double y;
    double height;
};

std::string rectangle(const Chart& chart, const Chart::Bar& bar, std::size_t series, const Box& box) {
    const std::string& counted = chart.series.size() > 1 ? chart.series[series] : chart.counted;
    return element(
               "rect",
               {{"class", class_of(series)},
                {"x", hundredths(box.x) + '%'},
                {"width", hundredths(box.width) + '%'},
                {"y", hundredths(box.y)},
                {"height", hundredths(box.height)}},
               element("title", escaped(bar.label + ": " + number_text(bar.values[series]) + ' ' + counted)))
        .append("\n");
}

// That have room beside each other on a phone.
std::size_t most_labels(const Chart& chart) {
    constexpr std::size_t width = 320;
    constexpr std::size_t letter = 7;
    std::size_t longest = 1;
    for (const Chart::Bar& bar : chart.bars) {
        longest = std::max(longest, bar.short_label.size());
    }
    return std::max<std::size_t>(1, width / (longest * letter));
}

std::string drawn(const Chart& chart, std::uint64_t highest) {
    constexpr double gap = 0.2; // of a bar's place
    const double place = 100.0 / static_cast<double>(chart.bars.size());
    const std::size_t most = most_labels(chart);
    const std::size_t each = (chart.bars.size() + most - 1) / most;
    std::string result;
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        const Chart::Bar& bar = chart.bars[i];
        const auto at = static_cast<double>(i);
        Box box{.x = (at + gap / 2) * place, .width = place * (1 - gap), .y = plot_bottom, .height = 0};
        for (std::size_t series = 0; series < bar.values.size(); ++series) {
            box.height = (plot_bottom - plot_top) * static_cast<double>(bar.values[series]) /
                         static_cast<double>(highest);
            box.y -= box.height;
            result += bar.values[series] > 0 ? rectangle(chart, bar, series, box) : "";
        }
        if (i % each == 0) {
            const Attributes where{{"x", hundredths((at + 0.5) * place) + '%'},
                                   {"y", hundredths(label_line)},
                                   {"text-anchor", "middle"}};
            result += element("text", where, escaped(bar.short_label)) + '\n';
        }
    }
    return result;
}

std::string line_at(double y) {
    return element("line", {{"x1", "0"}, {"x2", "100%"}, {"y1", hundredths(y)}, {"y2", hundredths(y)}}, "");
}

std::string legend(const Chart& chart) {
    if (chart.series.size() < 2) {
        return {};
    }
    std::string items;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const std::string square =
            element("rect", {{"class", class_of(i)}, {"width", "12"}, {"height", "12"}}, "");
        items += element("li", element("svg", {{"aria-hidden", "true"}}, square) + escaped(chart.series[i])) +
                 '\n';
    }
    return element("ul", {{"class", "legend"}}, items) + '\n';
}

// --- tables ---

std::string row_of(const Table& table, std::size_t number_of_row) {
    const std::vector<std::string>& cells = table.rows[number_of_row];
    std::string name = escaped(cells[0]);
    if (!table.notes.empty()) {
        name += ' ' + element("span", {{"class", "about"}}, escaped(table.notes[number_of_row]));
    }
    std::string row = element("th", {{"scope", "row"}}, name);
    for (std::size_t i = 1; i < cells.size(); ++i) {
        const Attributes number{{"class", "n"}};
        row += element("td", table.columns[i].is_number ? number : Attributes{}, escaped(cells[i]));
    }
    return element("tr", row) + '\n';
}

std::string table_of(const Table& table) {
    if (table.rows.empty()) {
        return element("p", {{"class", "about"}}, element("b", escaped(table.title) + ":") + " none.") + '\n';
    }
    std::string caption = element("b", escaped(table.title));
    if (!table.meaning.empty()) {
        caption += ' ' + element("span", {{"class", "about"}}, escaped(table.meaning));
    }
    std::string columns;
    for (const Table::Column& column : table.columns) {
        Attributes attributes{{"scope", "col"}};
        if (column.is_number) {
            attributes.push_back({"class", "n"});
        }
        columns += element("th", attributes, escaped(column.title));
    }
    std::string rows;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        rows += row_of(table, row);
    }
    return element("div",
                   {{"class", "wide"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", table.title}},
                   element("table", element("caption", caption) + element("thead", element("tr", columns)) +
                                        '\n' + element("tbody", rows)))
        .append("\n");
}

std::string figures_of(const Chart& chart) {
    Table table{.title = "Figures of the chart: " + chart.title, .meaning = "", .columns = {}, .rows = {}};
    table.columns.push_back({chart.counted + " by", false});
    for (const std::string& series : chart.series) {
        table.columns.push_back({series});
    }
    for (const Chart::Bar& bar : chart.bars) {
        std::vector<std::string> row{bar.label};
        for (const std::uint64_t value : bar.values) {
            row.push_back(number_text(value));
        }
        table.rows.push_back(std::move(row));
    }
    return element("details", element("summary", "The figures of this chart: " + escaped(chart.title)) +
                                  table_of(table)) +
           '\n';
}

std::string figure_of(const Chart& chart) {
    std::uint64_t highest = 0;
    std::string highest_label;
    for (const Chart::Bar& bar : chart.bars) {
        if (sum_of(bar) > highest) {
            highest = sum_of(bar);
            highest_label = bar.label;
        }
    }
    if (highest == 0) {
        return {};
    }
    const std::string in_words = chart.title + ": a bar chart of " + std::to_string(chart.bars.size()) +
                                 " bars. Most " + chart.counted + ", " + number_text(highest) +
                                 ", are at: " + highest_label + ". All figures stand in the table behind it.";
    const std::string scale =
        element("text", {{"x", "0"}, {"y", "12"}}, number_text(highest) + ' ' + chart.counted);
    return element("figure", element("figcaption", escaped(chart.title)) + '\n' + legend(chart) +
                                 element("svg", {{"role", "img"}, {"aria-label", in_words}},
                                         line_at(plot_top) + line_at(plot_bottom) + scale + '\n' +
                                             drawn(chart, highest)) +
                                 '\n' + figures_of(chart)) +
           '\n';
}

// --- sections ---

std::string list_of(const std::vector<Figure>& figures) {
    if (figures.empty()) {
        return {};
    }
    std::string items;
    for (const Figure& figure : figures) {
        items += element("li", element("span", {{"class", "name"}}, escaped(figure.name)) + ' ' +
                                   element("span", {{"class", "value"}}, escaped(figure.value)) + ' ' +
                                   element("span", {{"class", "meaning"}}, escaped(figure.meaning))) +
                 '\n';
    }
    return element("ul", {{"class", "figures"}}, items) + '\n';
}

std::string html_of(const Section& section) {
    std::string content = element("h2", {{"id", section.id}}, escaped(section.title)) + '\n';
    for (const std::string& paragraph : section.paragraphs) {
        content += element("p", escaped(paragraph)) + '\n';
    }
    if (!section.lines.empty()) {
        content += element("pre", {{"tabindex", "0"}}, escaped_lines(section.lines)) + '\n';
    }
    content += list_of(section.figures);
    for (const Chart& chart : section.charts) {
        content += figure_of(chart);
    }
    for (const Table& table : section.tables) {
        content += table_of(table);
    }
    return element("section", {{"aria-labelledby", section.id}}, content) + '\n';
}

} // namespace

std::string html_of(const Page& page) {
    std::string header = element("h1", escaped(page.title)) + '\n';
    for (const std::string& paragraph : page.summary) {
        header += element("p", {{"class", "summary"}}, escaped(paragraph)) + '\n';
    }
    std::string links;
    std::string sections;
    for (const Section& section : page.sections) {
        links += element("li", element("a", {{"href", '#' + section.id}}, escaped(section.title))) + '\n';
        sections += html_of(section);
    }
    header += element("nav", {{"aria-label", "Sections"}}, element("ul", links));
    std::string result{head};
    return result.append(element("title", escaped(page.title)))
        .append("\n")
        .append(style)
        .append("</head>\n<body>\n")
        .append(element("a", {{"class", "skip"}, {"href", "#main"}}, "To the figures"))
        .append(element("header", header))
        .append("\n")
        .append(element("main", {{"id", "main"}}, sections))
        .append("\n</body>\n</html>\n");
}

} // namespace report
