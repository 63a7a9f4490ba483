#pragma once

#include "plugin/loader.hpp"
#include "plugin/plugin_error.hpp"
#include "token_service/sdk/host.hpp"
#include "token_service/sdk/settings.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace token_service::plugin {

// Keeps what plugins log.
class RecordingHost final : public sdk::Host {
 public:
  void log(sdk::LogLevel level, std::string_view event,
           std::span<const sdk::LogField> fields) noexcept override;
  sdk::Time now() const noexcept override { return sdk::Time{}; }

  struct Event {
    sdk::LogLevel level;
    std::string text;
    std::map<std::string, std::string> fields;
  };
  std::vector<Event> events;
};

// The settings of one plugin, as if they stood in the file test.yaml.
class TestSettings {
 public:
  TestSettings(std::initializer_list<std::pair<std::string, std::string>> values);

  sdk::Settings& get() { return settings_; }

 private:
  sdk::SettingNode node_;
  sdk::SettingsReport report_;
  sdk::Settings settings_;
};

// A plugin folder of the test's own. It stays until the process ends, as the plugins do that were
// loaded from it.
class PluginTest : public testing::Test {
 protected:
  PluginTest();

  const std::filesystem::path& folder() const { return folder_; }
  Loader& loader() { return loader_; }
  std::filesystem::path pathOf(const std::string& name) const { return folder_ / (name + ".so"); }

  // Copies the fixture plugin into the folder, with the mode 0755.
  std::filesystem::path install(const std::string& name) const;
  std::filesystem::path write(const std::string& name, const std::string& content) const;
  // The bytes of a fixture plugin.
  static std::string bytesOf(const std::string& name);

  // Whether the static constructors of a plugin ran since the test began.
  bool codeRan() const { return std::filesystem::exists(canary_); }

  const LoadedPlugin& loadInstalled(const std::string& name, sdk::PluginKind kind);

  struct Refusal {
    PluginError::Code code;
    std::string message;
  };
  // What loading the plugin throws.
  Refusal refusalOf(const std::string& name, sdk::PluginKind kind = sdk::PluginKind::Signer,
                    const std::optional<std::string>& sha256 = std::nullopt);

 private:
  std::filesystem::path folder_;
  std::filesystem::path canary_;
  Loader loader_;
};

}  // namespace token_service::plugin
