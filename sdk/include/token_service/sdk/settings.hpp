#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/host.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <list>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace token_service::sdk {

/// One node of the tree that a configuration file holds.
struct SettingNode {
  enum class Kind : std::uint32_t { Null, Scalar, Sequence, Map };

  Kind kind = Kind::Null;
  /// 1-based line in the file.
  std::uint32_t line = 0;
  /// The text was in quotes, so it is not a number, a flag or null.
  bool quoted = false;
  /// The text came from the environment or from a file; no message repeats it.
  bool secret = false;
  /// A problem with the value is already noted; it is not noted as missing, too.
  bool refused = false;
  /// Somebody asked for this node. What nobody asked for is refused.
  bool read = false;
  /// The name under which a map holds this node.
  std::string key;
  /// The text of a scalar.
  std::string text;
  std::vector<SettingNode> children;
  /// The names that somebody asked this map for, for the hint at a misspelt one.
  std::vector<std::string> asked;
};

/// One thing that is wrong, and where.
struct SettingProblem {
  ErrorCode code = ErrorCode::InvalidConfig;
  std::uint32_t line = 0;
  std::string key;
  std::string what;
};

/// All that is wrong with one file. Problems gather here, so that an operator sees them all at
/// once.
struct SettingsReport {
  std::string file;
  std::vector<SettingProblem> problems;
  /// Empty maps that stand for sections that the file does not have.
  std::list<SettingNode> absent;
  /// The files that were named: when one of them changes, the host reads the configuration again.
  std::vector<std::string> files;

  /// Throws Error with every problem, a line each, if there is one. The code is PermissionDenied if
  /// nothing else is wrong, otherwise InvalidConfig.
  void throwIfAny() const {
    if (problems.empty()) {
      return;
    }
    std::vector<SettingProblem> sorted = problems;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.line < b.line; });
    std::string text;
    ErrorCode code = ErrorCode::PermissionDenied;
    for (const SettingProblem& problem : sorted) {
      text.append(text.empty() ? "" : "\n").append(file).append(":");
      text.append(std::to_string(problem.line)).append(": ").append(problem.key);
      text.append(problem.key.empty() ? "" : ": ").append(problem.what);
      if (problem.code != ErrorCode::PermissionDenied) {
        code = ErrorCode::InvalidConfig;
      }
    }
    throw Error(code, text);
  }
};

/// Typed access to one map of a configuration file.
///
/// A getter that finds something wrong notes the problem, with the file, the line and the key's
/// full path, and returns a harmless value, so that one run reports everything. Call `finish()`
/// once all settings are read and before any of them is used: it throws Error if there was a
/// problem, and it refuses every key that no getter asked for.
///
/// Values have units: durations are written `500ms`, `10s`, `15m`, `24h`, `30d`; sizes `512B`,
/// `16KiB`, `1MiB`. Not safe for use from several threads; valid while the host's object lives.
class Settings {
 public:
  /// For the host and for tests; a plugin is handed its Settings.
  Settings(SettingNode& node, SettingsReport& report, std::string base_folder,
           std::string path = "")
      : node_(&node),
        report_(&report),
        base_folder_(std::move(base_folder)),
        path_(std::move(path)) {
    node_->read = true;
    if (node_->kind != SettingNode::Kind::Map && node_->kind != SettingNode::Kind::Null) {
      addProblem(*node_, path_, "must be a map of settings");
    }
  }

  /// Whether the key is there with a value other than null.
  bool has(std::string_view key) const {
    const SettingNode* node = lookUp(key);
    return node != nullptr && node->kind != SettingNode::Kind::Null;
  }

  /// Text of 1 or more bytes.
  std::string string(std::string_view key) {
    SettingNode* node = require(key);
    return node == nullptr ? std::string() : stringOf(*node, key).value_or("");
  }
  std::string string(std::string_view key, std::string fallback) {
    return optionalString(key).value_or(std::move(fallback));
  }
  std::optional<std::string> optionalString(std::string_view key) {
    SettingNode* node = take(key);
    return node == nullptr ? std::nullopt : stringOf(*node, key);
  }

  /// One of `allowed`.
  std::string choice(std::string_view key, std::string fallback,
                     std::span<const std::string_view> allowed) {
    const std::optional<std::string> text = optionalString(key);
    if (!text) {
      return fallback;
    }
    if (std::find(allowed.begin(), allowed.end(), *text) == allowed.end()) {
      std::string list;
      for (std::string_view one : allowed) {
        list.append(list.empty() ? "" : ", ").append(one);
      }
      problem(key, "must be one of: " + list);
      return fallback;
    }
    return *text;
  }

