#pragma once

#include "plugin_settings.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace token_service::signers_test {

struct Refusal {
  sdk::ErrorCode code;
  std::string text;

  bool operator==(const Refusal&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
  return out << "code " << static_cast<unsigned>(refusal.code) << ": " << refusal.text;
}

// What the plugin says to these settings; none if it takes them.
template <typename PluginSigner>
std::optional<Refusal> refusalOf(const std::string& base_folder, const Values& values,
                                 sdk::Mode mode = sdk::Mode::Serve,
                                 const std::optional<std::vector<Values>>& keys = std::nullopt) {
  PluginSettings settings(base_folder, values, keys);
  SilentHost host;
  try {
    PluginSigner signer(settings.settings(), host, mode);
    return std::nullopt;
  } catch (const sdk::Error& error) {
    return Refusal{error.code(), error.what()};
  }
}

}  // namespace token_service::signers_test
