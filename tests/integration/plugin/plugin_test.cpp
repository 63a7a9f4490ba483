#include "plugin_test.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace token_service::plugin {
namespace {

// Loaded libraries are told apart by inode: a removed folder's inodes would come again.
class Folders {
 public:
  Folders() = default;
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;
  ~Folders() {
    for (const auto& folder : folders_) {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  }

  std::filesystem::path make() {
    std::string pattern =
        (std::filesystem::canonical(std::filesystem::temp_directory_path()) / "plugin-test-XXXXXX")
            .string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("no temporary folder: " + pattern);
    }
    return folders_.emplace_back(pattern);
  }

 private:
  std::vector<std::filesystem::path> folders_;
};

std::filesystem::path makeFolder() {
  static Folders folders;
  return folders.make();
}

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(FIXTURE_PLUGIN_FOLDER) / (name + ".so");
}

sdk::SettingNode mapOf(std::initializer_list<std::pair<std::string, std::string>> values) {
  sdk::SettingNode map;
  map.kind = sdk::SettingNode::Kind::Map;
  map.line = 1;
  for (const auto& [key, text] : values) {
    sdk::SettingNode& node = map.children.emplace_back();
    node.kind = sdk::SettingNode::Kind::Scalar;
    node.line = static_cast<std::uint32_t>(map.children.size() + 1);
    node.key = key;
    node.text = text;
  }
  return map;
}

}  // namespace

void RecordingHost::log(sdk::LogLevel level, std::string_view event,
                        std::span<const sdk::LogField> fields) noexcept {
  Event& recorded = events.emplace_back(Event{level, std::string(event), {}});
  for (const sdk::LogField& field : fields) {
    recorded.fields.emplace(field.key, field.value);
  }
}

TestSettings::TestSettings(std::initializer_list<std::pair<std::string, std::string>> values)
    : node_(mapOf(values)),
      report_{"test.yaml", {}, {}, {}},
      settings_(node_, report_, "/", "settings") {}

PluginTest::PluginTest()
    : folder_(makeFolder() / "plugins"),
      canary_(folder_.parent_path() / "canary"),
      loader_(folder_) {
  std::filesystem::create_directory(folder_);
  std::filesystem::permissions(folder_, std::filesystem::perms{0755});
  ::setenv("TOKEN_SERVICE_TEST_CANARY", canary_.c_str(), 1);
}

std::filesystem::path PluginTest::install(const std::string& name) const {
  std::filesystem::copy_file(fixture(name), pathOf(name));
  std::filesystem::permissions(pathOf(name), std::filesystem::perms{0755});
  return pathOf(name);
}

std::filesystem::path PluginTest::write(const std::string& name, const std::string& content) const {
  std::ofstream(pathOf(name), std::ios::binary) << content;
  std::filesystem::permissions(pathOf(name), std::filesystem::perms{0644});
  return pathOf(name);
}

std::string PluginTest::bytesOf(const std::string& name) {
  std::ifstream file(fixture(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const LoadedPlugin& PluginTest::loadInstalled(const std::string& name, sdk::PluginKind kind) {
  install(name);
  return loader_.load(name, kind);
}

PluginTest::Refusal PluginTest::refusalOf(const std::string& name, sdk::PluginKind kind,
                                          const std::optional<std::string>& sha256) {
  try {
    loader_.load(name, kind, sha256);
  } catch (const PluginError& error) {
    return {error.code(), error.what()};
  }
  throw std::logic_error("was loaded and not refused: " + name);
}

}  // namespace token_service::plugin
