#pragma once

#include "signing/scheduled_key.hpp"
#include "token_service/sdk/plugin.hpp"

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace token_service::signing {

// All keys that the settings name, in their order. Makes those that are missing where the mode and
// `create_missing` say so, and nothing at all while anything is wrong with the settings. Throws
// sdk::Error with every problem.
//
// `read` takes a KeyFile to the signer's own form of a key, whose `description` is an sdk::Key. It
// gives none for a file without content, and for one that it refused. `make` gives the content of a
// new file.
template <typename Read, typename Make>
auto loadKeys(sdk::Settings& settings, std::string_view file_setting, sdk::Mode mode,
              const Read& read, const Make& make) {
  using SigningKey = typename std::invoke_result_t<Read, KeyFile&>::value_type;
  const bool create_missing = settings.flag("create_missing", false);
  std::vector<ScheduledKey> schedule =
      readScheduledKeys(settings, file_setting, whenMissing(create_missing, mode));
  std::vector<std::optional<SigningKey>> found;
  for (ScheduledKey& entry : schedule) {
    found.push_back(read(entry.file));
    for (std::size_t before = 0; found.back() && before + 1 < found.size(); ++before) {
      if (found[before] && found[before]->description.kid == found.back()->description.kid) {
        entry.file.refuse("holds the same key as " + schedule[before].file.name() +
                          ": make a new key, or remove one of the two");
        break;
      }
    }
  }
  settings.finish();
  for (std::size_t index = 0; index < schedule.size(); ++index) {
    if (!found[index]) {
      schedule[index].file.provide(make());
      found[index] = read(schedule[index].file);
    }
  }
  settings.finish();
  std::vector<SigningKey> keys;
  for (std::size_t index = 0; index < schedule.size(); ++index) {
    SigningKey& key = keys.emplace_back(std::move(found[index]).value());
    key.description.published_from = schedule[index].published_from;
    key.description.active_from = schedule[index].active_from;
    key.description.emergency = schedule[index].emergency;
  }
  return keys;
}

}  // namespace token_service::signing