  /// `true` or `false`.
  bool flag(std::string_view key, bool fallback) {
    SettingNode* node = take(key);
    if (node == nullptr) {
      return fallback;
    }
    if (isPlainScalar(*node) && (node->text == "true" || node->text == "false")) {
      return node->text == "true";
    }
    problem(key, "must be true or false");
    return fallback;
  }

  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) {
    SettingNode* node = take(key);
    if (node == nullptr) {
      return fallback;
    }
    const std::optional<std::int64_t> value =
        isPlainScalar(*node) ? wholeNumber(node->text) : std::nullopt;
    if (!value || *value < least || *value > most) {
      problem(key, "must be a whole number from " + std::to_string(least) + " to " +
                       std::to_string(most));
      return fallback;
    }
    return *value;
  }

  /// A length of time with its unit.
  std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                     std::chrono::milliseconds least,
                                     std::chrono::milliseconds most) {
    static constexpr Unit kUnits[] = {
        {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    const std::int64_t value = quantity(key, fallback.count(), least.count(), most.count(), kUnits,
                                        "a duration such as 500ms, 10s, 15m, 24h or 30d");
    return std::chrono::milliseconds(value);
  }

  /// A number of bytes with its unit.
  std::int64_t size(std::string_view key, std::int64_t fallback, std::int64_t least,
                    std::int64_t most) {
    static constexpr Unit kUnits[] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}};
    return quantity(key, fallback, least, most, kUnits, "a size such as 512B, 16KiB or 1MiB");
  }

  /// A moment (RFC 3339, UTC, to the second), written `2026-11-23T18:00:00Z`.
  std::optional<Time> optionalTime(std::string_view key) {
    const std::optional<std::string> text = optionalString(key);
    if (!text) {
      return std::nullopt;
    }
    const std::optional<Time> time = timeOf(*text);
    if (!time) {
      problem(key, "must be a time in UTC such as 2026-11-23T18:00:00Z");
    }
    return time;
  }

  /// A path as text, made absolute: a relative one starts at the configuration file's folder. The
  /// file need not be there.
  std::string path(std::string_view key) { return resolve(key, string(key)); }
  std::optional<std::string> optionalPath(std::string_view key) {
    const std::optional<std::string> text = optionalString(key);
    return text ? std::optional(resolve(key, *text)) : std::nullopt;
  }

  /// A list of texts; none if the key is not there.
  std::vector<std::string> strings(std::string_view key) {
    std::vector<std::string> result;
    SettingNode* node = take(key);
    if (node == nullptr) {
      return result;
    }
    if (node->kind != SettingNode::Kind::Sequence) {
      problem(key, "must be a list");
      return result;
    }
    for (SettingNode& child : node->children) {
      child.read = true;
      if (std::optional<std::string> text = stringOf(child, key)) {
        result.push_back(*std::move(text));
      }
    }
    return result;
  }

  /// The map under a key; an empty one if the key is not there.
  Settings section(std::string_view key) {
    SettingNode* node = take(key);
    if (node == nullptr) {
      node = &report_->absent.emplace_back();
      node->line = node_->line;
    }
    return {*node, *report_, base_folder_, pathOf(key)};
  }

  /// A list of maps; none if the key is not there.
  std::vector<Settings> sections(std::string_view key) {
    std::vector<Settings> result;
    SettingNode* node = take(key);
    if (node == nullptr) {
      return result;
    }
    if (node->kind != SettingNode::Kind::Sequence) {
      problem(key, "must be a list");
      return result;
    }
    for (std::size_t index = 0; index < node->children.size(); ++index) {
      result.emplace_back(node->children[index], *report_, base_folder_,
                          pathOf(key) + "[" + std::to_string(index) + "]");
    }
    return result;
  }

  /// Takes the subtree under a key as it is, for somebody else to read.
  SettingNode subtree(std::string_view key) {
    SettingNode* node = take(key);
    SettingNode result = node == nullptr ? SettingNode{} : *node;
    result.line = node == nullptr ? node_->line : node->line;
    if (node != nullptr) {
      node->children.clear();
    }
    return result;
  }

  /// Notes that the value under a key cannot be used. `what` says why and what to do, and does not
  /// repeat a secret.
  void problem(std::string_view key, std::string what, ErrorCode code = ErrorCode::InvalidConfig) {
    const SettingNode* node = lookUp(key);
    addProblem(node == nullptr ? *node_ : *node, pathOf(key), std::move(what), code);
  }

  /// Notes every key that no getter asked for as a problem.
  void refuseUnknown() { refuseUnread(*node_, path_); }

  /// Throws Error with all problems found so far, if any, keys that nobody asked for included.
  void finish() {
    refuseUnknown();
    report_->throwIfAny();
  }

  /// The key's path from the top of the file, for messages: `store.settings.path`.
  std::string pathOf(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }

  /// `file:line: path`, where the key stands or should stand, for messages that come later.
  std::string place(std::string_view key) const {
    const SettingNode* node = lookUp(key);
    const std::uint32_t line = node == nullptr ? node_->line : node->line;
    return report_->file + ":" + std::to_string(line) + ": " + pathOf(key);
  }

 private:
  struct Unit {
    std::string_view name;
    std::int64_t factor;
  };

  static bool isPlainScalar(const SettingNode& node) {
    return node.kind == SettingNode::Kind::Scalar && !node.quoted;
  }

  static std::optional<Time> timeOf(std::string_view text) {
    static constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
    for (std::size_t index = 0; index < kForm.size(); ++index) {
      const bool digit = index < text.size() && text[index] >= '0' && text[index] <= '9';
      if (text.size() != kForm.size() ||
          (kForm[index] == '0' ? !digit : text[index] != kForm[index])) {
        return std::nullopt;
      }
    }
    const auto number = [&](std::size_t start, std::size_t length) {
      return static_cast<int>(wholeNumber(text.substr(start, length)).value_or(-1));
    };
    const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2)))};
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) {
      return std::nullopt;
    }
    return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second);
  }

  static std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
      return std::nullopt;
    }
    return value;
  }

  const SettingNode* lookUp(std::string_view key) const {
    const auto found = std::find_if(node_->children.begin(), node_->children.end(),
                                    [&](const SettingNode& child) { return child.key == key; });
    return found == node_->children.end() || node_->kind != SettingNode::Kind::Map ? nullptr
                                                                                   : &*found;
  }

  /// The node with a value under the key; remembers that the key was asked for.
  SettingNode* take(std::string_view key) {
    if (std::find(node_->asked.begin(), node_->asked.end(), key) == node_->asked.end()) {
      node_->asked.emplace_back(key);
    }
    auto* node = const_cast<SettingNode*>(lookUp(key));
    if (node == nullptr) {
      return nullptr;
    }
    node->read = true;
    return node->kind == SettingNode::Kind::Null ? nullptr : node;
  }

  SettingNode* require(std::string_view key) {
    SettingNode* node = take(key);
    const SettingNode* refused = lookUp(key);
    if (node == nullptr && (refused == nullptr || !refused->refused)) {
      problem(key, "is required");
    }
    return node;
  }

  std::optional<std::string> stringOf(const SettingNode& node, std::string_view key) {
    if (node.kind != SettingNode::Kind::Scalar) {
      addProblem(node, pathOf(key), "must be a single value");
      return std::nullopt;
    }
    if (node.text.empty()) {
      addProblem(node, pathOf(key), "must not be empty");
      return std::nullopt;
    }
    return node.text;
  }

  std::int64_t quantity(std::string_view key, std::int64_t fallback, std::int64_t least,
                        std::int64_t most, std::span<const Unit> units, std::string_view form) {
    SettingNode* node = take(key);
    if (node == nullptr) {
      return fallback;
    }
    if (node->kind == SettingNode::Kind::Scalar) {
      const std::string_view text = node->text;
      const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
      const std::optional<std::int64_t> count = wholeNumber(text.substr(0, digits));
      for (const Unit& unit : units) {
        if (!count || text.substr(digits) != unit.name ||
            *count > std::numeric_limits<std::int64_t>::max() / unit.factor) {
          continue;
        }
        const std::int64_t value = *count * unit.factor;
        if (value < least || value > most) {
          problem(key, "must be from " + written(least, units) + " to " + written(most, units));
          return fallback;
        }
        return value;
      }
    }
    problem(key, "must be " + std::string(form));
    return fallback;
  }

  /// In the largest unit that leaves a whole number.
  static std::string written(std::int64_t value, std::span<const Unit> units) {
    const Unit* best = units.data();
    for (const Unit& unit : units) {
      if (value != 0 && value % unit.factor == 0) {
        best = &unit;
      }
    }
    return std::to_string(value / best->factor) + std::string(best->name);
  }

  std::string resolve(std::string_view key, const std::string& text) {
    if (text.find('\0') != std::string::npos) {
      problem(key, "must not hold a zero byte");
      return {};
    }
    std::string path = text.empty() || text.front() == '/' ? text : base_folder_ + "/" + text;
    report_->files.push_back(path);
    return path;
  }

  void addProblem(const SettingNode& node, std::string key, std::string what,
                  ErrorCode code = ErrorCode::InvalidConfig) {
    report_->problems.push_back(
        {code, node.line == 0 ? node_->line : node.line, std::move(key), std::move(what)});
  }

  void refuseUnread(SettingNode& node, const std::string& path) {
    for (std::size_t index = 0; index < node.children.size(); ++index) {
      SettingNode& child = node.children[index];
      const bool named = node.kind == SettingNode::Kind::Map;
      const std::string child_path = named ? (path.empty() ? child.key : path + "." + child.key)
                                           : path + "[" + std::to_string(index) + "]";
      if (child.read) {
        refuseUnread(child, child_path);
        continue;
      }
      child.read = true;
      addProblem(child, child_path, "is not a known key" + hint(child.key, node.asked));
    }
  }

  static std::string hint(std::string_view key, const std::vector<std::string>& known) {
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(2, key.size() / 2);
    for (std::string_view candidate : known) {
      const std::size_t distance = editDistance(key, candidate);
      if (distance < least || (distance == least && nearest.empty())) {
        least = distance;
        nearest = candidate;
      }
    }
    if (!nearest.empty()) {
      return ", did you mean '" + std::string(nearest) + "'?";
    }
    std::string list;
    for (std::string_view candidate : known) {
      list.append(list.empty() ? "" : ", ").append(candidate);
    }
    return list.empty() ? "" : ", the keys here are: " + list;
  }

  static std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    return row[b.size()];
  }

  SettingNode* node_;
  SettingsReport* report_;
  std::string base_folder_;
  std::string path_;
};

}  // namespace token_service::sdk
