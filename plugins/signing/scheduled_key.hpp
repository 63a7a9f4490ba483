#pragma once

#include "signing/key_file.hpp"
#include "token_service/sdk/plugin.hpp"

#include <string_view>
#include <vector>

namespace token_service::signing {

// The file of one key, and when the key is published and signs. Without dates: since ever.
struct ScheduledKey {
  KeyFile file;
  sdk::Time published_from{};
  sdk::Time active_from{};
  bool emergency = false;
};

// The key whose file stands under `file_setting`, or those of the list `keys`, in the list's order.
// Whatever is wrong with them becomes a problem of its setting.
std::vector<ScheduledKey> readScheduledKeys(sdk::Settings& settings, std::string_view file_setting,
                                            WhenMissing when_missing);

}  // namespace token_service::signing
