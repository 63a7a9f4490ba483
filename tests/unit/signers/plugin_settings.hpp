#pragma once

#include "token_service/sdk/plugin.hpp"

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

// The settings of one plugin as the host would hand them over; the first one stands in line 11.
class PluginSettings {
 public:
  PluginSettings(const std::string& base_folder,
                 const std::vector<std::pair<std::string, std::string>>& values)
      : node_(nodeOf(values)), settings_(node_, report_, base_folder, "signer.settings") {}
  PluginSettings(const PluginSettings&) = delete;
  PluginSettings& operator=(const PluginSettings&) = delete;

  sdk::Settings& settings() { return settings_; }

 private:
  static sdk::SettingNode nodeOf(const std::vector<std::pair<std::string, std::string>>& values) {
    sdk::SettingNode map;
    map.kind = sdk::SettingNode::Kind::Map;
    map.line = 10;
    for (const auto& [key, text] : values) {
      sdk::SettingNode& value = map.children.emplace_back();
      value.kind = sdk::SettingNode::Kind::Scalar;
      value.line = map.line + static_cast<std::uint32_t>(map.children.size());
      value.key = key;
      value.text = text;
    }
    return map;
  }

  sdk::SettingNode node_;
  sdk::SettingsReport report_{"config.yaml", {}, {}};
  sdk::Settings settings_;
};

}  // namespace token_service::signers_test
