#include "app/config_changes.hpp"

#include "config/listeners.hpp"

#include <algorithm>

namespace token_service::app {
namespace {

using sdk::SettingNode;

const SettingNode kNothing;

const SettingNode& child(const SettingNode& map, const std::string& key) {
  const auto found = std::find_if(map.children.begin(), map.children.end(),
                                  [&](const SettingNode& node) { return node.key == key; });
  return found == map.children.end() ? kNothing : *found;
}

bool holdsSame(const SettingNode& a, const SettingNode& b) {
  if (a.kind != b.kind || a.text != b.text) {
    return false;
  }
  if (a.kind != SettingNode::Kind::Map) {
    return std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                      holdsSame);
  }
  const auto covers = [](const SettingNode& one, const SettingNode& other) {
    return std::all_of(one.children.begin(), one.children.end(), [&](const SettingNode& node) {
      return holdsSame(node, child(other, node.key));
    });
  };
  return covers(a, b) && covers(b, a);
}

void refuseOtherPlugin(const std::string& role, const config::Plugin& before,
                       const config::Plugin& after, std::vector<std::string>& refused) {
  if (!after.name.empty() && before.name != after.name) {
    refused.push_back(after.place + ": was " + before.name +
                      " at start: plugins change with a restart only");
  }
  if (before.sha256 != after.sha256) {
    refused.push_back(role +
                      ".sha256 is not what it was at start: plugins change with a restart only");
  }
}

}  // namespace

std::vector<std::string> refusedChanges(const config::Config& before, const config::Config& after) {
  std::vector<std::string> refused;
  refuseOtherPlugin("signer", before.signer, after.signer, refused);
  refuseOtherPlugin("store", before.store, after.store, refused);
  if (before.refresh_signer && after.refresh_signer) {
    refuseOtherPlugin("refresh_signer", *before.refresh_signer, *after.refresh_signer, refused);
  } else if (before.refresh_signer || after.refresh_signer) {
    refused.emplace_back(std::string("refresh_signer was ") +
                         (after.refresh_signer ? "added" : "removed") +
                         " since the start: that needs a restart");
  }
  if (config::onlyLoopback(after.server) && !config::onlyLoopback(before.server)) {
    refused.emplace_back(
        "server.address or server.admin became a loopback address, for which weak service secrets "
        "would pass: that needs a restart");
  }
  return refused;
}

std::vector<std::string> sectionsForRestart(const config::Config& before,
                                            const config::Config& after) {
  static const std::vector<std::string> kReloaded = {"signer", "refresh_signer", "service_secrets"};
  std::vector<std::string> names;
  for (const SettingNode* tree : {&before.tree, &after.tree}) {
    for (const SettingNode& section : tree->children) {
      const bool known =
          std::find(names.begin(), names.end(), section.key) != names.end() ||
          std::find(kReloaded.begin(), kReloaded.end(), section.key) != kReloaded.end();
      if (!known && !holdsSame(child(before.tree, section.key), child(after.tree, section.key))) {
        names.push_back(section.key);
      }
    }
  }
  return names;
}

}  // namespace token_service::app
