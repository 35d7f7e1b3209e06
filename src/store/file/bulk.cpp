#include "store/file/bulk.hpp"

#include "store/file/forest.hpp"
#include "system/lines.hpp"
#include "system/trouble.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace store {

namespace {

// A bucket in memory. A page that is not in the file yet has the number 0.
class Bucket {
  public:
    Bucket(const StateFile& file, Forest& forest, unsigned root) : file_(file) {
        load(forest, forest.root(root));
    }

    void store(const Record& record, const Place& way, const Merge& merge);
    // Children before their parents, so that no page points to one that is not there.
    void write() { write(0); }

  private:
    struct Node {
        Page page;
        std::array<std::size_t, 2> children{}; // in nodes_; 0 for none, because the root is no child
        bool has_changed = false;
    };
    // Where a record is: the node, and its line as a view of the page there.
    struct Spot {
        std::size_t node = 0;
        std::string_view line;
    };

    std::size_t load(Forest& forest, const Page& page);
    void append(std::size_t node, std::string_view line);
    std::size_t node_with_room(const Place& way, std::size_t size);
    PageNumber write(std::size_t index);

    const StateFile& file_;
    std::deque<Node> nodes_; // a deque, so that views of the pages hold
    std::unordered_map<std::string, Spot> spots_;
};

// Kind and key in one word.
std::string name_of(char kind, std::string_view key) {
    return kind + std::string{key};
}

std::size_t Bucket::load(Forest& forest, const Page& page) {
    const std::size_t index = nodes_.size();
    nodes_.push_back({.page = page});
    for (std::string_view rest = nodes_[index].page.lines(); !rest.empty();) {
        const std::string_view line = sys::take_until(rest, '\n');
        if (const std::string_view key = greylist::key_in(line); !key.empty()) {
            spots_.try_emplace(name_of(line.front(), key), Spot{index, line});
        }
    }
    for (const unsigned side : {0U, 1U}) {
        if (const auto child = forest.child(page, side)) {
            nodes_[index].children.at(side) = load(forest, *child);
        }
    }
    return index;
}

void Bucket::store(const Record& record, const Place& way, const Merge& merge) {
    const std::string name = name_of(static_cast<char>(record.key.kind), record.key.text);
    if (const auto found = spots_.find(name); found != spots_.end()) {
        const Spot& spot = found->second;
        if (const auto seen = greylist::record_of(spot.line)) {
            Node& node = nodes_[spot.node];
            node.page.replace(spot.line, greylist::line_of(merge(*seen, record)));
            node.has_changed = true;
            return;
        }
    }
    const std::string line = greylist::line_of(record);
    const std::size_t index = node_with_room(way, line.size() + 1);
    Page& page = nodes_[index].page;
    page.append(line);
    nodes_[index].has_changed = true;
    spots_.insert_or_assign(
        name, Spot{index, page.lines().substr(page.lines().size() - line.size() - 1, line.size())});
}

std::size_t Bucket::node_with_room(const Place& way, std::size_t size) {
    std::size_t index = 0;
    while (nodes_[index].page.room() < size) {
        const Place place = nodes_[index].page.head.place;
        if (place.depth == deepest) {
            throw sys::Trouble("write", file_.path(), "the state is full");
        }
        const unsigned side = place.side_of(way);
        if (nodes_[index].children.at(side) == 0) {
            nodes_[index].children.at(side) = nodes_.size();
            nodes_.push_back({.page = Page{{.number = 0, .place = place.child(side)}}});
        }
        index = nodes_[index].children.at(side);
    }
    return index;
}

PageNumber Bucket::write(std::size_t index) {
    Node& node = nodes_[index];
    for (const unsigned side : {0U, 1U}) {
        const PageNumber child = node.children.at(side) == 0 ? 0 : write(node.children.at(side));
        if (child != 0 && child != node.page.head.children.at(side)) {
            node.page.head.children.at(side) = child;
            node.has_changed = true;
        }
    }
    if (node.page.head.number == 0) {
        if (!file_.append(node.page, StateFile::Growth::for_new_records)) {
            throw sys::Trouble("write", file_.path(), "the state is full (max-state-size)");
        }
    } else if (node.has_changed) {
        file_.write(node.page);
    }
    return node.page.head.number;
}

} // namespace

void store_all(const std::string& path, std::uint64_t max_size, std::vector<Record> records,
               const Merge& merge, const Progress& progress) {
    StateFile file(path, StateFile::Access::make, max_size, false);
    if (file.why_read_only() != 0) {
        throw sys::Trouble("write", path, file.why_read_only());
    }
    Forest forest(file);
    struct Placed {
        Record record;
        Place way;
    };
    std::array<std::vector<Placed>, roots> by_root;
    for (Record& record : records) {
        const Place way = way_of(record.key, file.seed());
        by_root.at(way.root).push_back({std::move(record), way});
    }
    for (unsigned root = 0; root < roots; ++root) {
        if (!by_root.at(root).empty()) {
            const auto lock = file.lock(root);
            Bucket bucket(file, forest, root);
            for (const Placed& placed : by_root.at(root)) {
                bucket.store(placed.record, placed.way, merge);
            }
            bucket.write();
        }
        progress((root + 1) * all_done / roots);
    }
}

} // namespace store
