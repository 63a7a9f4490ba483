#include "config/yaml_tree.hpp"

#include "config/config_error.hpp"
#include "token_service/sdk/error.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace token_service::config {
namespace {

using sdk::SettingNode;

constexpr std::size_t kMaxSize = 64 * 1024;
constexpr std::size_t kMaxDepth = 16;

struct BadYaml : std::runtime_error {
  BadYaml(int line_number, const std::string& what) : std::runtime_error(what), line(line_number) {}
  int line;
};

// yaml-cpp's own tree accepts repeated keys and hides aliases; its events do not.
class TreeBuilder : public YAML::EventHandler {
 public:
  SettingNode takeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(mark, scalar(mark, "")); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw BadYaml(mark.line + 1, "aliases are not allowed: write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    SettingNode node = scalar(mark, value);
    refuseTag(mark, tag);
    node.quoted = tag == "!";
    if (node.quoted || (value != "" && value != "null" && value != "~")) {
      node.kind = SettingNode::Kind::Scalar;
    }
    add(mark, std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    refuseTag(mark, tag);
    open(mark, SettingNode::Kind::Sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    refuseTag(mark, tag);
    open(mark, SettingNode::Kind::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    SettingNode node;
    std::string pending_key;
    bool has_key = false;
  };

  // Without a tag of its own, quoted text has the tag `!` and everything else `?`.
  static void refuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw BadYaml(mark.line + 1, "tags are not allowed: write the value without '" + tag + "'");
    }
  }

  static SettingNode scalar(const YAML::Mark& mark, const std::string& value) {
    SettingNode node;
    node.line = static_cast<std::uint32_t>(mark.line + 1);
    node.text = value;
    return node;
  }

  void open(const YAML::Mark& mark, SettingNode::Kind kind) {
    if (levels_.size() == kMaxDepth) {
      throw BadYaml(mark.line + 1, "is nested deeper than 16 levels");
    }
    if (!levels_.empty() && levels_.back().node.kind == SettingNode::Kind::Map &&
        !levels_.back().has_key) {
      throw BadYaml(mark.line + 1, "a key must be a plain text");
    }
    Level level;
    level.node = scalar(mark, "");
    level.node.kind = kind;
    levels_.push_back(std::move(level));
  }

  void close() {
    SettingNode node = std::move(levels_.back().node);
    levels_.pop_back();
    attach(std::move(node));
  }

  void add(const YAML::Mark& mark, SettingNode node) {
    if (levels_.empty() || levels_.back().node.kind != SettingNode::Kind::Map ||
        levels_.back().has_key) {
      attach(std::move(node));
      return;
    }
    Level& map = levels_.back();
    const auto& siblings = map.node.children;
    const auto earlier =
        std::find_if(siblings.begin(), siblings.end(),
                     [&](const SettingNode& sibling) { return sibling.key == node.text; });
    if (earlier != siblings.end()) {
      throw BadYaml(mark.line + 1, "the key '" + node.text + "' is already in line " +
                                       std::to_string(earlier->line) + ": remove one of the two");
    }
    map.pending_key = node.text;
    map.has_key = true;
  }

  void attach(SettingNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& parent = levels_.back();
    node.key = std::move(parent.pending_key);
    parent.pending_key.clear();
    parent.has_key = false;
    parent.node.children.push_back(std::move(node));
  }

  std::vector<Level> levels_;
  SettingNode root_;
};

[[noreturn]] void refuse(const std::string& file, int line, const std::string& what) {
  throw sdk::Error(sdk::ErrorCode::InvalidConfig, file + ":" + std::to_string(line) + ": " + what);
}

}  // namespace

sdk::SettingNode parseYaml(const std::string& content, const std::string& file) {
  if (content.size() > kMaxSize) {
    refuse(file, 1, "the file is larger than 64 KiB");
  }
  if (content.find('\0') != std::string::npos) {
    refuse(file, 1, "the file holds a zero byte, so it is not YAML");
  }
  TreeBuilder builder;
  try {
    std::istringstream stream(content);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      refuse(file, 1, "the file is empty: start from config/local.yaml");
    }
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      refuse(file, 1, "the file holds more than one document: remove '---' and what follows");
    }
  } catch (const BadYaml& error) {
    refuse(file, error.line, error.what());
  } catch (const YAML::Exception& error) {
    refuse(file, std::max(error.mark.line, 0) + 1, "is not valid YAML: " + error.msg);
  }
  SettingNode root = builder.takeRoot();
  if (root.kind != SettingNode::Kind::Map) {
    refuse(file, 1, "the file must hold a map of settings: start from config/local.yaml");
  }
  return root;
}

sdk::SettingNode readYamlFile(const std::string& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw MissingFile(file + ": there is no such file");
  }
  if (!error && status.type() != std::filesystem::file_type::regular) {
    refuse(file, 1, "is not a regular file");
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string content(kMaxSize + 1, '\0');
  if (!stream) {
    throw sdk::Error(sdk::ErrorCode::PermissionDenied,
                     file + ": cannot be opened: " + std::strerror(errno));
  }
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  return parseYaml(content, file);
}

}  // namespace token_service::config
