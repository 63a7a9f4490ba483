#pragma once

#include "token_service/sdk/plugin.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace token_service::signers_test {

class SilentHost final : public sdk::Host {
 public:
  void log(sdk::LogLevel /*level*/, std::string_view /*event*/,
           std::span<const sdk::LogField> /*fields*/) noexcept override {}
  sdk::Time now() const noexcept override { return {}; }
};

// Settings with their values, in order.
using Values = std::vector<std::pair<std::string, std::string>>;

// The settings of one plugin as the host would hand them over; the first one stands in line 11. The
// list `keys`, if there is one, comes last, and each value of its entries has a line of its own.
class PluginSettings {
 public:
  PluginSettings(const std::string& base_folder, const Values& values,
                 const std::optional<std::vector<Values>>& keys = std::nullopt)
      : node_(nodeOf(values, keys)), settings_(node_, report_, base_folder, "signer.settings") {}
  PluginSettings(const PluginSettings&) = delete;
  PluginSettings& operator=(const PluginSettings&) = delete;

  sdk::Settings& settings() { return settings_; }
  const sdk::SettingsReport& report() const { return report_; }

 private:
  static sdk::SettingNode mapOf(const Values& values, std::uint32_t line) {
    sdk::SettingNode map;
    map.kind = sdk::SettingNode::Kind::Map;
    map.line = line;
    for (const auto& [key, text] : values) {
      sdk::SettingNode& value = map.children.emplace_back();
      value.kind = sdk::SettingNode::Kind::Scalar;
      value.line = ++line;
      value.key = key;
      value.text = text;
    }
    return map;
  }

  static sdk::SettingNode nodeOf(const Values& values,
                                 const std::optional<std::vector<Values>>& keys) {
    sdk::SettingNode map = mapOf(values, 10);
    if (!keys) {
      return map;
    }
    sdk::SettingNode list;
    list.kind = sdk::SettingNode::Kind::Sequence;
    list.key = "keys";
    list.line = static_cast<std::uint32_t>(11 + values.size());
    std::uint32_t line = list.line;
    for (const Values& entry : *keys) {
      list.children.push_back(mapOf(entry, line));
      // In YAML a map starts where its first key does.
      ++list.children.back().line;
      line += static_cast<std::uint32_t>(entry.size());
    }
    map.children.push_back(std::move(list));
    return map;
  }

  sdk::SettingNode node_;
  sdk::SettingsReport report_{"config.yaml", {}, {}, {}};
  sdk::Settings settings_;
};

}  // namespace token_service::signers_test
