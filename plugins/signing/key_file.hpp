#pragma once

#include "signing/secret_bytes.hpp"
#include "token_service/sdk/plugin.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace token_service::signing {

enum class WhenMissing {
  Refuse,
  Make,
  // Go on with a key that is never written: says whether the service would start, makes nothing.
  Pretend,
};

WhenMissing whenMissing(bool create_missing, sdk::Mode mode);

// The file of one key, named by a setting. Whatever is wrong with it becomes a problem of that
// setting.
class KeyFile {
 public:
  // Reads the file.
  KeyFile(const sdk::Settings& settings, std::string setting, WhenMissing when_missing);

  // Empty if the setting names no file.
  const std::string& path() const { return path_; }

  // The setting's path from the top of the configuration, for messages.
  std::string name() const { return settings_.pathOf(setting_); }

  // None if the file may be missing and is, and after a refusal.
  const std::optional<SecretBytes>& content() const { return content_; }

  // Gives a missing file its content. Where another process was faster, its content is the one
  // that counts.
  void provide(SecretBytes content);

  void refuse(std::string what, sdk::ErrorCode code = sdk::ErrorCode::InvalidConfig);

 private:
  void read();
  void refuseToMake(std::string_view what, int error);

  sdk::Settings settings_;
  std::string setting_;
  WhenMissing when_missing_;
  std::string path_;
  std::optional<SecretBytes> content_;
};

}  // namespace token_service::signing
