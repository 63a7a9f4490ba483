#include "signing/scheduled_key.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace token_service::signing {
namespace {

constexpr std::size_t kMostKeys = 16;
constexpr std::string_view kList = "keys";

// Links followed as far as there is something, so that a file that is still missing has one name
// only, too.
std::filesystem::path identityOf(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  return error ? std::filesystem::path(path).lexically_normal() : resolved;
}

void refuseOneFileTwice(std::vector<ScheduledKey>& keys) {
  for (std::size_t index = 1; index < keys.size(); ++index) {
    KeyFile& file = keys[index].file;
    for (std::size_t before = 0; before < index && !file.path().empty(); ++before) {
      if (identityOf(keys[before].file.path()) == identityOf(file.path())) {
        file.refuse("is the file of " + keys[before].file.name() +
                    ", too: name another file, or remove one of the two");
        break;
      }
    }
  }
}

void readDates(sdk::Settings& entry, bool first, ScheduledKey& key) {
  const bool has_published = entry.has("published_from");
  const bool has_active = entry.has("active_from");
  const std::optional<sdk::Time> published = entry.optionalTime("published_from");
  const std::optional<sdk::Time> active = entry.optionalTime("active_from");
  key.emergency = entry.flag("emergency", false);
  if (!has_published && key.emergency) {
    entry.problem("published_from", "is required with emergency: true");
  } else if (!has_published && has_active) {
    entry.problem("published_from", "is required beside active_from");
  } else if (!has_published && !first) {
    entry.problem("published_from",
                  "is required: only the first key of the list may go without dates");
  } else if (has_published && !has_active && !key.emergency) {
    entry.problem("active_from", "is required beside published_from, but for an emergency key");
  } else if (published && active && *active < *published) {
    entry.problem("active_from", "is before published_from: publish a key before it signs");
  }
  key.published_from = published.value_or(sdk::Time{});
  key.active_from = active.value_or(key.published_from);
}

std::vector<ScheduledKey> readList(sdk::Settings& settings, const std::string& file_setting,
                                   WhenMissing when_missing) {
  std::vector<sdk::Settings> entries = settings.sections(kList);
  const bool empty =
      entries.empty() && settings.subtree(kList).kind == sdk::SettingNode::Kind::Sequence;
  if (empty || entries.size() > kMostKeys) {
    settings.problem(kList, "must be a list of 1 to " + std::to_string(kMostKeys) + " keys");
  }
  std::vector<ScheduledKey> keys;
  for (sdk::Settings& entry : entries) {
    ScheduledKey& key = keys.emplace_back(ScheduledKey{{entry, file_setting, when_missing}});
    readDates(entry, keys.size() == 1, key);
  }
  refuseOneFileTwice(keys);
  return keys;
}

}  // namespace

std::vector<ScheduledKey> readScheduledKeys(sdk::Settings& settings, std::string_view file_setting,
                                            WhenMissing when_missing) {
  const std::string name(file_setting);
  if (settings.has(kList) && settings.has(file_setting)) {
    settings.subtree(kList);
    settings.subtree(file_setting);
    settings.problem(
        kList, "stands beside " + name + ": name every key in the list, or one key in " + name);
    return {};
  }
  if (settings.has(kList)) {
    settings.subtree(file_setting);
    return readList(settings, name, when_missing);
  }
  settings.subtree(kList);
  std::vector<ScheduledKey> keys;
  keys.push_back(ScheduledKey{{settings, name, when_missing}});
  return keys;
}

}  // namespace token_service::signing
