#include "config/yaml_tree.hpp"
#include "property.hpp"

#include <set>

using token_service::fuzz::require;
using token_service::sdk::SettingNode;

namespace {

void check(const SettingNode& node, int depth) {
  require(depth <= 17, "values are no deeper than allowed");
  require(node.line >= 1, "everything stands in a line");
  std::set<std::string> keys;
  for (const SettingNode& child : node.children) {
    if (node.kind == SettingNode::Kind::Map) {
      require(keys.insert(child.key).second, "no key is there twice");
    }
    check(child, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const SettingNode tree = token_service::config::parseYaml(
        std::string(token_service::fuzz::textOf(data, size)), "fuzz.yaml");
    require(tree.kind == SettingNode::Kind::Map, "a map is at the top");
    check(tree, 1);
  } catch (const token_service::sdk::Error& error) {
    require(std::string_view(error.what()).starts_with("fuzz.yaml"), "an error says where");
  }
  return 0;
}
